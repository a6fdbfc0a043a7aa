"""Working hours and holidays, in the tenant's own local time."""

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BeforeValidator

_CLOSED = "closed"
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})")
_DAY_MINUTES = 24 * 60
_LEAP_YEAR = 2000


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Span:
    """From one minute of the day up to, not including, another. 24:00 is the end of the day."""

    opens_min: int
    closes_min: int

    def __str__(self) -> str:
        return f"{_clock(self.opens_min)}-{_clock(self.closes_min)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def parse_hours(value: object) -> tuple[Span, ...]:
    """Read ``09:00-21:00``, ``09:00-13:00, 14:00-18:00`` or ``closed``. Raises ValueError."""
    if isinstance(value, tuple):
        return value
    if not isinstance(value, str) or not value.strip():
        raise ValueError('write hours as "09:00-21:00", "09:00-13:00, 14:00-18:00" or "closed"')
    if value.strip().lower() == _CLOSED:
        return ()
    spans = tuple(_parse_span(part.strip()) for part in value.split(","))
    for earlier, later in pairwise(spans):
        if later.opens_min < earlier.closes_min:
            raise ValueError(f"hours overlap or are out of order: {earlier} and {later}")
    return spans


def _parse_span(written: str) -> Span:
    match = _SPAN.fullmatch(written)
    if match is None:
        raise ValueError(f'"{written}" is not a span of hours such as 09:00-21:00')
    from_hour, from_minute, to_hour, to_minute = (int(number) for number in match.groups())
    opens, closes = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if from_minute > 59 or to_minute > 59 or closes > _DAY_MINUTES:
        raise ValueError(f'there is no such time of day in "{written}"')
    if opens >= closes:
        raise ValueError(f'"{written}" ends before it begins; split what goes past midnight between two days')
    return Span(opens_min=opens, closes_min=closes)


Hours = Annotated[tuple[Span, ...], BeforeValidator(parse_hours)]
"""The spans of one day, in order; empty means closed."""


def common_hours(one: tuple[Span, ...], other: tuple[Span, ...]) -> tuple[Span, ...]:
    """What lies in both."""
    pairs = ((left, right) for left in one for right in other)
    both = (
        (max(left.opens_min, right.opens_min), min(left.closes_min, right.closes_min))
        for left, right in pairs
    )
    return tuple(Span(opens_min=opens, closes_min=closes) for opens, closes in sorted(both) if opens < closes)


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarDay:
    """A day of one year, or, where `year` is None, of every year."""

    year: int | None
    month: int
    day: int

    @classmethod
    def parse(cls, value: object) -> Self:
        """Read ``12-31`` or ``2027-05-09``. Raises ValueError, also for a day that does not exist."""
        if isinstance(value, cls):
            return value
        match = re.fullmatch(r"(?:(\d{4})-)?(\d{2})-(\d{2})", value) if isinstance(value, str) else None
        if match is None:
            raise ValueError(f'"{value}" is not a day such as 12-31 (every year) or 2027-05-09')
        year = int(match[1]) if match[1] else None
        month, day = int(match[2]), int(match[3])
        try:
            date(_LEAP_YEAR if year is None else year, month, day)
        except ValueError as error:
            raise ValueError(f'there is no day "{value}" in the calendar') from error
        return cls(year=year, month=month, day=day)

    def __str__(self) -> str:
        """As `parse` reads it."""
        year = "" if self.year is None else f"{self.year:04}-"
        return f"{year}{self.month:02}-{self.day:02}"

    def falls_on(self, when: date) -> bool:
        return (self.month, self.day) == (when.month, when.day) and self.year in (None, when.year)
