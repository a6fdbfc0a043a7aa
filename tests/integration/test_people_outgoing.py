"""What goes to a chat of itself takes its place in the chat's order, once, with its buttons."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import Button, ChannelName, ChatRef, FileRef, Keyboard, Outgoing
from tests.fakes.telegram import FakeTelegram, Fault, FaultKind
from tests.integration.town_kit import Town, open_town

CHAT = ChatRef(channel=ChannelName.TELEGRAM, chat_id="7")
TAKE = Keyboard(rows=((Button(text="Беру", data="x:1"),),))


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        telegram.inject.open_chat(7)
        yield telegram


@pytest.fixture
async def town(telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    async with open_town(telegram, redis, prefix, engine) as town:
        yield town


async def test_a_message_stands_in_the_chat_once_however_often_it_is_posted(town: Town) -> None:
    for _ in range(3):
        await town.people.outbox.post(CHAT, Outgoing(text="**Мы** позвоним.", keyboard=TAKE), name="a")
    await town.settle()
    (message,) = town.telegram.messages(7)
    assert (message.text, message.reply_markup is not None) == ("Мы позвоним.", True)


async def test_a_message_of_unknown_fate_is_found_by_its_buttons(town: Town) -> None:
    town.telegram.faults.add(Fault(kind=FaultKind.DROP_AFTER, methods=("sendMessage",), times=1))
    await town.say(7, "Когда хлеб свежий?")
    town.telegram.faults.add(Fault(kind=FaultKind.DROP_AFTER, methods=("sendMessage",), times=1))
    await town.people.outbox.post(CHAT, Outgoing(text="Мы позвоним.", keyboard=TAKE), name="a")
    await town.settle()
    shown = [message for message in town.telegram.messages(7) if message.text == "Мы позвоним."]
    assert [message.reply_markup is not None for message in shown] == [True]


async def test_a_file_arrives_with_its_name_and_content(town: Town) -> None:
    key = await town.people.files.keep(b"%PDF")
    await town.people.outbox.post(
        CHAT, Outgoing(text="Брошюра", file=FileRef(key=key, name="gle.pdf")), name="b"
    )
    await town.settle()
    (message,) = town.telegram.messages(7)
    assert (message.kind, message.text) == ("document", "Брошюра")


async def test_a_closed_chat_loses_nothing_but_its_message(town: Town) -> None:
    town.telegram.inject.block(7)
    await town.people.outbox.post(CHAT, Outgoing(text="Мы позвоним."), name="c")
    await town.settle()
    assert not await town.inbox.waiting_utterances()


async def test_an_unknown_button_is_answered_by_a_line(town: Town) -> None:
    await town.people.outbox.post(CHAT, Outgoing(text="?", keyboard=TAKE), name="d")
    await town.settle()
    await town.tap(7, "Беру")
    (toast,) = town.telegram.toasts(7)
    assert toast.text == "Эта кнопка уже не действует."
