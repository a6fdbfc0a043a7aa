"""Requests to be called on both databases: one open a person, one hand for each, and no phone in clear."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine, text

from bot.domain import ChannelName, ChatRef
from bot.domain.callbacks import AlreadyOpen, Callback, CallbackStatus, Opened, Request, Requester
from bot.domain.staff import Member, Role
from bot.people.callbacks.promises import Window
from bot.people.callbacks.requests import Callbacks
from bot.people.working_clock import WorkingClock
from bot.store.callbacks import CallbackStore
from bot.store.sealing import Sealer
from tests.computing import tenant_named

NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
OLEG, ANNA = (
    Member(channel=ChannelName.TELEGRAM, external_id=number, name="", role=Role.OPERATOR)
    for number in ("501", "502")
)


@pytest.fixture
def callbacks(engine: Engine) -> Callbacks:
    tenant = tenant_named("mercedes")
    store = CallbackStore(engine, tenant.name)
    sealer = Sealer([Fernet.generate_key().decode()])
    settings = tenant.service.callbacks
    return Callbacks(store, sealer, WorkingClock(tenant), settings, now=lambda: NOON)


def request(person: int = 7, key: str = "a", phone: str = "+79161234567") -> Request:
    chat = ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(person))
    requester = Requester(chat=chat, external_id=str(person), name="Анна")
    return Request(
        requester=requester,
        request_key=f"{chat.key}:{key}",
        phone=phone,
        reason="кредит",
        call_from=NOON,
        due_at=NOON + timedelta(minutes=15),
        created_at=NOON,
    )


async def opened(callbacks: Callbacks, person: int = 7, key: str = "a") -> Callback:
    opening = await callbacks.open(request(person, key))
    assert isinstance(opening, Opened)
    return opening.callback


async def test_the_same_form_opens_one_request(callbacks: Callbacks) -> None:
    first, again = await opened(callbacks), await opened(callbacks)
    assert first == again
    assert len(await callbacks.of_person(ChannelName.TELEGRAM, "7")) == 1


async def test_a_second_form_meets_the_first_request(callbacks: Callbacks) -> None:
    first = await opened(callbacks)
    second = await callbacks.open(request(key="b"))
    assert second == AlreadyOpen(callback=first)


async def test_who_has_cancelled_may_ask_again(callbacks: Callbacks) -> None:
    first = await opened(callbacks)
    move = await callbacks.cancel(first.callback_id, ChannelName.TELEGRAM, "7")
    assert move.done
    second = await opened(callbacks, key="b")
    assert second.callback_id != first.callback_id
    late = await opened(callbacks)  # the last tap of the first form, delivered once more
    assert late.status is CallbackStatus.CANCELLED


async def test_a_person_who_asks_many_times_at_once_has_one_open(callbacks: Callbacks) -> None:
    openings = await asyncio.gather(*(callbacks.open(request(key=str(key))) for key in range(8)))
    assert len({opening.callback.callback_id for opening in openings}) == 1
    assert sum(isinstance(opening, Opened) for opening in openings) == 1


async def test_the_phone_is_not_in_the_database(callbacks: Callbacks, engine: Engine) -> None:
    callback = await opened(callbacks)
    with engine.connect() as connection:
        stored = repr(connection.execute(text("SELECT * FROM callbacks")).all())
    assert "9161234567" not in stored
    assert await callbacks.phone_of(callback.callback_id) == "+79161234567"
    assert await callbacks.last_phone_of(ChannelName.TELEGRAM, "7") == "+79161234567"


async def test_of_two_who_take_it_one_has_it(callbacks: Callbacks) -> None:
    for person in range(10, 18):
        number = (await opened(callbacks, person)).callback_id
        moves = await asyncio.gather(callbacks.take(number, OLEG), callbacks.take(number, ANNA))
        assert sorted(move.done for move in moves) == [False, True]
        taken = await callbacks.find(number)
        winner = OLEG if moves[0].done else ANNA
        assert taken is not None
        assert taken.taken_by == winner.key


async def test_a_tap_that_is_delivered_again_is_no_loss(callbacks: Callbacks) -> None:
    number = (await opened(callbacks)).callback_id
    assert [(await callbacks.take(number, OLEG)).done for _ in range(2)] == [True, True]
    assert [(await callbacks.done(number, OLEG, "visit")).done for _ in range(2)] == [True, True]


async def test_only_whoever_has_it_can_go_on(callbacks: Callbacks) -> None:
    number = (await opened(callbacks)).callback_id
    await callbacks.take(number, OLEG)
    for move in (
        await callbacks.done(number, ANNA, "visit"),
        await callbacks.no_answer(number, ANNA),
        await callbacks.give_back(number, ANNA),
    ):
        assert not move.done
    assert (await callbacks.give_back(number, OLEG)).done
    assert (await callbacks.take(number, ANNA)).done


async def test_it_is_tried_again_and_then_given_up(callbacks: Callbacks) -> None:
    number = (await opened(callbacks)).callback_id
    for tries in (1, 2):
        await callbacks.take(number, OLEG)
        move = await callbacks.no_answer(number, OLEG)
        assert move.callback is not None
        assert (move.callback.tries, move.callback.next_try_at) == (tries, NOON + timedelta(minutes=20))
    await callbacks.take(number, ANNA)
    last = await callbacks.no_answer(number, ANNA)
    assert last.callback is not None
    assert (last.done, last.callback.status) == (True, CallbackStatus.GIVEN_UP)
    assert not (await callbacks.take(number, OLEG)).done


async def test_a_cancelled_request_cannot_be_taken(callbacks: Callbacks) -> None:
    number = (await opened(callbacks)).callback_id
    await callbacks.cancel(number, ChannelName.TELEGRAM, "7")
    move = await callbacks.take(number, OLEG)
    assert move.callback is not None
    assert (move.done, move.callback.status) == (False, CallbackStatus.CANCELLED)


async def test_nobody_cancels_or_learns_of_the_request_of_another(callbacks: Callbacks) -> None:
    number = (await opened(callbacks)).callback_id
    assert (await callbacks.cancel(number, ChannelName.TELEGRAM, "8")).callback is None
    assert (await callbacks.take(number + 1, OLEG)).callback is None
    assert await callbacks.open_of(ChannelName.TELEGRAM, "8") is None


async def test_another_time_is_reminded_of_anew(callbacks: Callbacks) -> None:
    callback = await opened(callbacks)
    assert [await callbacks.remind(callback) for _ in range(2)] == [True, False]
    window = Window(call_from=NOON + timedelta(hours=2), due_at=NOON + timedelta(hours=3))
    moved = await callbacks.move_time(callback, "вечером", window)
    assert moved.callback is not None
    assert (moved.callback.due_at, moved.callback.wished) == (window.due_at, "вечером")
    assert await callbacks.remind(moved.callback)


async def test_the_overdue_are_listed(callbacks: Callbacks) -> None:
    callback = await opened(callbacks)
    assert await callbacks.due(NOON) == []
    assert await callbacks.due(NOON + timedelta(minutes=15)) == [callback]
