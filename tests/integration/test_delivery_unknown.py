"""The unknown state: a message left, and nobody knows whether it arrived."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis

from bot.domain import Turn
from bot.errors import DeliveryError
from tests.fakes.telegram import FakeTelegram, FaultKind
from tests.integration.delivery_kit import Scene, open_channel

ANSWER = "GLE стоит 9 млн."


@pytest.fixture
async def scene(redis: Redis, prefix: str) -> AsyncIterator[Scene]:
    async with FakeTelegram() as telegram, open_channel(redis, telegram, prefix) as channel:
        yield Scene(redis=redis, telegram=telegram, channel=channel, prefix=prefix)


async def killed_while_sending(scene: Scene, turn: Turn, kind: FaultKind, text: str = ANSWER) -> None:
    """Run the turn until its message is under way, and stop as a kill would: nothing is noted after."""
    number = scene.fault(kind, "sendMessage", times=1)
    sending = asyncio.create_task(scene.at(turn).finish(text))
    await scene.telegram.faults.wait_held(number)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await asyncio.sleep(0.02)


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.MALFORMED])
async def test_a_lost_answer_of_a_message_that_arrived_is_found(scene: Scene, kind: FaultKind) -> None:
    turn = await scene.turn()
    scene.fault(kind, "sendMessage", times=1)
    await scene.at(turn).finish(ANSWER)
    assert scene.ever_sent() == 1
    assert await scene.statistic("unknown_found") == 1


async def test_a_message_that_did_not_arrive_is_sent_again(scene: Scene) -> None:
    turn = await scene.turn()
    scene.fault(FaultKind.DROP_BEFORE, "sendMessage", times=1)
    await scene.at(turn).finish(ANSWER)
    assert scene.shown() == [ANSWER]
    assert await scene.statistic("unknown_resent") == 1


async def test_a_timeout_is_an_unknown_state_too(redis: Redis, prefix: str) -> None:
    async with (
        FakeTelegram() as telegram,
        open_channel(redis, telegram, prefix, request_timeout_s=0.2) as channel,
    ):
        scene = Scene(redis=redis, telegram=telegram, channel=channel, prefix=prefix)
        scene.fault(FaultKind.LATENCY_AFTER, "sendMessage", times=1, delay_s=0.5)
        await scene.at(await scene.turn()).finish(ANSWER)
        assert scene.ever_sent() == 1


async def test_a_kill_after_the_message_arrived_delivers_it_once(scene: Scene) -> None:
    turn = await scene.turn()
    await killed_while_sending(scene, turn, FaultKind.HOLD_AFTER)
    await scene.new_delivery().for_turn(await scene.again(turn)).finish(ANSWER)
    assert scene.ever_sent() == 1
    assert await scene.statistic("unknown_found") == 1


async def test_a_kill_before_the_message_left_delivers_it_once(scene: Scene) -> None:
    turn = await scene.turn()
    scene.fault(FaultKind.DROP_BEFORE, "sendMessage", times=1)
    with pytest.raises(DeliveryError):
        await scene.new_delivery(patience_s=0.0).for_turn(turn).finish(ANSWER)
    await scene.at(await scene.again(turn)).finish(ANSWER)
    assert scene.ever_sent() == 1


async def test_messages_of_other_chats_in_between_are_stepped_over(scene: Scene) -> None:
    turn = await scene.turn(7)
    asked = [await scene.turn(chat_id) for chat_id in range(20, 35)]
    await killed_while_sending(scene, turn, FaultKind.HOLD_AFTER)
    for other in asked:
        await scene.at(other).finish("Другому")
    await scene.new_delivery().for_turn(await scene.again(turn)).finish(ANSWER)
    assert scene.ever_sent(7) == 1


async def test_questions_whose_answers_are_still_being_written_are_stepped_over(scene: Scene) -> None:
    turn = await scene.turn(7)
    asked = [await scene.turn(chat_id) for chat_id in range(20, 35)]
    await killed_while_sending(scene, turn, FaultKind.HOLD_AFTER)
    async with AsyncExitStack() as stack:
        for other in asked:
            await stack.enter_async_context(scene.at(other).typing())
        await asyncio.sleep(0.2)
        await scene.new_delivery().for_turn(await scene.again(turn)).finish(ANSWER)
    assert scene.ever_sent(7) == 1


async def test_an_earlier_message_of_the_same_chat_is_not_taken_for_it(scene: Scene) -> None:
    await scene.at(await scene.turn()).finish("Первый ответ")
    turn = await scene.turn()
    scene.fault(FaultKind.DROP_BEFORE, "sendMessage", times=1)
    await scene.at(turn).finish(ANSWER)
    assert scene.shown() == ["Первый ответ", ANSWER]


async def test_a_later_message_of_the_same_chat_is_not_taken_for_it(scene: Scene) -> None:
    turn = await scene.turn()
    scene.fault(FaultKind.DROP_BEFORE, "sendMessage", times=1)
    with pytest.raises(DeliveryError):
        await scene.new_delivery(patience_s=0.0).for_turn(turn).finish(ANSWER)
    await scene.delivery.tell(turn.chat, "Рассылка")
    await scene.at(await scene.again(turn)).finish(ANSWER)
    assert scene.shown() == ["Рассылка", ANSWER]


async def test_a_server_that_takes_every_message_for_ours_is_not_believed(scene: Scene) -> None:
    turn = await scene.turn()
    messages = scene.telegram.book.chats[7].messages
    messages[turn.last.message_id or 0].from_bot = True  # now a probe of it says "not modified"
    scene.fault(FaultKind.DROP_BEFORE, "sendMessage", times=1)
    await scene.at(turn).finish(ANSWER)
    assert [text for text in scene.shown() if text == ANSWER] == [ANSWER]
    assert await scene.statistic("unknown_resent") == 1


async def test_an_unknown_notice_is_found_and_becomes_the_answer(scene: Scene) -> None:
    turn = await scene.turn()
    scene.fault(FaultKind.DROP_AFTER, "sendMessage", times=1)
    await scene.new_delivery(patience_s=0.0).for_turn(turn).notice("Ожидайте")
    await scene.at(await scene.again(turn)).finish(ANSWER)
    assert [message.history for message in scene.telegram.sent(7)] == [("Ожидайте", ANSWER)]


async def test_an_edit_whose_answer_was_lost_is_repeated(scene: Scene) -> None:
    delivery = scene.at(await scene.turn())
    await delivery.notice("Ожидайте")
    scene.fault(FaultKind.DROP_AFTER, "editMessageText", times=1)
    await delivery.finish(ANSWER)
    assert [message.history for message in scene.telegram.sent(7)] == [("Ожидайте", ANSWER)]


async def test_many_turns_killed_at_once_are_all_found(scene: Scene) -> None:
    turns = [await scene.turn(chat_id) for chat_id in range(1, 7)]
    number = scene.fault(FaultKind.HOLD_AFTER, "sendMessage")
    tasks = [asyncio.create_task(scene.at(turn).finish(ANSWER)) for turn in turns]
    for chat_id in range(1, 7):
        await scene.telegram.wait_for_reply(chat_id)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    scene.telegram.faults.remove(number)
    again = [await scene.again(turn) for turn in turns]
    other = scene.new_delivery()
    await asyncio.gather(*(other.for_turn(turn).finish(ANSWER) for turn in again))
    assert [scene.ever_sent(chat_id) for chat_id in range(1, 7)] == [1] * 6
    assert await scene.statistic("unknown_found") == 6


async def test_a_supergroup_counts_its_own_ids(scene: Scene) -> None:
    for _ in range(30):
        scene.telegram.inject.message(9, "личные идут своим чередом")
    await scene.at(await scene.turn(9)).finish("да")
    turn = await scene.turn(-1_000_000_000_777)
    scene.fault(FaultKind.DROP_AFTER, "sendMessage", times=1)
    await scene.at(turn).finish(ANSWER)
    assert scene.ever_sent(-1_000_000_000_777) == 1
