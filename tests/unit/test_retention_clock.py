"""What is believed of a clock, look by look."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.people.retention.clock import BELIEVED_AFTER, LEAP, next_mark
from bot.store.clock_marks import ClockMark

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY_S = BELIEVED_AFTER.total_seconds()


class Machine:
    """Its wall clock can be set; its steady one cannot."""

    def __init__(self) -> None:
        self.shown, self.elapsed_s, self.boot = NOON, 100.0, "a"
        self.mark: ClockMark | None = None
        self.look()

    def pass_s(self, seconds: float) -> None:
        self.shown += timedelta(seconds=seconds)
        self.elapsed_s += seconds

    def start_again(self, boot: str, off_s: float) -> None:
        self.shown += timedelta(seconds=off_s)
        self.boot, self.elapsed_s = boot, 5.0

    def look(self) -> timedelta:
        """How far the clock is ahead of what can be."""
        self.mark = next_mark(self.mark, self.boot, self.shown, self.elapsed_s)
        return self.shown - min(self.shown, self.mark.ceiling or self.shown)


def test_a_clock_that_nobody_sets_is_never_ahead() -> None:
    machine = Machine()
    for _ in range(200):
        machine.pass_s(3_600)
        assert machine.look() == timedelta()


def test_a_leap_is_seen_however_seldom_somebody_looks() -> None:
    machine = Machine()
    machine.pass_s(40 * 3_600)
    machine.shown += timedelta(hours=5)
    assert machine.look() == timedelta(hours=5)


def test_a_leap_that_is_taken_back_is_forgotten() -> None:
    machine = Machine()
    machine.shown += timedelta(days=400)
    assert machine.look() > LEAP
    machine.shown -= timedelta(days=400)
    machine.pass_s(60)
    assert machine.look() == timedelta()


def test_small_leaps_add_up() -> None:
    machine = Machine()
    for _ in range(5):
        machine.pass_s(600)
        machine.shown += timedelta(minutes=59)
        ahead = machine.look()
    assert ahead == timedelta(minutes=5 * 59)


def test_a_clock_that_goes_evenly_for_a_day_is_believed() -> None:
    machine = Machine()
    machine.shown += timedelta(days=3)
    machine.look()
    machine.pass_s(DAY_S - 1)
    assert machine.look() == timedelta(days=3)
    machine.pass_s(2)
    assert machine.look() == timedelta()


def test_a_clock_that_is_set_again_must_go_evenly_anew() -> None:
    machine = Machine()
    machine.shown += timedelta(days=3)
    machine.look()
    machine.pass_s(DAY_S - 1)
    machine.shown += timedelta(hours=2)
    machine.look()
    machine.pass_s(DAY_S - 1)
    assert machine.look() == timedelta(days=3, hours=2)


def test_back_and_forth_again_is_no_leap() -> None:
    machine = Machine()
    machine.shown -= timedelta(days=1)
    machine.look()
    machine.pass_s(600)
    machine.shown += timedelta(days=1)
    assert machine.look() == timedelta()


def test_a_short_stop_of_the_machine_is_believed_and_a_long_one_waits() -> None:
    machine = Machine()
    machine.start_again("b", off_s=600)
    assert machine.look() == timedelta()
    machine.start_again("c", off_s=3 * 3_600)
    assert machine.look() == timedelta(hours=3)
    machine.pass_s(DAY_S + 1)
    assert machine.look() == timedelta()


@given(st.lists(st.tuples(st.floats(1, 3_600), st.floats(-90_000, 90_000)), min_size=1, max_size=20))
def test_it_is_never_believed_to_be_later_than_it_can_be(steps: list[tuple[float, float]]) -> None:
    machine = Machine()
    truth = machine.shown
    for passed_s, set_by_s in steps:
        machine.pass_s(passed_s)
        truth += timedelta(seconds=passed_s)
        machine.shown += timedelta(seconds=set_by_s)
        surely = machine.shown - machine.look()
        assert surely <= truth + timedelta(milliseconds=1)
