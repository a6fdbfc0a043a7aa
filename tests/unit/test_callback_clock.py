"""The working time in which calls are promised, held against counting every minute."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.people.callbacks.promises import promised
from bot.people.working_clock import WorkingClock
from bot.tenant import Tenant
from bot.tenant.hours import Span, parse_hours
from bot.tenant.model import Holiday, WorkingHours
from bot.tenant.service import Callbacks
from tests.computing import tenant_named

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTE = timedelta(minutes=1)


def clock(
    hours: str = "09:00-13:00, 14:00-18:00",
    zone: str = "Europe/Moscow",
    holidays: Mapping[str, str] = MappingProxyType({}),
    **days: str,
) -> WorkingClock:
    """Every day alike unless it is named."""
    week = {day: parse_hours(days.get(day, hours)) for day in DAYS}
    changed = {
        "working_hours": WorkingHours(**week),
        "time_zone": zone,
        "holidays": tuple(
            Holiday.model_validate({"day": day, "hours": spans}) for day, spans in holidays.items()
        ),
    }
    tenant: Tenant = tenant_named("mercedes").model_copy(update=changed)
    return WorkingClock(tenant)


def local(written: str, zone: str = "Europe/Moscow", fold: int = 0) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone), fold=fold)


@pytest.mark.parametrize(
    ("asked", "minutes", "due"),
    [
        ("2026-11-24 12:00", 30, "2026-11-24 12:30"),
        ("2026-11-24 12:40", 30, "2026-11-24 14:10"),
        ("2026-11-24 12:30", 30, "2026-11-24 13:00"),
        ("2026-11-24 13:20", 30, "2026-11-24 14:30"),
        ("2026-11-24 17:50", 30, "2026-11-25 09:20"),
        ("2026-11-24 23:00", 30, "2026-11-25 09:30"),
        ("2026-11-24 08:00", 60, "2026-11-24 10:00"),
        ("2026-11-24 09:00", 480, "2026-11-24 18:00"),
        ("2026-11-24 09:00", 481, "2026-11-25 09:01"),
    ],
)
def test_the_time_to_call_pauses_at_lunch_and_at_night(asked: str, minutes: int, due: str) -> None:
    assert clock().after(local(asked), minutes) == local(due)


@pytest.mark.parametrize(
    ("holidays", "asked", "due"),
    [
        ({"12-31": "09:00-12:00", "01-01": "closed"}, "2026-12-31 11:50", "2027-01-02 09:20"),
        ({"12-31": "closed"}, "2026-12-31 10:00", "2027-01-01 09:30"),
        ({"02-29": "closed"}, "2028-02-28 17:50", "2028-03-01 09:20"),
        ({"02-29": "closed"}, "2027-02-28 17:50", "2027-03-01 09:20"),
        ({f"01-0{day}": "closed" for day in range(1, 9)}, "2026-12-31 17:45", "2027-01-09 09:15"),
        ({"12-31": "closed", "2027-12-31": "10:00-11:00"}, "2027-12-31 10:50", "2028-01-01 09:20"),
    ],
)
def test_holidays_do_not_count(holidays: dict[str, str], asked: str, due: str) -> None:
    assert clock(holidays=holidays).after(local(asked), 30) == local(due)


def test_what_is_open_past_midnight_goes_on() -> None:
    late = clock("00:00-02:00, 20:00-24:00")
    assert late.after(local("2026-11-24 23:50"), 30) == local("2026-11-25 00:20")
    assert late.closing(local("2026-11-24 21:00")) == local("2026-11-25 02:00")
    assert late.after(local("2026-11-24 23:30"), 30) == local("2026-11-25 00:00")


def test_a_business_that_never_closes_counts_every_minute() -> None:
    always = clock("00:00-24:00", "Europe/Berlin")
    asked = local("2026-10-24 12:00", "Europe/Berlin")
    assert always.after(asked, 24 * 60) == asked.astimezone(UTC) + timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "hours", "asked", "minutes", "due"),
    [
        # Berlin: on 29.3.2026 2:00 is 3:00 at once; on 25.10.2026 3:00 is 2:00 once more.
        ("Europe/Berlin", "09:00-18:00", "2026-03-28T17:45", 30, "2026-03-29T07:15+00:00"),
        ("Europe/Berlin", "09:00-18:00", "2026-10-24T17:45", 30, "2026-10-25T08:15+00:00"),
        ("Europe/Berlin", "00:00-06:00", "2026-03-29T01:30", 60, "2026-03-29T01:30+00:00"),
        ("Europe/Berlin", "00:00-06:00", "2026-10-25T01:30", 120, "2026-10-25T01:30+00:00"),
        ("Europe/Berlin", "02:30-05:00", "2026-03-29T00:00", 60, "2026-03-29T02:00+00:00"),
        ("Europe/Berlin", "02:00-02:30", "2026-10-25T00:00", 60, "2026-10-25T01:30+00:00"),
        ("America/New_York", "22:00-24:00", "2026-10-31T23:30", 45, "2026-11-02T03:15+00:00"),
        ("America/New_York", "00:00-03:00", "2026-11-01T00:30", 120, "2026-11-01T06:30+00:00"),
        ("America/St_Johns", "08:00-17:00", "2026-03-07T16:50", 30, "2026-03-08T10:50+00:00"),
        ("Australia/Lord_Howe", "00:00-24:00", "2026-04-05T01:00", 90, "2026-04-04T15:30+00:00"),
        ("Africa/Cairo", "20:00-24:00", "2026-10-29T23:30", 60, "2026-10-29T21:30+00:00"),
        ("Asia/Beirut", "00:00-02:00", "2026-03-28T23:50", 30, "2026-03-28T22:30+00:00"),
    ],
)
def test_the_night_of_a_change_of_the_clock_is_exact(
    zone: str, hours: str, asked: str, minutes: int, due: str
) -> None:
    assert clock(hours, zone).after(local(asked, zone), minutes) == datetime.fromisoformat(due)


def test_the_doubled_hour_is_told_apart() -> None:
    berlin = clock("00:00-06:00", "Europe/Berlin")
    first, second = (local("2026-10-25 02:30", "Europe/Berlin", fold) for fold in (0, 1))
    ends = [berlin.after(at, 30) for at in (first, second)]
    assert ends == [datetime(2026, 10, 25, 1, 0, tzinfo=UTC), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)]


def test_a_business_that_is_closed_for_good_promises_nothing() -> None:
    closed = clock("closed")
    asked = local("2026-11-24 12:00")
    assert closed.opening(asked) is closed.closing(asked) is closed.after(asked, 1) is None
    assert promised(closed, Callbacks(), asked) is None


def test_one_open_day_a_year_is_found() -> None:
    rare = clock("closed", holidays={"11-23": "10:00-11:00"})
    assert rare.opening(local("2026-11-24 12:00")) == local("2027-11-23 10:00")


def test_moments_must_be_aware() -> None:
    with pytest.raises(ValueError, match="aware"):
        clock().after(local("2026-11-24 12:00").replace(tzinfo=None), 30)


@pytest.mark.parametrize(
    ("asked", "window"),
    [
        ("12:00", ("12:00", "12:30")),
        ("12:50", ("12:50", "14:20")),
        ("13:10", ("14:00", "14:30")),
        ("08:59", ("09:00", "10:00")),
    ],
)
def test_who_asks_before_the_opening_is_promised_the_time_after_it(
    asked: str, window: tuple[str, str]
) -> None:
    found = promised(clock(), Callbacks(), local(f"2026-11-24 {asked}"))
    assert found is not None
    day = "2026-11-24"
    assert (found.call_from, found.due_at) == (local(f"{day} {window[0]}"), local(f"{day} {window[1]}"))


ZONES = st.sampled_from(
    ["Europe/Moscow", "Europe/Berlin", "America/New_York", "America/St_Johns", "America/Havana",
     "Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut", "Asia/Kathmandu", "Pacific/Chatham", "UTC"]
)  # fmt: skip
HOURS = st.sampled_from(
    ["00:00-24:00", "09:00-13:00, 14:00-18:00", "00:00-03:00, 22:00-24:00", "01:30-02:15, 02:45-03:30",
     "closed", "10:00-10:30"]
)  # fmt: skip
CHANGES = st.sampled_from(
    [date(2026, 3, 28), date(2026, 10, 24), date(2026, 10, 31), date(2026, 3, 7), date(2026, 4, 4),
     date(2026, 4, 23), date(2026, 10, 29), date(2028, 2, 28), date(2026, 12, 31), date(2026, 9, 26)]
)  # fmt: skip
ASKED = st.builds(
    lambda day, second: datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=second),
    CHANGES,
    st.integers(0, 3 * 86_400),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(HOURS, min_size=7, max_size=7), ZONES, ASKED, st.integers(1, 300))
def test_as_much_is_worked_until_the_call_as_was_promised(
    week: list[str], zone: str, asked: datetime, minutes: int
) -> None:
    days: dict[str, str] = dict(zip(DAYS, week, strict=True))
    worked = clock("closed", zone, {"12-31": "10:00-12:00"}, **days)
    due = worked.after(asked, minutes)
    if due is None:
        assert set(week) == {"closed"}
        return
    assert worked.is_open(due - timedelta(microseconds=1))
    assert worked.minutes_between(asked, due) == pytest.approx(minutes)
    if due - asked < timedelta(days=2):
        assert _counted(worked, asked, due) == pytest.approx(minutes, abs=1)


@settings(max_examples=150, deadline=None)
@given(st.lists(HOURS, min_size=7, max_size=7), ZONES, ASKED)
def test_nothing_is_promised_while_it_is_closed(week: list[str], zone: str, asked: datetime) -> None:
    worked = clock("closed", zone, {}, **dict(zip(DAYS, week, strict=True)))
    window = promised(worked, Callbacks(), asked)
    if window is None:
        return
    assert asked <= window.call_from < window.due_at
    assert worked.is_open(window.call_from)
    assert worked.is_open(window.due_at - timedelta(microseconds=1))
    if window.call_from > asked:
        assert not worked.is_open(asked)
        assert not worked.is_open(window.call_from - timedelta(microseconds=1))


def _counted(worked: WorkingClock, start: datetime, end: datetime) -> float:
    """The minutes between the two that begin while it is open, by asking for each of them."""
    minutes = (end - start) // MINUTE
    return sum(worked.is_open(start + number * MINUTE) for number in range(minutes))


def test_spans_are_those_of_the_department() -> None:
    tenant = tenant_named("mercedes")
    service = WorkingClock(tenant, tenant.department("Сервис"))
    assert tenant.hours_on(date(2026, 11, 24), tenant.department("Сервис")) == (
        Span(opens_min=480, closes_min=1200),
    )
    assert service.after(local("2026-11-24 07:00"), 15) == local("2026-11-24 08:15")
