"""The slots of a booking: the calendar's days cut into pieces, exact also on the nights of a time change."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.people.changes.calendar import Opens
from bot.tenant.actions import Booking

_MOST_SHOWN = 5


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Slot:
    """A time of one resource. Both ends are aware, in UTC."""

    starts_at: datetime
    ends_at: datetime
    resource: str

    def overlaps(self, taken: "Slot") -> bool:
        same = self.resource == taken.resource
        return same and self.starts_at < taken.ends_at and taken.starts_at < self.ends_at


def moment(day: date, minute: int, zone: ZoneInfo) -> datetime | None:
    """The minute of a local day, in UTC, of a doubled one the first; None where the clocks leap over it."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    return at if at.astimezone(zone).replace(tzinfo=None) == wall else None


def slots_on(day: date, action: Booking, tenant: Opens, resource: str) -> Iterator[Slot]:
    """Every slot of a local day, free or not, in order; none overlaps another or leaves the opening hours."""
    department = tenant.department(action.department) if action.department else None
    spans = action.spans(tenant.hours_on(day, department))
    length = timedelta(minutes=action.slot_min)
    until = datetime.min.replace(tzinfo=UTC)
    for minute in action.starts(tenant.hours_on(day, department)):
        starts_at = moment(day, minute, tenant.zone)
        closes_min = next(span.closes_min for span in spans if span.opens_min <= minute < span.closes_min)
        if starts_at is None or starts_at < until or starts_at + length > _end(day, closes_min, tenant.zone):
            continue
        until = starts_at + length
        yield Slot(starts_at=starts_at, ends_at=until, resource=resource)


def _end(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """When the clocks show that minute for the last time."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    return wall.replace(tzinfo=zone, fold=1).astimezone(UTC)


def is_within(starts_at: datetime, ends_at: datetime, action: Booking, tenant: Opens) -> bool:
    """Whether it lies in the opening hours of one day."""
    department = tenant.department(action.department) if action.department else None
    local = starts_at.astimezone(tenant.zone)
    minute = local.hour * 60 + local.minute
    return any(
        span.opens_min <= minute and ends_at <= _end(local.date(), span.closes_min, tenant.zone)
        for span in tenant.hours_on(local.date(), department)
    )


def days_of(action: Booking, tenant: Opens, now: datetime) -> list[date]:
    """The local days on which a slot may lie, today first."""
    today = now.astimezone(tenant.zone).date()
    return [today + timedelta(days=ahead) for ahead in range(action.days_ahead + 1)]


def open_slots(
    action: Booking, tenant: Opens, resources: Sequence[str], days: Iterable[date], now: datetime
) -> list[Slot]:
    """What may be asked for on these days, taken or not: on a day ahead, and not too soon."""
    soonest = now + timedelta(minutes=action.lead_min)
    bookable = set(days_of(action, tenant, now))
    return sorted(
        slot
        for day in days
        if day in bookable
        for resource in resources
        for slot in slots_on(day, action, tenant, resource)
        if slot.starts_at >= soonest
    )


def without(slots: Iterable[Slot], taken: Sequence[Slot]) -> list[Slot]:
    """The slots that overlap nothing taken."""
    by_resource: dict[str, list[Slot]] = {}
    for slot in taken:
        by_resource.setdefault(slot.resource, []).append(slot)
    return [slot for slot in slots if not any(map(slot.overlaps, by_resource.get(slot.resource, ())))]


def nearest(slots: Iterable[Slot], to: datetime, count: int = _MOST_SHOWN) -> list[Slot]:
    """The slots whose beginnings are nearest to a moment, in order of time; one for each beginning."""
    distinct = {slot.starts_at: slot for slot in sorted(slots, reverse=True)}
    near = sorted(distinct.values(), key=lambda slot: (abs(slot.starts_at - to), slot.starts_at))
    return sorted(near[:count])
