"""Numbers in a text that may be somebody's: all long ones but for prices, years and dates."""

import re
from collections.abc import Iterable, Iterator

from bot.guard.spoken import said_digits

Span = tuple[int, int]

_BETWEEN = r"(?:[ \-()./,_·*+:|~\n]{0,3}|\s?(?:тире|дефис|пробел)\s?)"
_RUN = re.compile(rf"(?<![^\W_])\+?\d(?:{_BETWEEN}\d){{8,}}")
_LEAST_DIGITS = 9
_LEAST_SAID = 9
_LEAST_KNOWN = 6
_PRICE = r"(?:\d{1,3}(?:[ .]\d{3}){1,2}|\d{5,8})"
_YEAR = r"(?:19|20)\d\d"
_DAY = rf"(?:\d{{1,2}}\.\d{{1,2}}(?:\.{_YEAR})?|{_YEAR}-\d\d-\d\d|\d{{1,2}}:\d\d)"
_HARMLESS = re.compile(
    rf"{_PRICE}(?:\s?[-,;/]\s?{_PRICE})*"
    rf"|{_YEAR}(?:[\s,;/-]{{1,3}}{_YEAR})*"
    rf"|(?:{_DAY}|{_YEAR})(?:[\s,-]{{1,3}}(?:{_DAY}|{_YEAR}))*"
    r"|\d\d(?:(?:, |/)\d\d)+|\d\d\d(?:(?:, |/)\d\d\d)+|20\d{6}-\d{1,5}"
)
_SIGN = r"[\dOОoоQlIЗзSБб|]"
_DRAWN = re.compile(rf"(?<![^\W_])\+?{_SIGN}(?:[ \-()./]{{0,2}}{_SIGN}){{9,14}}(?![^\W_])")
_LEAST_PLAIN = 6
_SHORT = 7


def long_numbers_in(text: str) -> Iterator[Span]:
    """Nine digits or more, in figures, in words, or with letters drawn as figures."""
    for run in _RUN.finditer(text):
        if sum(map(str.isdigit, run[0])) >= _LEAST_DIGITS and not _HARMLESS.fullmatch(run[0]):
            yield run.span()
    for run in _DRAWN.finditer(text):
        if sum(map(str.isdigit, run[0])) >= _LEAST_PLAIN and not _RUN.fullmatch(run[0]):
            yield run.span()
    for start, stop, digits in said_digits(text):
        if len(digits) >= _LEAST_SAID:
            yield start, stop


def known_numbers_in(text: str, numbers: Iterable[str]) -> Iterator[Span]:
    """Where one of the numbers stands, however it is spelt: the last ten digits of a phone tell it."""
    wanted = {digits[-10:] for digits in (re.sub(r"\D", "", number) for number in numbers)}
    for digits in filter(lambda digits: len(digits) >= _LEAST_KNOWN, wanted):
        apart = r"[^\w\n]{0,4}"
        country = rf"(?:\+?{apart}\d{{1,3}}{apart})?" if len(digits) == 10 else ""
        for found in re.finditer(country + apart.join(digits) + r"(?!\d)", text):
            yield found.span()
        for start, stop, said in said_digits(text):
            if digits in said or (len(digits) == 10 and said == digits[-_SHORT:]):
                yield start, stop
