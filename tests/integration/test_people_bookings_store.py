"""Who gets a slot is decided by the database, whatever races for it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from bot.domain import ChannelName, ChatRef
from bot.domain.bookings import Booker, Booking, Refusal, Wish
from bot.store.bookings import BookingStore

NOW = datetime(2026, 7, 6, 9, 0, tzinfo=UTC)
TEN = NOW + timedelta(days=1, hours=1)


@pytest.fixture
def bookings(engine: Engine) -> BookingStore:
    return BookingStore(engine, "bakery")


def person(number: int) -> Booker:
    chat = ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(number))
    return Booker(chat=chat, person_id=str(number), name=f"Person {number}")


def wish(key: str, starts_at: datetime = TEN, resource: str = "gle") -> Wish:
    ends_at = starts_at + timedelta(minutes=40)
    return Wish(
        action="test_drive",
        resource=resource,
        starts_at=starts_at,
        ends_at=ends_at,
        request_key=key,
        name="Анна",
        phone_sealed="sealed",
    )


def book(bookings: BookingStore, number: int, wish: Wish, at_most: int = 2) -> Booking | Refusal:
    return bookings.book(person(number), wish, at_most=at_most, now=NOW)


def had(outcome: Booking | Refusal | None) -> Booking:
    assert isinstance(outcome, Booking)
    return outcome


def test_the_second_who_wants_a_slot_is_told_that_it_is_taken(bookings: BookingStore) -> None:
    assert had(book(bookings, 1, wish("a"))).starts_at == TEN
    assert book(bookings, 2, wish("b")) is Refusal.TAKEN


def test_another_resource_at_the_same_time_is_free(bookings: BookingStore) -> None:
    book(bookings, 1, wish("a"))
    assert had(book(bookings, 2, wish("b", resource="g_500"))).resource == "g_500"


def test_the_same_request_twice_is_one_booking(bookings: BookingStore) -> None:
    first, again = had(book(bookings, 1, wish("a"))), had(book(bookings, 1, wish("a")))
    assert first == again


def test_a_slot_that_begins_within_another_is_taken(bookings: BookingStore) -> None:
    book(bookings, 1, wish("a"))
    assert book(bookings, 2, wish("b", TEN + timedelta(minutes=30))) is Refusal.TAKEN


def test_nobody_has_more_than_so_many_ahead(bookings: BookingStore) -> None:
    for number in range(2):
        had(book(bookings, 1, wish(f"a{number}", TEN + timedelta(hours=number))))
    assert book(bookings, 1, wish("c", TEN + timedelta(hours=3))) is Refusal.TOO_MANY


def test_nobody_is_in_two_places_at_once(bookings: BookingStore) -> None:
    book(bookings, 1, wish("a"))
    assert book(bookings, 1, wish("b", resource="g_500")) is Refusal.OWN_OVERLAP


def test_a_cancelled_slot_is_free_again(bookings: BookingStore) -> None:
    booked = had(book(bookings, 1, wish("a")))
    for _ in range(2):
        assert not had(bookings.cancel(booked.id, person(1), NOW)).is_active
    had(book(bookings, 2, wish("b")))


def test_nobody_cancels_what_is_somebody_elses(bookings: BookingStore) -> None:
    booked = had(book(bookings, 1, wish("a")))
    assert bookings.cancel(booked.id, person(2), NOW) is None
    assert bookings.active(booked.id) == booked


def test_what_has_begun_is_not_cancelled(bookings: BookingStore) -> None:
    booked = had(book(bookings, 1, wish("a")))
    assert bookings.cancel(booked.id, person(1), TEN) is None


def test_moving_takes_the_new_slot_and_gives_the_old_one_back(bookings: BookingStore) -> None:
    booked = had(book(bookings, 1, wish("a")))
    new = wish("m", TEN + timedelta(hours=2))
    moved = had(bookings.move(booked.id, person(1), new, at_most=2, now=NOW))
    assert bookings.first_of(moved) == (booked.id, 1)
    assert bookings.ahead(person(1), NOW) == [moved]
    had(book(bookings, 2, wish("b")))


def test_moving_to_a_taken_slot_changes_nothing(bookings: BookingStore) -> None:
    booked = had(book(bookings, 1, wish("a")))
    later = TEN + timedelta(hours=2)
    book(bookings, 2, wish("b", later))
    assert bookings.move(booked.id, person(1), wish("m", later), at_most=2, now=NOW) is Refusal.TAKEN
    assert bookings.ahead(person(1), NOW) == [booked]


def test_moving_twice_by_one_request_moves_once(bookings: BookingStore) -> None:
    booked = had(book(bookings, 1, wish("a")))
    new = wish("m", TEN + timedelta(hours=2))
    first = bookings.move(booked.id, person(1), new, at_most=1, now=NOW)
    assert bookings.move(booked.id, person(1), new, at_most=1, now=NOW) == first


@pytest.mark.parametrize("mover", [2, 1])
def test_only_ones_own_active_booking_is_moved(bookings: BookingStore, mover: int) -> None:
    booked = had(book(bookings, 1, wish("a")))
    if mover == 1:
        bookings.cancel(booked.id, person(1), NOW)
    new = wish("m", TEN + timedelta(hours=2))
    assert bookings.move(booked.id, person(mover), new, at_most=2, now=NOW) is Refusal.GONE


def test_another_tenant_sees_and_takes_nothing_of_it(bookings: BookingStore, engine: Engine) -> None:
    booked = had(book(bookings, 1, wish("a")))
    other = BookingStore(engine, "florist")
    assert other.cancel(booked.id, person(1), NOW) is None
    assert had(other.book(person(1), wish("b"), at_most=2, now=NOW)).is_active


def test_a_hundred_who_want_ten_slots_share_ten(bookings: BookingStore) -> None:
    start = threading.Barrier(8)

    def race(lane: int) -> list[Booking | Refusal]:
        start.wait(10)
        return [
            book(bookings, number, wish(f"r{number}", resource=f"car{number % 10}"))
            for number in range(lane, 104, 8)
        ]

    with ThreadPoolExecutor(8) as lanes:
        outcomes = [outcome for lane in lanes.map(race, range(8)) for outcome in lane]
    won = [outcome for outcome in outcomes if isinstance(outcome, Booking)]
    assert sorted(booking.resource for booking in won) == [f"car{number}" for number in range(10)]
    assert {outcome for outcome in outcomes if outcome not in won} == {Refusal.TAKEN}


def test_one_who_asks_at_once_for_much_gets_no_more_than_so_many(bookings: BookingStore) -> None:
    wishes = [wish(f"m{number}", TEN + timedelta(hours=number)) for number in range(8)]
    with ThreadPoolExecutor(8) as lanes:
        outcomes = list(lanes.map(lambda wish: book(bookings, 1, wish), wishes))
    assert len([outcome for outcome in outcomes if isinstance(outcome, Booking)]) == 2


def test_reminders_and_announcements_are_noted(bookings: BookingStore) -> None:
    booked = had(book(bookings, 1, wish("a")))
    assert bookings.unannounced(NOW + timedelta(seconds=1)) == [booked]
    bookings.mark_announced(booked.id, NOW)
    bookings.mark_reminded(booked, [1440])
    assert bookings.unannounced(NOW + timedelta(seconds=1)) == []
    assert bookings.upcoming(NOW, TEN) == [replace(booked, reminded=(1440,), announced_at=NOW)]
