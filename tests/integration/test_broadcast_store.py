"""Broadcasts in both databases: whom they are for, and what becomes of each copy."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from bot.domain import ChannelName
from bot.domain.broadcasts import Audience, Broadcast, BroadcastStatus, Fate, Message, Promo
from bot.domain.consents import Person
from bot.people.broadcasts.codes import own_codes
from bot.store.audiences import BOOKINGS
from bot.store.broadcasts import ADDRESSED, BroadcastStore, NewBroadcast
from bot.store.consents import ConsentStore
from bot.store.rows import PEOPLE
from bot.store.staff import ACTS
from bot.store.turns import TurnStore
from tests.records import answer, turn_record

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
TENANT = "bakery"


def person(number: int, language: str = "ru", channel: ChannelName = ChannelName.TELEGRAM) -> Person:
    return Person(channel=channel, external_id=str(number), language=language)


def subscribe(engine: Engine, *people: Person) -> None:
    for one in people:
        ConsentStore(engine, TENANT).take_news(one, takes=True, at=NOW, version="")


def store_of(engine: Engine) -> BroadcastStore:
    return BroadcastStore(engine, TENANT)


def start(engine: Engine, key: str = "k", promo: Promo | None = None) -> Broadcast | None:
    new = NewBroadcast(
        message=Message(text="Новости", promo=promo or Promo()),
        audience=Audience(),
        by_night=False,
        made_by="telegram:1",
        request_key=key,
        at=NOW,
    )
    return store_of(engine).start(new, own_codes(new.message.promo))


def ids(found: Sequence[object]) -> list[str]:
    return [one.external_id for one in found]  # type: ignore[attr-defined]


def test_only_those_who_take_news_in_telegram_and_are_within_reach_are_meant(engine: Engine) -> None:
    subscribe(engine, person(1), person(2), person(3), person(4, channel=ChannelName.WEB))
    ConsentStore(engine, TENANT).take_news(person(2), takes=False, at=NOW)
    TurnStore(engine).mark_blocked(ChannelName.TELEGRAM, "3", NOW)
    ConsentStore(engine, "other").take_news(person(5), takes=True, at=NOW, version="")
    begun = start(engine)
    assert begun is not None
    assert ids(store_of(engine).claim(begun.broadcast_id, 10, NOW)) == ["1"]


def test_the_audience_is_narrowed_by_all_that_is_set(engine: Engine) -> None:
    subscribe(engine, person(1), person(2), person(3, "en"), person(4))
    asked = {"understood": {"products": {"Торт": 0.8, "Хлеб": 0.1}}}
    turn = turn_record(
        person_id="1",
        tenant=TENANT,
        answer=answer(trace=asked),
        received_at=NOW - timedelta(days=3),
        answered_at=NOW - timedelta(days=3),
    )
    TurnStore(engine).record([turn])
    with engine.begin() as connection:
        row = connection.scalar(select(PEOPLE.c.id).where(PEOPLE.c.external_id == "2"))
        connection.execute(
            BOOKINGS.insert().values(
                tenant=TENANT, person_id=row, chat_key="telegram:2", action="a", resource="r",
                starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=1, hours=1), name="",
                phone_sealed="", request_key="b", reminded=[], created_at=NOW,
            )
        )  # fmt: skip
    count = store_of(engine).count
    assert count(Audience(), NOW) == 4
    assert count(Audience(language="en"), NOW) == 1
    assert count(Audience(active_days=7), NOW) == 1
    assert count(Audience(active_days=2), NOW) == 0
    assert count(Audience(product="Торт"), NOW) == 1
    assert count(Audience(product="Хлеб"), NOW) == 0
    assert count(Audience(without_booking=True), NOW) == 3
    assert count(Audience(language="ru", product="Торт", without_booking=True), NOW) == 1
    assert store_of(engine).languages(NOW) == ["ru", "en"]


def test_a_start_for_nobody_leaves_nothing(engine: Engine) -> None:
    assert start(engine) is None
    assert store_of(engine).latest(5) == []


def test_a_start_that_is_asked_for_twice_begins_once_and_is_on_record(engine: Engine) -> None:
    subscribe(engine, person(1), person(2))
    first, second = start(engine), start(engine)
    assert first == second
    with engine.connect() as connection:
        assert [row.act for row in connection.execute(select(ACTS))] == ["broadcast_start"]


def test_everybody_gets_a_code_of_their_own(engine: Engine) -> None:
    subscribe(engine, *(person(number) for number in range(1, 30)))
    begun = start(engine, promo=Promo(code="ХЛЕБ", own=True))
    assert begun is not None
    codes = {one.promo for one in store_of(engine).claim(begun.broadcast_id, 100, NOW)}
    assert len(codes) == 29
    assert all(code.startswith("ХЛЕБ-") for code in codes)


def test_nobody_is_taken_in_hand_twice(engine: Engine) -> None:
    subscribe(engine, *(person(number) for number in range(1, 6)))
    begun = start(engine)
    assert begun is not None
    store = store_of(engine)
    taken = [*store.claim(begun.broadcast_id, 3, NOW), *store.claim(begun.broadcast_id, 3, NOW)]
    assert ids(taken) == ["1", "2", "3", "4", "5"]
    assert store.claim(begun.broadcast_id, 3, NOW) == []
    assert ids(store.in_hand(begun.broadcast_id, 10)) == ids(taken)


@pytest.mark.parametrize("status", [BroadcastStatus.PAUSED, BroadcastStatus.STOPPED])
def test_nobody_is_taken_in_hand_of_one_that_does_not_run(engine: Engine, status: BroadcastStatus) -> None:
    subscribe(engine, person(1))
    begun = start(engine)
    assert begun is not None
    store, number = store_of(engine), begun.broadcast_id
    assert store.change(number, BroadcastStatus.RUNNING, status, "telegram:1")
    assert store.claim(number, 3, NOW) == []
    assert store.progress(number) == {Fate.WAITING: 1}


def test_what_became_of_a_copy_is_noted_once_and_who_is_out_of_reach_marked(engine: Engine) -> None:
    subscribe(engine, person(1), person(2))
    begun = start(engine)
    assert begun is not None
    store = store_of(engine)
    one, two = store.claim(begun.broadcast_id, 2, NOW)
    store.note(begun.broadcast_id, {one.person_id: Fate.SENT, two.person_id: Fate.BLOCKED}, NOW)
    store.note(begun.broadcast_id, {one.person_id: Fate.WAITING}, NOW)
    assert store.progress(begun.broadcast_id) == {Fate.SENT: 1, Fate.BLOCKED: 1}
    assert TurnStore(engine).is_blocked(ChannelName.TELEGRAM, "2")


def test_of_two_admins_who_change_it_the_second_changes_nothing(engine: Engine) -> None:
    subscribe(engine, person(1))
    begun = start(engine)
    assert begun is not None
    store, number = store_of(engine), begun.broadcast_id
    assert store.change(number, BroadcastStatus.RUNNING, BroadcastStatus.PAUSED, "telegram:1")
    assert not store.change(number, BroadcastStatus.RUNNING, BroadcastStatus.STOPPED, "telegram:2")
    found = store.one(number)
    assert found is not None
    assert (found.status, found.changed_by) == (BroadcastStatus.PAUSED, "telegram:1")


def test_what_became_of_the_copies_is_known_when_their_rows_are_gone(engine: Engine) -> None:
    subscribe(engine, person(1), person(2), person(3))
    begun = start(engine)
    assert begun is not None
    assert begun.fates == {}
    store = store_of(engine)
    one, two = store.claim(begun.broadcast_id, 2, NOW)
    store.note(begun.broadcast_id, {one.person_id: Fate.SENT, two.person_id: Fate.BLOCKED}, NOW)
    store.finish(begun, NOW)
    with engine.begin() as connection:
        connection.execute(ADDRESSED.delete())
    store.finish(begun, NOW + timedelta(days=1))
    (found,) = store.latest(1)
    assert found.finished_at == NOW
    assert found.fates == {Fate.SENT: 1, Fate.BLOCKED: 1, Fate.WAITING: 1}


@pytest.mark.parametrize("status", [BroadcastStatus.RUNNING, BroadcastStatus.STOPPED])
def test_what_is_over_changes_no_more(engine: Engine, status: BroadcastStatus) -> None:
    subscribe(engine, person(1))
    begun = start(engine)
    assert begun is not None
    store = store_of(engine)
    if status is BroadcastStatus.STOPPED:
        store.change(begun.broadcast_id, BroadcastStatus.RUNNING, status, "telegram:1")
    store.finish(begun, NOW)
    assert store.open() == []
    assert not store.change(begun.broadcast_id, status, BroadcastStatus.PAUSED, "telegram:1")
    with engine.connect() as connection:
        assert len(connection.execute(select(ADDRESSED)).all()) == 1
