from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.people.retention.days import cutoff, each_day, midnight, today

MOSCOW, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")
SAO_PAULO, HAVANA = ZoneInfo("America/Sao_Paulo"), ZoneInfo("America/Havana")


def test_the_boundary_is_the_tenants_own_midnight() -> None:
    at = datetime(2026, 11, 22, 20, 59, 59, tzinfo=UTC)  # 23:59:59 in Moscow
    assert cutoff(at, 90, MOSCOW) == datetime(2026, 8, 23, 21, 0, tzinfo=UTC)
    assert cutoff(at + timedelta(seconds=1), 90, MOSCOW) == datetime(2026, 8, 24, 21, 0, tzinfo=UTC)


def test_it_is_exact_across_a_change_of_the_clocks() -> None:
    after = datetime(2026, 10, 26, 12, 0, tzinfo=UTC)  # the day after the clocks went back
    assert cutoff(after, 1, BERLIN) == datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    assert cutoff(after, 0, BERLIN) == datetime(2026, 10, 25, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "first"),
    [
        (SAO_PAULO, date(2018, 11, 4), datetime(2018, 11, 4, 3, 0, tzinfo=UTC)),  # no midnight at all
        (HAVANA, date(2026, 11, 1), datetime(2026, 11, 1, 4, 0, tzinfo=UTC)),  # it comes twice
    ],
)
def test_a_day_begins_at_its_first_moment(zone: ZoneInfo, day: date, first: datetime) -> None:
    assert midnight(day, zone) == first
    assert today(first, zone) == day
    assert today(first - timedelta(microseconds=1), zone) == day - timedelta(days=1)


@pytest.mark.parametrize("zone", [MOSCOW, BERLIN, SAO_PAULO, HAVANA])
def test_nothing_goes_before_it_was_kept_for_all_its_days(zone: ZoneInfo) -> None:
    at = datetime(2018, 1, 1, tzinfo=UTC)
    while at.year < 2020:
        before = cutoff(at, 90, zone)
        assert today(before - timedelta(microseconds=1), zone) < today(at, zone) - timedelta(days=90)
        assert today(before, zone) == today(at, zone) - timedelta(days=90)
        at += timedelta(hours=7, minutes=13)


def test_days_are_counted_through() -> None:
    assert list(each_day(date(2026, 2, 27), date(2026, 3, 1))) == [
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
    ]
    assert list(each_day(date(2026, 3, 1), date(2026, 2, 1))) == []


def test_naive_moments_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        cutoff(datetime(2026, 1, 1), 90, MOSCOW)  # noqa: DTZ001
