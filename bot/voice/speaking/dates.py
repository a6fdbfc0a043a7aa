"""Dates, years and times of day in words."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Final

from bot.voice.speaking.context import STOP, case_after, word_before
from bot.voice.speaking.numbers import Case, Unit, cardinal, counted, ordinal, spoken_russian

_DASH: Final = r"\s?[-–—]\s?"
_ISO: Final = re.compile(r"(?<![\d-])(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?![\d-])")
_DOTTED: Final = re.compile(
    r"(?<![\d.,])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|\d\d)(?![\d.]\d)(?:\s?г(?:ода|\b))?"
    + STOP
)
_YEAR: Final = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)\s?(?P<word>год(?:а|у|ом|е)?|г)\b" + STOP)
_SPAN: Final = re.compile(rf"(?<![\d:])(\d{{1,2}}):(\d\d){_DASH}(\d{{1,2}}):(\d\d)(?![\d:])")
_TIME: Final = re.compile(r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?![\d:])")
_JOINT: Final = re.compile(r"\d{1,2}|[^\d]+")
_YEAR_CASES: Final[dict[str, Case]] = {"год": "n", "года": "g", "году": "p", "годом": "i", "годе": "p"}
_YEAR_FORMS: Final[dict[Case, str]] = {
    "n": "год", "a": "год", "g": "года", "d": "году", "p": "году", "i": "годом",
}  # fmt: skip
_HOUR: Final = Unit(noun="час")


def say_dates(text: str) -> str:
    """The text with dates, years and times in words."""
    text = _DOTTED.sub(_in_digits, _ISO.sub(_in_digits, text))
    text = _YEAR.sub(_year, _days_of_month().sub(_days, text))
    return _TIME.sub(_time, _SPAN.sub(_span, text))


def _in_digits(found: re.Match[str]) -> str:
    months: list[str] = spoken_russian()["months"]
    day, month = int(found["day"]), int(found["month"])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return found[0]
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    said = ordinal(day, _day_case(word_before(found)), "n")
    return f"{said} {months[month - 1]} {ordinal(year, 'g')} года"


@cache
def _days_of_month() -> re.Pattern[str]:
    months = "|".join(spoken_russian()["months"])
    return re.compile(
        rf"(?<![\d.,:])(?P<days>\d{{1,2}}(?:-?(?:го|е))?(?:(?:,\s?|\s?и\s|\s(?:по|до)\s|{_DASH})\d{{1,2}}(?!\d))*)"
        rf"\s(?P<month>{months})(?:\s(?P<year>\d{{4}})(?!\d)(?:\s?(?:года|г\b{STOP}))?)?",
        re.IGNORECASE,
    )


def _days(found: re.Match[str]) -> str:
    said = "".join(_days_said(found["days"], word_before(found)))
    year = f" {ordinal(int(found['year']), 'g')} года" if found["year"] else ""
    return f"{said} {found['month']}{year}"


def _days_said(days: str, before: str) -> Iterator[str]:
    """«1–8»: с первого по восьмое; «1 и 2»: первого и второго."""
    case = _day_case(before)
    pieces = _JOINT.findall(re.sub(r"(?<=\d)-?(?:го|е)\b", "", days))
    for place, piece in enumerate(pieces):
        following = pieces[place + 1].strip() if place + 1 < len(pieces) else ""
        if piece.isdigit():
            from_here = following in "-–—" and following and before != "с"
            yield ("с " if from_here else "") + ordinal(
                int(piece), "g" if following in ("-", "–", "—") else case, "n"
            )
        elif piece.strip() in "-–—":
            case = "a"
            yield " по "
        else:
            case = _day_case(piece.strip()) if piece.strip() in ("по", "до") else case
            yield piece


def _day_case(before: str) -> Case:
    """Without a word before it a date says when something is: «первого мая»."""
    if before in ("по", "на"):
        return "a"
    return "d" if before in ("к", "ко") else "g"


def _year(found: re.Match[str]) -> str:
    before = word_before(found)
    if found["word"] == "г":
        case: Case = "p" if before in ("в", "во") else "d" if before == "к" else "g"
    else:
        case = _YEAR_CASES[found["word"]]
        if case == "p" and before in ("к", "ко", "по"):
            case = "d"
    return f"{ordinal(int(found['year']), case)} {_YEAR_FORMS[case]}"


def _span(found: re.Match[str]) -> str:
    first_hour, first_minute, last_hour, last_minute = map(int, found.groups())
    begins = "" if word_before(found) == "с" else "с "
    first = _clock(first_hour, first_minute, "g", bare=not last_minute)
    return f"{begins}{first} до {_clock(last_hour, last_minute, 'g')}"


def _time(found: re.Match[str]) -> str:
    case = case_after(word_before(found)) or "n"
    return _clock(int(found[1]), int(found[2]), case)


def _clock(hour: int, minute: int, case: Case, *, bare: bool = False) -> str:
    """«Двадцать один час», «девять тридцать», «девять ноль пять»."""
    if not minute:
        return cardinal(hour, case) if bare else counted(Decimal(hour), _HOUR, case)
    zero = "ноль " if minute < 10 else ""
    return f"{cardinal(hour, case)} {zero}{cardinal(minute, 'n' if zero else case)}"
