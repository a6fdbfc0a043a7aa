"""Local days of a tenant, exact where its clocks change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of the day there, in UTC: also where the clocks skip or repeat midnight."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def today(at: datetime, zone: ZoneInfo) -> date:
    if at.tzinfo is None:
        raise ValueError("at must be aware")
    return at.astimezone(zone).date()


def cutoff(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """What ended before this moment has been kept for the whole of `days` days. Raises OverflowError."""
    return midnight(today(at, zone) - timedelta(days=days), zone)


def each_day(first: date, last: date) -> Iterator[date]:
    """From the first to the last, which is included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def in_words(at: datetime, zone: ZoneInfo) -> str:
    """As people read it: the day and the time there."""
    return at.astimezone(zone).strftime("%d.%m.%Y, %H:%M")
