"""While one of the staff holds a chat nothing of the assistant leaves for it, whatever had begun."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.domain import Outgoing, Turn
from bot.errors import HeldByPerson, HoldOver
from bot.queue.cancellations import HELD, Cancellations
from tests.fakes.telegram import FakeTelegram, FaultKind
from tests.integration.delivery_kit import Scene, open_channel


@pytest.fixture
async def scene(redis: Redis, prefix: str) -> AsyncIterator[Scene]:
    async with FakeTelegram() as telegram, open_channel(redis, telegram, prefix) as channel:
        yield Scene(redis=redis, telegram=telegram, channel=channel, prefix=prefix)


async def hold(scene: Scene, turn: Turn, token: str = "1-1") -> None:
    await scene.redis.hset(f"{scene.prefix}:hold:{turn.chat.key}", "token", token)


async def test_an_answer_does_not_leave(scene: Scene) -> None:
    turn = await scene.turn()
    await hold(scene, turn)
    with pytest.raises(HeldByPerson):
        await scene.at(turn).finish("Пять миллионов.")
    assert scene.shown() == []


async def test_the_rest_of_a_long_answer_does_not_leave(scene: Scene) -> None:
    turn = await scene.turn()
    long = "\n\n".join("слово " * 300 for _ in range(5))
    number = scene.fault(FaultKind.HOLD_AFTER, "sendMessage", times=1)
    answering = asyncio.create_task(scene.at(turn).finish(long))
    await scene.telegram.faults.wait_held(number)
    await hold(scene, turn)
    scene.telegram.faults.remove(number)
    with pytest.raises(HeldByPerson):
        await answering
    assert len(scene.shown()) == 1


async def test_an_edit_of_the_notice_does_not_leave_and_the_notice_goes(scene: Scene) -> None:
    turn = await scene.turn()
    at = scene.at(turn)
    await at.notice("Минуту")
    await hold(scene, turn)
    with pytest.raises(HeldByPerson):
        await at.finish("Пять миллионов.")
    await at.withdraw()
    assert scene.shown() == []


async def test_neither_notice_nor_preview_nor_voice_leaves(scene: Scene) -> None:
    turn = await scene.turn()
    await hold(scene, turn)
    at = scene.at(turn)
    await at.grow("Пять")
    await asyncio.sleep(0.05)
    with pytest.raises(HeldByPerson):
        await at.notice("Минуту")
    assert (scene.shown(), scene.telegram.draft(7)) == ([], None)


@pytest.mark.parametrize(("holder", "leaves"), [("1-1", True), ("2-2", False), ("", False)])
async def test_words_of_an_operator_leave_while_their_holding_lasts(
    scene: Scene, holder: str, leaves: bool
) -> None:
    turn = await scene.turn()
    if holder:
        await hold(scene, turn, holder)
    said = scene.delivery.for_outgoing(turn).send(Outgoing(text="Здравствуйте", held_by="1-1"))
    if leaves:
        await said
    else:
        with pytest.raises(HoldOver):
            await said
    assert scene.shown() == ["Здравствуйте"] * leaves


async def test_a_screen_leaves_whoever_holds_the_chat(scene: Scene) -> None:
    turn = await scene.turn()
    await hold(scene, turn)
    await scene.delivery.for_outgoing(turn).send(Outgoing(text="Заявка принята"))
    assert scene.shown() == ["Заявка принята"]


async def test_a_turn_is_stopped_at_once_and_may_begin_anew(redis: Redis, prefix: str, scene: Scene) -> None:
    turn = await scene.turn()
    cancellations = Cancellations(redis, prefix=prefix)
    listening = asyncio.create_task(cancellations.run())
    async with asyncio.timeout(5), cancellations.watching(turn) as stopped:
        while not stopped.is_set():
            await redis.publish(f"{prefix}:cancelled", f"{HELD}{turn.turn_id}")
            await asyncio.sleep(0.01)
    async with cancellations.watching(turn) as stopped:
        assert not stopped.is_set()
    listening.cancel()
