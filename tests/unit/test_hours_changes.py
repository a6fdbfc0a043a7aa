"""What admins write of hours, and how it lies over the folder's."""

from datetime import date

import pytest

from bot.people.changes.calendar import Calendar
from bot.people.changes.hours import HoursChanges, written
from bot.people.changes.hours_reading import Fault, Wanted, coming, read_wanted
from bot.tenant import Tenant, load_tenant
from bot.tenant.hours import CalendarDay, parse_hours
from bot.tenant.model import Holiday
from tests.assistants import BAKERY

TODAY = date(2026, 11, 22)


@pytest.fixture
def tenant() -> Tenant:
    return load_tenant(BAKERY)


@pytest.mark.parametrize(
    ("line", "weekdays", "hours"),
    [
        ("пн 10:00-19:00", (0,), "10:00-19:00"),
        ("ПН-ПТ 10–19", (0, 1, 2, 3, 4), "10:00-19:00"),
        ("сб-вс: с 10 до 20", (5, 6), "10:00-20:00"),
        ("по будням 9:00 - 18:00", (0, 1, 2, 3, 4), "09:00-18:00"),
        ("каждый день 9-21", (0, 1, 2, 3, 4, 5, 6), "09:00-21:00"),
        ("пн, ср и пт 9:00-13:00, 14:00-18:00", (0, 2, 4), "09:00-13:00, 14:00-18:00"),
        ("пт-пн выходной", (4, 5, 6, 0), "closed"),
        ("в воскресенье круглосуточно", (6,), "00:00-24:00"),
        ("fri 9-18", (4,), "09:00-18:00"),
    ],
)
def test_weekdays_are_read(line: str, weekdays: tuple[int, ...], hours: str) -> None:
    wanted = read_wanted(line, TODAY)
    assert isinstance(wanted, Wanted)
    assert (wanted.weekdays, written(wanted.spans or ())) == (weekdays, hours)


@pytest.mark.parametrize(
    ("line", "day", "hours", "name"),
    [
        ("31.12 10:00-16:00", "12-31", "10:00-16:00", ""),
        ("1.01 выходной", "01-01", "closed", ""),
        ("29.02 выходной", "02-29", "closed", ""),
        ("12.06.2027 выходной День России", "2027-06-12", "closed", "День России"),
        ("01/05/27 10.00-15.00", "2027-05-01", "10:00-15:00", ""),
        ("8 марта 2027 закрыто", "2027-03-08", "closed", ""),
        ("31 декабря 10-16 каждый год", "12-31", "10:00-16:00", ""),
        ("2027-05-09 closed", "2027-05-09", "closed", ""),
    ],
)
def test_days_of_the_calendar_are_read(line: str, day: str, hours: str, name: str) -> None:
    wanted = read_wanted(line, TODAY)
    assert isinstance(wanted, Wanted)
    assert (str(wanted.day), written(wanted.spans or ()), wanted.name) == (day, hours, name)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("30.02 выходной", Fault.NO_SUCH_DAY),
        ("32.01 выходной", Fault.NO_SUCH_DAY),
        ("29.02.2027 выходной", Fault.NO_SUCH_DAY),
        ("1.13 выходной", Fault.NO_SUCH_DAY),
        ("0.0 выходной", Fault.NO_SUCH_DAY),
        ("21.11.2026 выходной", Fault.PAST),
        ("завтра выходной", Fault.NO_DAY),
        ("", Fault.NO_DAY),
        ("пн", Fault.NO_HOURS),
        ("пн 10:00", Fault.NO_HOURS),
        ("пн 10:00-19:00 11", Fault.NO_HOURS),
        ("пн -5", Fault.NO_HOURS),
        ("пн 25:00-26:00", Fault.NO_SUCH_TIME),
        ("пн 10:61-12:00", Fault.NO_SUCH_TIME),
        ("пн 20:00-02:00", Fault.BACKWARDS),
        ("пн 9:00-9:00", Fault.BACKWARDS),
        ("пн 9-13, 12-18", Fault.OVERLAP),
        ("пн как обычно", Fault.WEEKDAY_NEEDS_HOURS),
    ],
)
def test_what_cannot_be_is_told_apart(line: str, fault: Fault) -> None:
    assert read_wanted(line, TODAY) is fault


def test_a_yearly_day_comes_this_year_or_next_or_in_the_next_leap_year() -> None:
    days = [CalendarDay.parse(day) for day in ("11-22", "11-21", "02-29")]
    assert [str(coming(day, TODAY)) for day in days] == ["2026-11-22", "2027-11-21", "2028-02-29"]


def test_changes_lie_over_the_folder_and_are_read_back_from_their_json(tenant: Tenant) -> None:
    hours = parse_hours("11:00-12:00")
    changes = (
        HoursChanges()
        .on_weekdays((3,), hours)
        .on_weekdays((4,), hours, "Заказы")
        .with_holiday(Holiday(day=CalendarDay.parse("2026-12-24"), hours=hours, name="короткий день"))
        .without_holiday(CalendarDay.parse("01-01"), tenant)
    )
    assert HoursChanges.of(changes.to_json()) == changes
    laid = changes.over(tenant)
    assert laid.hours_on(date(2026, 11, 26)) == hours
    assert laid.hours_on(date(2026, 11, 27)) == tenant.hours_on(date(2026, 11, 27))
    assert laid.hours_on(date(2026, 11, 27), laid.department("Заказы")) == hours
    assert laid.hours_on(date(2026, 12, 24)) == hours
    assert laid.hours_on(date(2027, 1, 1)) == tenant.hours_on(date(2026, 11, 27))


def test_a_department_that_is_gone_from_the_folder_is_passed_over(tenant: Tenant) -> None:
    changes = HoursChanges().on_weekdays((3,), (), "Склад")
    assert changes.over(tenant).departments == tenant.departments


def test_a_holiday_removed_and_added_again_holds(tenant: Tenant) -> None:
    day = CalendarDay.parse("01-01")
    changes = HoursChanges().without_holiday(day, tenant).with_holiday(Holiday(day=day))
    assert changes.over(tenant).hours_on(date(2027, 1, 1)) == ()


def test_a_day_added_and_taken_back_does_not_hide_what_the_folder_says_later(tenant: Tenant) -> None:
    holiday = Holiday(day=CalendarDay.parse("2026-12-24"))
    changes = HoursChanges().with_holiday(holiday).without_holiday(holiday.day, tenant)
    later = tenant.model_copy(update={"holidays": (*tenant.holidays, holiday)})
    assert changes.over(later).hours_on(date(2026, 12, 24)) == ()
    assert changes.without_holiday(holiday.day, later).over(later).hours_on(date(2026, 12, 24)) != ()


def test_a_calendar_shows_what_was_laid_last_also_for_a_department_seen_before(tenant: Tenant) -> None:
    calendar, orders = Calendar(tenant), tenant.department("Заказы")
    calendar.lay(HoursChanges().on_weekdays((3,), parse_hours("11:00-12:00"), "Заказы"), tenant)
    assert calendar.hours_on(date(2026, 11, 26), orders) == parse_hours("11:00-12:00")
    calendar.lay(HoursChanges(), tenant)
    assert calendar.hours_on(date(2026, 11, 26), orders) == parse_hours("10:00-12:00")
