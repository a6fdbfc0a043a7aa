"""Slots are cut out of the calendar exactly: lunch, holidays, the nights of a time change."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.people.actions.slots import Slot, moment, nearest, open_slots, slots_on, without
from bot.tenant import Tenant, load_tenant
from bot.tenant.actions import Booking
from bot.tenant.hours import parse_hours
from tests.assistants import BAKERY

TUESDAY = date(2026, 7, 7)
MONDAY_MORNING = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)
"""9:00 in Novosibirsk."""


def booking(**changes: Any) -> Booking:
    about: dict[str, Any] = {"kind": "booking", "id": "class", "title": "Класс", "names": ["класс"]}
    about |= {"resources": [{"id": "oak", "title": "Дуб"}], "slot_min": 60, "lead_min": 0}
    return Booking.model_validate(about | changes)


def bakery(zone: str = "Asia/Novosibirsk", **hours: str) -> Tenant:
    tenant = load_tenant(BAKERY)
    spans = {day: parse_hours(written) for day, written in hours.items()}
    working = tenant.working_hours.model_copy(update=spans)
    return tenant.model_copy(update={"time_zone": zone, "working_hours": working})


def clock(slots: list[Slot], tenant: Tenant) -> list[str]:
    return [f"{slot.starts_at.astimezone(tenant.zone):%H:%M}" for slot in slots]


def starts(day: date, action: Booking, tenant: Tenant) -> list[str]:
    return clock(list(slots_on(day, action, tenant, "oak")), tenant)


def test_no_slot_reaches_into_lunch_or_past_closing() -> None:
    assert starts(TUESDAY, booking(slot_min=90), bakery()) == ["09:00", "10:30", "14:00", "15:30"]


def test_a_closed_day_and_a_holiday_have_no_slots() -> None:
    assert starts(date(2026, 7, 6), booking(), bakery()) == []
    assert starts(date(2027, 1, 1), booking(), bakery()) == []


def test_a_short_holiday_has_its_own_slots() -> None:
    assert starts(date(2026, 12, 31), booking(), bakery())[-1] == "14:00"


def test_a_day_that_ends_at_midnight_has_a_last_slot() -> None:
    assert starts(date(2026, 7, 11), booking(), bakery())[-1] == "23:00"


def test_hours_of_the_action_narrow_those_of_the_business() -> None:
    assert starts(TUESDAY, booking(hours="12:00-15:00"), bakery()) == ["12:00", "14:00"]


def test_in_the_night_without_an_hour_nothing_begins_in_it_and_nothing_overlaps() -> None:
    tenant = bakery("Europe/Berlin", sunday="00:00-05:00")
    slots = list(slots_on(date(2026, 3, 29), booking(slot_min=90, step_min=90), tenant, "oak"))
    assert clock(slots, tenant) == ["00:00", "01:30"]
    assert slots[1].starts_at - slots[0].ends_at == timedelta(0)


def test_a_slot_that_the_clocks_leap_over_is_not_there() -> None:
    tenant = bakery("Europe/Berlin", sunday="00:00-05:00")
    assert starts(date(2026, 3, 29), booking(), tenant) == ["00:00", "01:00", "03:00", "04:00"]
    assert moment(date(2026, 3, 29), 150, tenant.zone) is None


def test_in_the_night_with_an_hour_twice_each_slot_is_once_and_an_hour_long() -> None:
    tenant = bakery("Europe/Berlin", sunday="00:00-05:00")
    slots = list(slots_on(date(2026, 10, 25), booking(), tenant, "oak"))
    assert clock(slots, tenant) == ["00:00", "01:00", "02:00", "03:00", "04:00"]
    assert {slot.ends_at - slot.starts_at for slot in slots} == {timedelta(hours=1)}
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(slots))


def test_nothing_is_offered_too_soon_or_too_far_ahead() -> None:
    tenant, action = bakery(), booking(lead_min=26 * 60, days_ahead=2)
    days = [TUESDAY + timedelta(days=number) for number in range(-1, 5)]
    slots = open_slots(action, tenant, ["oak"], days, MONDAY_MORNING)
    assert clock(slots, tenant)[0] == "11:00"
    assert max(slot.starts_at.astimezone(tenant.zone).date() for slot in slots) == date(2026, 7, 8)


def test_what_overlaps_something_taken_is_not_free() -> None:
    tenant = bakery()
    slots = list(slots_on(TUESDAY, booking(), tenant, "oak"))
    at = slots[1].starts_at + timedelta(minutes=30)
    taken = Slot(starts_at=at, ends_at=at + timedelta(hours=1), resource="oak")
    assert clock(without(slots, [taken]), tenant) == ["09:00", "12:00", "14:00", "15:00", "16:00", "17:00"]
    assert len(without(slots, [Slot(starts_at=at, ends_at=taken.ends_at, resource="pine")])) == len(slots)


@pytest.mark.parametrize(("wanted", "near"), [(1, ["10:00", "11:00"]), (7, ["16:00", "17:00"])])
def test_the_nearest_come_in_order_of_time(wanted: int, near: list[str]) -> None:
    tenant = bakery()
    slots = list(slots_on(TUESDAY, booking(), tenant, "oak"))
    rest = [slot for place, slot in enumerate(slots) if place != 2 or wanted != 1]
    at = slots[1].starts_at if wanted == 1 else slots[-1].ends_at
    found = clock(nearest(rest, at, 2), tenant)
    assert found == (["09:00", "10:00"] if wanted == 1 else near)
