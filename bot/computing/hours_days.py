"""The days and the minute that a question about working hours names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.computing.hours_words import HoursWords

_BETWEEN = frozenset(("го", "е", "st", "nd", "rd", "th", "of"))
"""What may stand between a day and its month."""
_DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?\b")
_MONTH = "янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_OF_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:(?:-?го)? числа\b|-?го\b(?! ?(?:{_MONTH})))"
    rf"|\bthe (\d{{1,2}})(?:st|nd|rd|th)\b(?! (?:of|{_MONTH}))"
)
_CLOCK = re.compile(
    r"\b(?:в|к|после|at|after|by|around) (\d{1,2})(?:[:.](\d{2}))?(?!\d)"
    rf"(?! ?(?:{_MONTH}|числ|%|-?го\b|-?е\b))(?: ?(?:час\w*|ч\b|o'?clock))?"
    r"(?: ?(?P<half>утра|дня|вечера|ночи|am|pm)\b)?"
)
_LATE = re.compile(r"\b(?:вечер\w*|днем|дня|pm|evening|tonight|afternoon)\b")
_EARLY = re.compile(r"\b(?:утр\w*|ноч\w*|am|morning)\b")
_AHEAD = re.compile(
    r"\b(?:через|in) (?:(?P<count>\d+(?:[.,]\d+)?|an?|half an) ?)?"
    r"(?P<unit>полчас\w*|час\w*|минут\w*|hours?|minutes?|mins?)\b"
)
_NOON_HOUR = 12
_FIRST_HOUR = 7
"""«В 5» is hardly five in the morning."""
_WEEK_DAYS = 7


def days_in(
    plain: str, lemmas: Sequence[str], words: HoursWords, today: date, holiday: tuple[int, int] | None
) -> tuple[date, ...]:
    """The days that are named, by date, by holiday, as «завтра» or as weekdays; none where none is."""
    dated = tuple(dict.fromkeys(_dates(plain, lemmas, words, today)))
    if dated:
        return dated
    if holiday is not None:
        return (_coming(today, *holiday),)
    phrases = [ahead for phrase, ahead in words.days.items() if " " in phrase and phrase in plain]
    ahead = phrases or [words.days[lemma] for lemma in lemmas if lemma in words.days]
    relative = [today + timedelta(days=number) for number in ahead]
    return tuple(dict.fromkeys(relative)) or _weekdays(lemmas, words, today)


def _weekdays(lemmas: Sequence[str], words: HoursWords, today: date) -> tuple[date, ...]:
    """«В субботу», the coming one; «в следующую субботу», that of the next week; but not «без выходных»."""
    named = [
        number
        for before, lemma in zip(["", *lemmas], lemmas, strict=False)
        if before not in words.not_on
        for number in words.spans.get(lemma, ())
    ]
    if not words.next.isdisjoint(lemmas):
        monday = today + timedelta(days=_WEEK_DAYS - today.weekday())
        return tuple(sorted({monday + timedelta(days=number) for number in named}))
    return tuple(
        sorted({today + timedelta(days=(number - today.weekday()) % _WEEK_DAYS) for number in named})
    )


def holiday_in(
    lemmas: Sequence[str], holidays: Mapping[tuple[str, ...], tuple[int, int]]
) -> tuple[tuple[str, ...], tuple[int, int] | None]:
    """The words of the holiday that is named, and its month and day."""
    named = [(name, day) for name, day in holidays.items() if name and set(name) <= set(lemmas)]
    return max(named, key=lambda found: len(found[0]), default=((), None))


def _dates(plain: str, lemmas: Sequence[str], words: HoursWords, today: date) -> Iterator[date]:
    named = (
        *_of_months([lemma for lemma in lemmas if lemma not in _BETWEEN], words, today),
        *(
            _coming_or_none(today, int(month), int(day), int(year) if year else None)
            for day, month, year in _DOTTED.findall(plain)
        ),
        *(_coming_number(today, int(found[1] or found[2])) for found in _OF_MONTH.finditer(plain)),
    )
    yield from filter(None, named)


def _of_months(lemmas: Sequence[str], words: HoursWords, today: date) -> Iterator[date | None]:
    """«1 января 2027», «january 1»."""
    for before, lemma, following in zip(lemmas, lemmas[1:], [*lemmas[2:], ""], strict=False):
        is_month = lemma in words.months
        month, day = (lemma, before) if is_month else (before, lemma)
        if month in words.months and day.isdigit():
            year = int(following) if re.fullmatch(r"20\d\d", following) else None
            yield _coming_or_none(today, words.months[month], int(day), year)


def _coming_or_none(today: date, month: int, day: int, year: int | None = None) -> date | None:
    try:
        return date(year, month, day) if year else _coming(today, month, day)
    except ValueError:
        return None


def _coming(today: date, month: int, day: int) -> date:
    """The next such day, today included. Raises ValueError where there is none."""
    when = date(today.year, month, day)
    return when if when >= today else date(today.year + 1, month, day)


def _coming_number(today: date, day: int) -> date | None:
    """«30 числа»: of this month or the next that has it."""
    ahead = (today + timedelta(days=number) for number in range(62))
    return next((when for when in ahead if when.day == day), None)


def moment_in(plain: str, now: datetime) -> datetime | None:
    """«Через час»: so much later than now."""
    found = _AHEAD.search(plain)
    if found is None:
        return None
    count = found["count"] or "1"
    size = {"a": 1.0, "an": 1.0, "half an": 0.5}.get(count) or float(count.replace(",", "."))
    if found["unit"].startswith("полчас"):
        return now + timedelta(minutes=30)
    is_hours = found["unit"].startswith(("час", "hour"))
    return now + (timedelta(hours=size) if is_hours else timedelta(minutes=size))


def minute_in(plain: str, *, after: int | None) -> int | None:
    """The minute of the day that is named. `after`: the minute of now, where today is meant."""
    found = _CLOCK.search(plain)
    if found is None or int(found[1]) > 24 or int(found[2] or 0) > 59:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if hour >= _NOON_HOUR or _EARLY.search(plain):
        return hour * 60 + minute
    is_past = after is not None and hour * 60 + minute <= after
    is_late = bool(_LATE.search(plain)) or hour < _FIRST_HOUR or is_past
    return (hour + _NOON_HOUR * is_late) * 60 + minute
