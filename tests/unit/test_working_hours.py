from datetime import date

import pytest

from bot.tenant.hours import CalendarDay, Span, parse_hours
from tests.computing import tenant_named


@pytest.mark.parametrize(
    ("written", "spans"),
    [
        ("09:00-21:00", [(540, 1260)]),
        ("9:00 – 13:00, 14:00 — 18:00", [(540, 780), (840, 1080)]),
        ("00:00-24:00", [(0, 1440)]),
        ("closed", []),
        (" CLOSED ", []),
        ("9:00-13:00,13:00-18:00", [(540, 780), (780, 1080)]),
    ],
)
def test_hours_are_read_as_spans_of_minutes(written: str, spans: list[tuple[int, int]]) -> None:
    assert [(span.opens_min, span.closes_min) for span in parse_hours(written)] == spans


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("9-21", "not a span of hours"),
        ("22:00-02:00", "ends before it begins"),
        ("09:00-25:00", "no such time"),
        ("09:61-10:00", "no such time"),
        ("09:00-14:00, 13:00-18:00", "overlap"),
        ("", "write hours as"),
        (None, "write hours as"),
        (900, "write hours as"),
    ],
)
def test_what_are_no_hours_is_refused(written: object, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parse_hours(written)


def test_a_span_is_written_as_it_is_read() -> None:
    (span,) = parse_hours("9:05-18:30")
    assert str(span) == "09:05-18:30"
    assert parse_hours(str(span)) == (span,)
    assert parse_hours((span,)) == (span,)
    assert span < Span(opens_min=span.opens_min + 1, closes_min=span.closes_min)


@pytest.mark.parametrize(
    ("written", "day", "falls"),
    [
        ("12-31", date(2026, 12, 31), True),
        ("12-31", date(2031, 12, 31), True),
        ("2027-05-09", date(2027, 5, 9), True),
        ("2027-05-09", date(2026, 5, 9), False),
        ("02-29", date(2028, 2, 29), True),
        ("02-29", date(2027, 3, 1), False),
    ],
)
def test_a_day_of_the_calendar_falls_on_its_date(written: str, day: date, falls: bool) -> None:
    assert CalendarDay.parse(written).falls_on(day) is falls


@pytest.mark.parametrize("written", ["31.12", "13-01", "2027-02-29", "02-30", "", None, 1231])
def test_what_is_no_day_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="day"):
        CalendarDay.parse(written)


def test_a_department_is_closed_on_holidays_unless_it_ignores_them() -> None:
    tenant = tenant_named("mercedes")
    rooms = {room.name: room for room in tenant.departments}
    new_year = date(2027, 1, 1)
    assert tenant.hours_on(new_year) == tenant.hours_on(new_year, rooms["Сервис"]) == ()
    assert tenant.hours_on(new_year, rooms["Помощь на дороге"]) == (Span(opens_min=0, closes_min=1440),)


def test_a_department_is_called_by_its_name_in_the_language_of_the_question() -> None:
    room = next(room for room in tenant_named("mercedes").departments if room.name == "Сервис")
    assert [room.called(language) for language in ("ru", "en", "de")] == ["Сервис", "Service", "Сервис"]
