"""Who of several that want a dialogue has it, in both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from bot.domain import ChannelName, ChatRef
from bot.domain.handoffs import Cause, Customer, Place, Stage, read_token
from bot.store.handoffs import HandoffStore

NOON = datetime(2026, 5, 4, 9, 0, 0, 123456, tzinfo=UTC)
ROOM = Place(chat_id="-100")


@pytest.fixture
def store(engine: Engine) -> HandoffStore:
    return HandoffStore(engine, "bakery")


def customer(store: HandoffStore, number: int = 7, name: str = "Анна") -> Customer:
    chat = ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(number))
    return store.meet(chat, name, "ru", NOON)


def test_of_two_who_take_it_at_once_one_has_it(store: HandoffStore) -> None:
    customers = [customer(store, number) for number in range(1, 41)]

    def take(operator: str) -> list[str]:
        return [store.take(one, operator, ROOM, datetime.now(UTC)).operator for one in customers]

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(take, ("telegram:501", "telegram:502"))
    assert first == second
    assert len(store.held()) == len(customers)


def test_of_release_and_give_up_one_counts(store: HandoffStore) -> None:
    held = store.take(customer(store), "telegram:501", ROOM, NOON)
    assert [store.give_up(held.token, NOON), store.release(held.token, NOON)] == [True, False]
    (waiting,) = store.waiting()
    assert (waiting.operator, waiting.token) == ("", "")


def test_a_token_names_one_holding(store: HandoffStore) -> None:
    first = store.take(customer(store), "telegram:501", ROOM, NOON)
    assert read_token(first.token) == (first.handoff_id, NOON)
    assert store.release(first.token, NOON)
    second = store.take(customer(store), "telegram:501", ROOM, NOON + timedelta(seconds=1))
    assert not store.release(first.token, NOON)
    assert store.by_token(second.token) == second


@pytest.mark.parametrize(
    "token", ["", "1", "1-", "-1", "x-1", "1-x", "9" * 30 + "-1", "1-" + "9" * 40, "١-١"]
)
def test_what_is_no_token_names_nothing(store: HandoffStore, token: str) -> None:
    assert store.by_token(token) is None
    assert not store.release(token, NOON)


def test_asked_twice_it_is_one_request(store: HandoffStore) -> None:
    first, is_new = store.ask(customer(store), Cause.ASKED, NOON)
    again, is_new_again = store.ask(customer(store), Cause.RED_LIGHT, NOON + timedelta(minutes=1))
    assert (is_new, is_new_again, first) == (True, False, again)


def test_who_came_in_time_is_not_sent_away(store: HandoffStore) -> None:
    asked, _ = store.ask(customer(store), Cause.ASKED, NOON)
    store.take(customer(store), "telegram:501", ROOM, NOON)
    assert not store.expire(asked.handoff_id, asked.asked_at, NOON)


def test_the_topic_of_a_customer_is_found_again_in_the_same_room(store: HandoffStore) -> None:
    held = store.take(customer(store), "telegram:501", ROOM, NOON)
    assert store.move(held.token, Place(chat_id="-100", thread_id=17))
    assert store.release(held.token, NOON)
    again = store.take(customer(store), "telegram:502", ROOM, NOON + timedelta(hours=1))
    assert again.place == Place(chat_id="-100", thread_id=17)
    assert again.stage is Stage.HELD


def test_customers_are_found_by_id_and_by_a_part_of_the_name(store: HandoffStore) -> None:
    store.ask(customer(store), Cause.ASKED, NOON)
    store.ask(customer(store, 8, "Аннета Ким"), Cause.ASKED, NOON)
    assert [one.chat.chat_id for one in store.find("7")] == ["7"]
    assert {one.chat.chat_id for one in store.find("анн")} == {"7", "8"}
    assert store.find("  ") == store.find("Борис") == []


def test_another_business_sees_nothing_of_it(store: HandoffStore, engine: Engine) -> None:
    held = store.take(customer(store), "telegram:501", ROOM, NOON)
    other = HandoffStore(engine, "garage")
    assert (other.by_token(held.token), other.held(), other.find("анна")) == (None, [], [])
