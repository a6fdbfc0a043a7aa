"""Working time of a tenant, exact to the moment: through lunch, nights, holidays and changes of the clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from bot.people.changes.calendar import Opens
from bot.tenant.model import Department

_LOOK_AHEAD = timedelta(days=366)
_CHUNK = timedelta(days=1)
"""Clocks do not change twice within it."""
_INSTANT = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)
Stretch = tuple[datetime, datetime]
"""From one moment up to, not including, another; aware, in UTC."""


class WorkingClock:
    """Counts the moments at which a tenant, or its calendar, is open.

    Moments are aware; those given back are in UTC.
    """

    def __init__(self, tenant: Opens, department: Department | None = None) -> None:
        self._tenant = tenant
        self._department = department
        self.zone = tenant.zone

    def is_open(self, at: datetime) -> bool:
        return self._tenant.is_open(at, self._department)

    def opening(self, at: datetime) -> datetime | None:
        """The first moment not before `at` at which it is open; None: it is closed for a year."""
        return next((start for start, _ in self.stretches(at)), None)

    def opens_within(self, start: datetime, end: datetime) -> bool:
        """Whether it is open at any moment from `start` up to, not including, `end`."""
        opens = self.opening(start)
        return opens is not None and opens < end

    def by(self, opens: Opens) -> "WorkingClock":
        """The same by other hours."""
        return WorkingClock(opens, self._department)

    def closing(self, at: datetime) -> datetime | None:
        """When it closes next, after `at` or the next opening; None: closed for a year."""
        closes: datetime | None = None
        for start, end in self.stretches(at):
            if closes is not None and start > closes:
                break
            closes = end
        return closes

    def after(self, at: datetime, minutes: float) -> datetime | None:
        """When so much working time has passed since `at`; None: not within a year.

        What ends exactly with the day ends that day, and not with the next opening.
        """
        left = timedelta(minutes=minutes)
        for start, end in self.stretches(at):
            if end - start >= left:
                return start + left
            left -= end - start
        return None

    def minutes_between(self, start: datetime, end: datetime) -> float:
        """The working time from one moment to another; 0 if they are in the wrong order."""
        worked = timedelta()
        for opens, closes in self.stretches(start):
            if opens >= end:
                break
            worked += min(closes, end) - opens
        return worked / _MINUTE

    def pauses_at(self, at: datetime) -> bool:
        """Whether it is closed, but only for a break: it was open earlier that day and will be again."""
        if self.is_open(at):
            return False
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        spans = self._tenant.hours_on(local.date(), self._department)
        return bool(spans) and spans[0].closes_min <= minute < spans[-1].opens_min

    def stretches(self, at: datetime) -> Iterator[Stretch]:
        """The working time from `at` on, in order, for a year; two may touch, as at midnight."""
        for start, end in self._even(at):
            away = start.astimezone(self.zone).utcoffset() or timedelta()
            wall_start, wall_end = (moment.replace(tzinfo=None) + away for moment in (start, end))
            for opens, closes in self._open_within(wall_start, wall_end):
                yield ((opens - away).replace(tzinfo=UTC), (closes - away).replace(tzinfo=UTC))

    def _even(self, at: datetime) -> Iterator[Stretch]:
        """The time from `at` on in pieces within which the local clock goes evenly."""
        if at.tzinfo is None:
            raise ValueError("at must be aware")
        start = at.astimezone(UTC)
        last = start + _LOOK_AHEAD
        while start < last:
            end = self._first_change(start, start + _CHUNK)
            yield (start, end)
            start = end

    def _first_change(self, start: datetime, end: datetime) -> datetime:
        """The moment between the two at which the distance from UTC changes, else the second."""
        away = start.astimezone(self.zone).utcoffset()
        if end.astimezone(self.zone).utcoffset() == away:
            return end
        before = start
        while end - before > _INSTANT:
            middle = before + (end - before) / 2
            if middle.astimezone(self.zone).utcoffset() == away:
                before = middle
            else:
                end = middle
        return end

    def _open_within(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        """Of an even piece of local time; naive, as the clock on the wall shows."""
        day = start.date()
        while day <= end.date():
            midnight = datetime.combine(day, time())
            for span in self._tenant.hours_on(day, self._department):
                opens = max(start, midnight + timedelta(minutes=span.opens_min))
                closes = min(end, midnight + timedelta(minutes=span.closes_min))
                if opens < closes:
                    yield (opens, closes)
            day += timedelta(days=1)
