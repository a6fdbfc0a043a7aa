"""How to reach a person where a form alone does not tell: short phones, names in messengers."""

import re
from collections.abc import Iterator
from functools import cache

from bot.guard.phrasebook import phrasebook

_SHORT = r"\d{3}[ -]?\d\d[ -]?\d\d|\d{3}[ -]\d{4}"
_HANDLE = re.compile(
    r"(?<![\w.@/])@[a-z]\w{3,31}(?!\w|\.\w)|(?<![\w.])(?:t|telegram)\.me/\w{4,32}", re.IGNORECASE
)
_AROUND = 40
_CLAUSE_END = re.compile(r"[.!?;\n]")


def short_phones(text: str) -> Iterator[tuple[int, int]]:
    """«тел 3331122», «333-11-22 мой номер»: seven digits are a phone where a word beside them says so."""
    for pattern in _phones():
        for found in pattern.finditer(text):
            yield found.span("phone")


def handles_in(text: str) -> Iterator[tuple[int, int]]:
    """A name in a messenger that its owner gives; «ваш канал @shop» is not the customer's."""
    for found in _bare_handle().finditer(text):
        yield found.span("handle")
    own, others = _whose()
    for found in _HANDLE.finditer(text):
        before = _CLAUSE_END.split(text[max(0, found.start() - _AROUND) : found.start()])[-1]
        after = _CLAUSE_END.split(text[found.end() : found.end() + _AROUND])[0]
        beside = f"{before} {after}"
        if own.search(beside) and not others.search(beside):
            yield found.span()


@cache
def _phones() -> tuple[re.Pattern[str], ...]:
    words = {name: str(phrasebook()[name]) for name in ("phone_word", "phone_filler", "no_phone_unit")}
    number = rf"(?<![\w.,-])(?P<phone>{_SHORT})(?![\w-]|[.,]\d| ?(?:{words['no_phone_unit']}))"
    fillers = rf"(?:{words['phone_filler']}[ :,—-]{{1,3}}){{0,3}}"
    patterns = (
        rf"(?<![^\W_]){words['phone_word']}[ .:,—№-]{{1,4}}{fillers}{number}",
        rf"{number}[ ,—-]{{1,3}}(?:{words['phone_filler']} ){{0,2}}{words['phone_word']}(?!\w)",
    )
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


@cache
def _bare_handle() -> re.Pattern[str]:
    """«Мой телеграм ivan_petrov», without the sign."""
    whose = rf"(?<!\w)(?:мой|my) {phrasebook()['messenger']}[ :—-]{{1,4}}(?:это |is )?"
    return re.compile(rf"{whose}(?P<handle>[a-z][a-z0-9_]{{4,31}})(?!\w)", re.IGNORECASE)


@cache
def _whose() -> tuple[re.Pattern[str], re.Pattern[str]]:
    data = phrasebook()
    own = rf"(?<!\w)(?:{data['own_contact']}|{data['messenger']})(?!\w)"
    return re.compile(own, re.IGNORECASE), re.compile(
        rf"(?<!\w){data['others_contact']}(?!\w)", re.IGNORECASE
    )
