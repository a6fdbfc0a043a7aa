"""When people wish to be called, on a Tuesday at noon; open 9 to 13 and 14 to 18."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.people.callbacks.wishes import WishReading, says_only_when
from bot.tenant.service import Callbacks
from tests.unit.test_callback_clock import clock, local

NOW = local("2026-11-24 12:00")
CLOCK = clock()
READING = WishReading(CLOCK, Callbacks())


def moment(written: str) -> datetime:
    return local(f"2026-{written}")


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("после обеда", "11-24 14:00", "11-24 14:30"),
        ("завтра в 10", "11-25 10:00", "11-25 10:30"),
        ("завтра в десять утра", "11-25 10:00", "11-25 10:30"),
        ("в субботу", "11-28 09:00", "11-28 10:00"),
        ("в 10", "11-25 10:00", "11-25 10:30"),
        ("в 2", "11-24 14:00", "11-24 14:30"),
        ("в 15:30", "11-24 15:30", "11-24 16:00"),
        ("с 14 до 16", "11-24 14:00", "11-24 16:00"),
        ("до 17", "11-24 12:00", "11-24 17:00"),
        ("завтра до обеда", "11-25 09:00", "11-25 13:00"),
        ("завтра утром", "11-25 09:00", "11-25 12:00"),
        ("вечером", "11-24 17:00", "11-24 17:30"),
        ("через полчаса", "11-24 12:30", "11-24 13:00"),
        ("в понедельник после 15", "11-30 15:00", "11-30 15:30"),
        ("на следующей неделе", "11-30 09:00", "11-30 10:00"),
        ("1 декабря в 11", "12-01 11:00", "12-01 11:30"),
        ("как можно скорее", "11-24 12:00", "11-24 12:30"),
        ("по поводу заказа, завтра после обеда", "11-25 14:00", "11-25 14:30"),
        ("хочу приехать в субботу, позвоните завтра", "11-25 09:00", "11-25 10:00"),
        ("tomorrow at 10", "11-25 10:00", "11-25 10:30"),
        ("between 2 and 4", "11-24 14:00", "11-24 16:00"),
        ("on saturday morning", "11-28 09:00", "11-28 12:00"),
    ],
)
def test_a_wish_moves_the_window(said: str, start: str, end: str) -> None:
    wish = READING.read(said, NOW)
    assert wish is not None
    assert (wish.window.call_from, wish.window.due_at) == (moment(start), moment(end))
    assert not wish.is_moved


@pytest.mark.parametrize(
    ("said", "start"),
    [
        ("сегодня в 22:00", "11-25 09:00"),
        ("в 13:30", "11-24 14:00"),
        ("через час", "11-24 14:00"),
        ("сегодня в 9", "11-25 09:00"),
        ("завтра в 7:00", "11-25 09:00"),
    ],
)
def test_a_time_at_which_it_is_closed_becomes_the_next_and_is_marked(said: str, start: str) -> None:
    wish = READING.read(said, NOW)
    assert wish is not None
    assert (wish.window.call_from, wish.is_moved) == (moment(start), True)


@pytest.mark.parametrize(
    "said",
    ["", "кредит на 12 месяцев", "до 8 миллионов", "вчера", "30 февраля", "хочу приехать в субботу",
     "скидка до 15%", "в 25 часов", "GLE 450", "31.12.2030"],
)  # fmt: skip
def test_what_names_no_time_to_call_is_left(said: str) -> None:
    assert READING.read(said, NOW) is None


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["сегодня", "завтра", "в субботу", "в воскресенье", "послезавтра", "15.12", ""]),
    st.sampled_from(["в", "после", "до", "к", "с", "около"]),
    st.integers(0, 30),
    st.integers(0, 14 * 24 * 60),
)
def test_no_wish_is_promised_before_now_or_while_it_is_closed(
    day: str, word: str, hour: int, minutes: int
) -> None:
    now = NOW + timedelta(minutes=minutes)
    wish = READING.read(f"{day} {word} {hour}", now)
    if wish is not None:
        assert now <= wish.window.call_from < wish.window.due_at
        assert CLOCK.is_open(wish.window.call_from)
        assert CLOCK.is_open(wish.window.due_at - timedelta(microseconds=1))


@given(st.text(max_size=12))
def test_any_data_of_a_button_is_read_or_refused(written: str) -> None:
    wish = READING.tapped(written, NOW)
    assert wish is None or wish.window.call_from >= NOW


def test_when_alone_is_no_subject() -> None:
    assert says_only_when("лучше завтра после обеда")
    assert not says_only_when("по поводу заказа, завтра")
