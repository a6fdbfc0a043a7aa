"""The voice note beside an answer: once at most, whatever the network does."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.delivery.console_channel import ConsoleChannel
from bot.delivery.delivery import Delivery
from bot.domain import ChannelName, ChatRef, Turn
from bot.errors import ChatUnreachable, DeliveryError, LeaseLost
from bot.recordings import SpokenNote
from tests.fakes.telegram import FakeTelegram, FaultKind
from tests.integration.delivery_kit import Scene, open_channel

ANSWER = "GLE стоит 9 млн."
NOTE = SpokenNote(content=b"OggS" + bytes(5_000), duration_s=7.4)


@pytest.fixture
async def scene(redis: Redis, prefix: str) -> AsyncIterator[Scene]:
    async with FakeTelegram() as telegram, open_channel(redis, telegram, prefix) as channel:
        yield Scene(redis=redis, telegram=telegram, channel=channel, prefix=prefix)


def kinds(scene: Scene, chat_id: int = 7) -> list[str]:
    return [message.kind for message in scene.telegram.messages(chat_id) if message.from_bot]


async def spoken(scene: Scene, turn: Turn, **options: float) -> None:
    delivery = scene.new_delivery(**options).for_turn(turn)
    await delivery.finish(ANSWER)
    await delivery.speak(NOTE)


async def test_the_note_comes_after_the_text(scene: Scene) -> None:
    turn = await scene.turn()
    await spoken(scene, turn)
    assert kinds(scene) == ["text", "voice"]
    assert scene.shown() == [ANSWER, ""]


async def test_the_file_and_its_length_arrive(scene: Scene) -> None:
    await spoken(scene, await scene.turn())
    book = scene.telegram.book
    [payload] = [message.payload for message in book.chats[7].messages.values() if "voice" in message.payload]
    assert payload["voice"]["duration"] == 7
    assert book.files[payload["voice"]["file_id"]] == NOTE.content


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.DROP_BEFORE, FaultKind.BAD_GATEWAY])
async def test_a_note_whose_fate_is_unknown_is_not_sent_again(scene: Scene, kind: FaultKind) -> None:
    turn = await scene.turn()
    scene.fault(kind, "sendVoice", times=1)
    await spoken(scene, turn)
    await spoken(scene, await scene.again(turn))
    assert kinds(scene).count("voice") == (1 if kind is FaultKind.DROP_AFTER else 0)
    assert kinds(scene).count("text") == 1


@pytest.mark.parametrize("details", [{"retry_after_s": 1}])
async def test_a_note_that_surely_did_not_leave_is_sent_again(scene: Scene, details: dict[str, int]) -> None:
    scene.fault(FaultKind.TOO_MANY, "sendVoice", times=1, **details)
    await spoken(scene, await scene.turn())
    assert kinds(scene) == ["text", "voice"]


async def test_a_turn_that_is_run_again_speaks_once(scene: Scene) -> None:
    turn = await scene.turn()
    await spoken(scene, turn)
    again = await scene.again(turn)
    assert not await scene.at(again).may_speak()
    await spoken(scene, again)
    assert kinds(scene) == ["text", "voice"]


async def test_a_kill_between_the_text_and_the_note_loses_neither(scene: Scene) -> None:
    turn = await scene.turn()
    await scene.at(turn).finish(ANSWER)
    again = await scene.again(turn)
    assert await scene.at(again).may_speak()
    await spoken(scene, again)
    assert kinds(scene) == ["text", "voice"]


async def test_a_kill_while_the_note_leaves_does_not_send_two(scene: Scene) -> None:
    turn = await scene.turn()
    await scene.at(turn).finish(ANSWER)
    number = scene.fault(FaultKind.HOLD_AFTER, "sendVoice", times=1)
    sending = asyncio.create_task(scene.at(turn).speak(NOTE))
    await scene.telegram.faults.wait_held(number)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await spoken(scene, await scene.again(turn))
    assert kinds(scene) == ["text", "voice"]


async def test_another_workers_turn_is_not_spoken(scene: Scene) -> None:
    turn = await scene.turn()
    await scene.again(turn)
    with pytest.raises(LeaseLost):
        await scene.at(turn).speak(NOTE)
    assert kinds(scene) == []


async def test_who_takes_no_voice_notes_is_told_apart_from_who_is_gone(scene: Scene) -> None:
    turn = await scene.turn()
    scene.fault(FaultKind.ERROR, "sendVoice", times=1, status=400)
    with pytest.raises(DeliveryError) as caught:
        await spoken(scene, turn)
    assert caught.value.permanent
    scene.telegram.inject.block(7)
    with pytest.raises(ChatUnreachable):
        await scene.at(await scene.again(turn)).speak(NOTE)


async def test_in_the_console_nothing_is_spoken(redis: Redis, prefix: str) -> None:
    channel = ConsoleChannel(redis, prefix=prefix)
    delivery = Delivery(redis, {ChannelName.CONSOLE: channel}, prefix=prefix)
    chat = ChatRef(channel=ChannelName.CONSOLE, chat_id="1")
    with pytest.raises(DeliveryError):
        await channel.voice(chat, NOTE)
    assert not await redis.keys(f"{prefix}:channel:*")
    await delivery.close()
