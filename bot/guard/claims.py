"""Checks what a draft claims against what is known, before anything is sent."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

_SPACED_NUMBER = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_MONTHS = "январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр"
_PHONE = re.compile(r"(?:\+7|\b8)[ \-(]*\d{3}[ \-)]*\d{3}[ -]?\d{2}[ -]?\d{2}")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s)\]>]+")
_PERCENTAGE = re.compile(r"\d[\d.,]*\s*(?:%|процент)")
_PRICE = re.compile(
    r"\d[\d.,]*\s*(?:тыс\w*\.?|млн\.?|миллион\w*)?\s*(?:₽|руб\w*\.?|р\.|\$|€|доллар\w*|евро)", re.IGNORECASE
)
_TIME = re.compile(r"\b\d{1,2}:\d{2}\b")
_DATE = re.compile(rf"\b\d{{1,2}}(?:\.\d{{2}}\.\d{{2,4}}|\s+(?:{_MONTHS}))", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:не|нет|нельзя|без|ни|никак\w*|невозможно|not?|never|cannot|can't|don't|without)\b", re.IGNORECASE
)
_LATIN_NAME = re.compile(r"\b[A-Za-z][A-Za-z-]*\b")
_FOREIGN_SCRIPT = re.compile(r"[\u0370-\u03ff\u0530-\u1cff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]")


def unsupported_claims(draft: str, facts: Sequence[str], *, echoes: Sequence[str] = ()) -> list[str]:
    """The prices, percentages, dates, times, phones and addresses in the draft that no fact contains.

    `echoes` is what the customer said: its dates and times may be repeated, its prices prove nothing.
    """
    known = {value for _, value in _claims("\n".join(echoes)) if value.startswith(("time ", "date "))}
    known.update(*map(_values, facts))
    return [claim for claim, value in _claims(draft) if value not in known]


def foreign_script(draft: str) -> bool:
    """Whether the draft has letters that are neither Latin nor Cyrillic."""
    return bool(_FOREIGN_SCRIPT.search(draft))


def unfaithful_phrasing(draft: str, phrased: str) -> str:
    """Why `phrased` must not stand for `draft`, or "" when it says the same.

    The same numbers, the same Latin names and addresses, as many negations, a like length.
    """
    if set(_NUMBER.findall(_joined(draft))) != set(_NUMBER.findall(_joined(phrased))):
        return "numbers differ"
    if _latin_names(draft) != _latin_names(phrased):
        return "names differ"
    if len(_NEGATION.findall(draft)) != len(_NEGATION.findall(phrased)):
        return "negations differ"
    if not 0.4 <= len(phrased) / max(1, len(draft)) <= 2.0:
        return "length differs"
    return ""


def _claims(text: str) -> Iterator[tuple[str, str]]:
    """Each claim as written, with the value that two spellings of it share."""
    for match in _ADDRESS.finditer(text):
        yield match[0].rstrip(".,;"), match[0].rstrip(".,;").lower()
    for match in _PHONE.finditer(text):
        yield match[0], "phone " + re.sub(r"\D", "", match[0])[-10:]
    rest = _joined(_PHONE.sub(" ", _ADDRESS.sub(" ", text)))
    for kind, pattern in (("percent", _PERCENTAGE), ("price", _PRICE), ("time", _TIME), ("date", _DATE)):
        for match in pattern.finditer(rest):
            yield match[0].strip(), f"{kind} {_value(match[0])}"


@lru_cache(maxsize=1_000)
def _values(fact: str) -> frozenset[str]:
    """What a fact supports; a table's bare number supports a price that is written with a currency."""
    values = frozenset(value for _, value in _claims(fact))
    bare = _NUMBER.findall(_joined(_PHONE.sub(" ", fact)))
    return values | {f"price {number.rstrip('.,:')}" for number in bare if len(number) > 2}


def _value(claim: str) -> str:
    """The number of a claim with its scale or month: "4500", "6.9 млн", "12 мар"."""
    number = _NUMBER.findall(claim)[0].replace(",", ".")
    word = re.search(rf"тыс|млн|миллион|{_MONTHS}", claim, re.IGNORECASE)
    return f"{number} {word[0].lower()[:3]}".replace("мил", "млн") if word else number


def _joined(text: str) -> str:
    """The text with 6 000 000 written as 6000000."""
    return _SPACED_NUMBER.sub("", text)


def _latin_names(text: str) -> set[str]:
    return {name.lower() for name in _LATIN_NAME.findall(text)}
