"""What is wrong with a message to many, before anybody gets it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from markdown_it.token import Token

from bot.delivery.formatted import MESSAGE_LIMIT, is_blank
from bot.delivery.formatting import render, tokens_of
from bot.domain.broadcasts import PROMO, Message, Promo
from bot.people.broadcasts.codes import longest_code

MOST_ENTITIES: Final = 100
"""Telegram shows the others as plain text."""
LABEL_CHARACTERS: Final = 64
_ADDRESS_CHARACTERS = 1_000
_NEVER_IN_ADDRESS: Final = frozenset('{}<>"\\^`|')
"""Whoever writes {promo} there means the code, which has no place in a link."""
_OPENED = frozenset({"http", "https", "tg", "mailto", "tel"})
_UNSEEN = "\ufffc"
"""Stands for what is no mistake: code, an escaped sign, a mark that was understood."""
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,62}")
_CODE = re.compile(r"[^\W_][^\W_-]*(?:-[^\W_]+)*")
_CODE_CHARACTERS = (3, 24)


class Wrong(StrEnum):
    """What is wrong; the texts say it to people."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNCLOSED = "unclosed"
    BAD_LINK = "bad_link"
    HTML = "html"
    BLANK = "blank"
    """Something in braces that is not the code."""
    TOO_MANY_MARKS = "too_many_marks"
    BUTTON_FORM = "button_form"
    BUTTON_LABEL = "button_label"
    BUTTON_NOT_HTTPS = "button_not_https"
    BUTTON_ADDRESS = "button_address"
    PROMO_FORM = "promo_form"
    PROMO_MISSING = "promo_missing"
    """The text has a place for a code, and there is none."""
    PROMO_UNUSED = "promo_unused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """`what`: the very signs, as they were written."""

    wrong: Wrong
    what: str = ""
    line: int = 0
    count: int = 0


_MISTAKES: Final = (
    (re.compile(r"\*\*|__|~~|`"), Wrong.UNCLOSED),
    (re.compile(r"\]\(|\[[^\]\n]*(?=\n|$)"), Wrong.UNCLOSED),
    (re.compile(r"</?[A-Za-z][^>\n]*>"), Wrong.HTML),
    (re.compile(r"\{[^}\n]*\}?"), Wrong.BLANK),
    (re.compile(r"(?<![\w*])\*(?=\w)|(?<!\w)_(?=\w)"), Wrong.UNCLOSED),
)
_SHOWN = 30


def fault_of_text(text: str, promo: Promo) -> Fault | None:
    """Why a text cannot be sent just so; None: it can."""
    if is_blank(text):
        return Fault(wrong=Wrong.EMPTY)
    formatted = render(text.replace(PROMO, longest_code(promo)))
    if formatted.length > MESSAGE_LIMIT:
        return Fault(wrong=Wrong.TOO_LONG, count=formatted.length)
    if len(formatted.entities) > MOST_ENTITIES:
        return Fault(wrong=Wrong.TOO_MANY_MARKS, count=len(formatted.entities))
    return next(_mistakes(text), None)


def fault_of(message: Message) -> Fault | None:
    """Of all of it together."""
    if message.promo and PROMO not in message.text:
        return Fault(wrong=Wrong.PROMO_UNUSED)
    if not message.promo and PROMO in message.text:
        return Fault(wrong=Wrong.PROMO_MISSING)
    return fault_of_text(message.text, message.promo)


def read_button(words: str) -> tuple[str, str] | Fault:
    """``Записаться - https://example.ru``: what stands on it, and where it leads."""
    label, _, address = " ".join(words.split()).rpartition(" ")
    label = label.rstrip(" -–—|:")
    if "://" not in address and "." not in address:
        return Fault(wrong=Wrong.BUTTON_FORM)
    if not label or is_blank(label):
        return Fault(wrong=Wrong.BUTTON_FORM)
    if len(label) > LABEL_CHARACTERS:
        return Fault(wrong=Wrong.BUTTON_LABEL, count=len(label))
    if not address.lower().startswith("https://"):
        return Fault(wrong=Wrong.BUTTON_NOT_HTTPS, what=address[:_SHOWN])
    if not _leads_somewhere(address):
        return Fault(wrong=Wrong.BUTTON_ADDRESS, what=address[:_SHOWN])
    return label, address


def read_promo(words: str) -> Promo | Fault:
    """``ЛЕТО10`` for all, ``ЛЕТО*`` for a code of everybody's own that begins so."""
    promo = Promo.from_text(words.strip().upper())
    least, most = _CODE_CHARACTERS
    is_right = _CODE.fullmatch(promo.code) and least <= len(promo.code) <= most
    return promo if is_right else Fault(wrong=Wrong.PROMO_FORM, what=words.strip()[:_SHOWN])


def _leads_somewhere(address: str) -> bool:
    try:
        parts = urlsplit(address)
        _ = parts.port
        host = parts.hostname or ""
    except ValueError:
        return False
    is_plain = parts.username is None and address.isprintable() and not _NEVER_IN_ADDRESS & set(address)
    is_plain &= len(address) <= _ADDRESS_CHARACTERS
    return is_plain and len(host) <= 253 and _HOST.fullmatch(host) is not None


def _mistakes(text: str) -> Iterator[Fault]:
    fences = [number for number, line in enumerate(text.splitlines(), 1) if line.lstrip().startswith("```")]
    if len(fences) % 2:
        yield Fault(wrong=Wrong.UNCLOSED, what="```", line=fences[-1])
    for token in tokens_of(text):
        if token.type == "inline":
            yield from _mistakes_in(token)


def _mistakes_in(token: Token) -> Iterator[Fault]:
    first = (token.map or [0])[0] + 1
    left = ""
    for child in token.children or ():
        line = first + left.count("\n")
        if child.type == "link_open":
            address = str(child.attrs.get("href", ""))
            if not _is_opened(address):
                yield Fault(wrong=Wrong.BAD_LINK, what=address[:_SHOWN], line=line)
        left += _left(child)
    for pattern, wrong in _MISTAKES:
        for found in pattern.finditer(left.replace(PROMO, _UNSEEN)):
            line = first + left[: found.start()].count("\n")
            yield Fault(wrong=wrong, what=found[0][:_SHOWN], line=line)


def _left(child: Token) -> str:
    """What people would see as it was written."""
    if child.type in ("softbreak", "hardbreak"):
        return "\n"
    return child.content if child.type == "text" else _UNSEEN


def _is_opened(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    has_place = bool(parts.netloc) or parts.scheme in ("mailto", "tel")
    return parts.scheme.lower() in _OPENED and has_place
