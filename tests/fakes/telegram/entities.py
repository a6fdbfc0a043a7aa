"""What Telegram refuses of the entities that come with a text."""

import re
from typing import Any

from tests.fakes.telegram.wire import bad_request

Entity = dict[str, Any]

_TYPES = frozenset(
    {
        "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic",
        "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre",
        "text_link", "text_mention", "custom_emoji", "date_time",
    }
)  # fmt: skip
_SCHEMES = frozenset({"http", "https", "tg", "ton", "tonsite"})
_ADDRESS = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?:[^/?#@]*@)?(?P<host>[^:/?#]*)(?::(?P<port>[^/?#]*))?"
)


def check_entities(text: str, entities: list[Entity]) -> None:
    """Raises `ApiError` for entities outside the text, across one another or within a surrogate pair."""
    if not entities:
        return
    units = text.encode("utf-16-le", "surrogatepass")
    for entity in entities:
        _check_form(entity)
        _check_bounds(entity, units)
    _check_nesting(entities)


def _check_form(entity: Entity) -> None:
    if entity.get("type") not in _TYPES:
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    for name in ("offset", "length"):
        if not isinstance(entity.get(name), int):
            raise bad_request(f'can\'t parse MessageEntity: Field "{name}" must be of type Number')
        if entity[name] < 0:
            raise bad_request(f"receive an entity with incorrect {name} {entity[name]}")
    if entity["type"] == "text_link":
        url = str(entity.get("url", ""))
        if fault := fault_of_url(url):
            raise bad_request(f"entity URL '{url}' is invalid: {fault}")


def fault_of_url(url: str) -> str:
    """What Telegram says against a link; empty for a good one."""
    match = _ADDRESS.match(url.strip().lower())
    scheme, host, port = match.group("scheme", "host", "port") if match else (None, "", None)
    if scheme is not None and scheme not in _SCHEMES:
        return "Unsupported URL protocol"
    if not host:
        return "URL host is empty"
    if port is not None and not port.isdigit():
        return "Wrong port number specified in the URL"
    return "" if scheme in _SCHEMES - {"http", "https"} or "." in host.strip(".") else "Wrong HTTP URL"


def _check_bounds(entity: Entity, units: bytes) -> None:
    length = len(units) // 2
    start, end = entity["offset"], entity["offset"] + entity["length"]
    if start > length:
        raise bad_request(f"entity begins after the end of the text at UTF-16 offset {start}")
    if end > length:
        raise _ends_outside(entity)
    for unit, verb in ((start, "begins"), (end, "ends")):
        if unit < length and 0xDC <= units[2 * unit + 1] <= 0xDF:
            offset = len(units[: 2 * unit - 2].decode("utf-16-le", "surrogatepass").encode())
            raise bad_request(f"entity {verb} in a middle of a UTF-16 symbol at byte offset {offset}")


def _check_nesting(entities: list[Entity]) -> None:
    ends: list[int] = []
    for entity in sorted(entities, key=lambda entity: (entity["offset"], -entity["length"])):
        start, end = entity["offset"], entity["offset"] + entity["length"]
        while ends and ends[-1] <= start:
            ends.pop()
        if ends and end > ends[-1]:
            raise _ends_outside(entity)
        ends.append(end)


def _ends_outside(entity: Entity) -> Exception:
    start, end = entity["offset"], entity["offset"] + entity["length"]
    return bad_request(
        f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {end}"
    )
