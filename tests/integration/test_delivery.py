"""An answer reaches its chat exactly once, whatever happens on the way."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.domain import ChannelName, ChatRef
from bot.errors import ChatUnreachable, DeliveryError, LeaseLost
from tests.fakes.telegram import FakeTelegram, FaultKind
from tests.integration.delivery_kit import Scene, open_channel

ANSWER = "GLE стоит **9 млн**."
SHOWN = "GLE стоит 9 млн."
NOTICE = "Ваш запрос обрабатывается, ожидайте ответа"


@pytest.fixture
async def scene(redis: Redis, prefix: str) -> AsyncIterator[Scene]:
    async with FakeTelegram() as telegram, open_channel(redis, telegram, prefix) as channel:
        yield Scene(redis=redis, telegram=telegram, channel=channel, prefix=prefix)


async def test_an_answer_arrives_formatted(scene: Scene) -> None:
    turn = await scene.turn()
    await scene.at(turn).finish(ANSWER)
    message = scene.telegram.sent(7)[0]
    assert message.text == SHOWN
    assert message.entities == ({"type": "bold", "offset": 10, "length": 5},)
    assert message.reply_to_message_id is None


@pytest.mark.parametrize("first", ["answer", "notice", "preview"])
async def test_in_a_group_the_first_words_quote_the_question(scene: Scene, first: str) -> None:
    turn = await scene.turn(-77)
    delivery = scene.at(turn)
    if first == "notice":
        await delivery.notice(NOTICE)
    elif first == "preview":
        await delivery.grow("GLE")
        await asyncio.sleep(0.1)
    await delivery.finish("Слово " * 1_000)
    quoted = [message.reply_to_message_id for message in scene.telegram.sent(-77)]
    assert quoted == [turn.last.message_id, None]


async def test_in_a_group_a_question_that_was_deleted_is_answered(scene: Scene) -> None:
    turn = await scene.turn(-77)
    del scene.telegram.book.chats[-77].messages[turn.last.message_id or 0]
    await scene.at(turn).finish(ANSWER)
    assert scene.shown(-77) == [SHOWN]


async def test_a_long_answer_arrives_whole_and_in_order(scene: Scene) -> None:
    words = [f"слово{number}" for number in range(1400)]
    markdown = "\n\n".join(" ".join(words[start : start + 50]) for start in range(0, 1400, 50))
    await scene.at(await scene.turn()).finish(markdown)
    assert len(markdown) > 12_000
    assert " ".join(scene.shown()).split() == words
    assert len(scene.shown()) == 4


async def test_4096_emoji_arrive(scene: Scene) -> None:
    await scene.at(await scene.turn()).finish("😀" * 4096)
    assert "".join(scene.shown()) == "😀" * 4096


async def test_an_empty_answer_is_refused(scene: Scene) -> None:
    with pytest.raises(ValueError, match="nothing to see"):
        await scene.at(await scene.turn()).finish(" \n ")


async def test_finishing_twice_delivers_once(scene: Scene) -> None:
    turn = await scene.turn()
    await scene.at(turn).finish(ANSWER)
    await scene.at(turn).finish(ANSWER)
    await scene.at(await scene.again(turn)).finish("Другие слова")
    assert scene.shown() == [SHOWN]


async def test_a_turn_run_again_says_the_words_of_the_first_time(scene: Scene) -> None:
    turn = await scene.turn()
    await scene.at(turn).checkpoint('{"text": "раз"}')
    assert await scene.at(await scene.again(turn)).checkpointed() == '{"text": "раз"}'


async def test_the_rest_of_a_long_answer_follows_after_a_kill(scene: Scene) -> None:
    turn = await scene.turn()
    markdown = "\n\n".join("слово" * 700 + str(number) for number in range(3))
    scene.fault(FaultKind.ERROR, "sendMessage", skip=1, times=1, status=400)
    with pytest.raises(DeliveryError):
        await scene.at(turn).finish(markdown)
    await scene.at(await scene.again(turn)).finish("Что-то совсем другое")
    assert "\n\n".join(scene.shown()) == markdown
    assert scene.ever_sent() == 3


async def test_the_notice_is_said_once_and_becomes_the_answer(scene: Scene) -> None:
    turn = await scene.turn()
    first = scene.at(turn)
    await first.notice(NOTICE)
    await first.notice(NOTICE)
    assert scene.shown() == [NOTICE]
    second = scene.at(await scene.again(turn))
    await second.notice(NOTICE)
    await second.finish(ANSWER)
    assert [message.history for message in scene.telegram.sent(7)] == [(NOTICE, SHOWN)]


async def test_a_notice_after_the_answer_is_not_said(scene: Scene) -> None:
    turn = await scene.turn()
    await scene.at(turn).finish(ANSWER)
    await scene.at(await scene.again(turn)).notice(NOTICE)
    assert scene.shown() == [SHOWN]


async def test_an_answer_whose_notice_the_person_deleted_is_sent_anew(scene: Scene) -> None:
    turn = await scene.turn()
    delivery = scene.at(turn)
    await delivery.notice(NOTICE)
    notice = scene.telegram.sent(7)[0]
    scene.telegram.book.chats[7].messages[notice.message_id].deleted = True
    await delivery.finish(ANSWER)
    assert scene.shown() == [SHOWN]


async def test_a_cancelled_turn_puts_its_words_where_the_notice_stood(scene: Scene) -> None:
    delivery = scene.at(await scene.turn())
    await delivery.notice(NOTICE)
    await delivery.abandon("Остановлено.")
    assert scene.shown() == ["Остановлено."]


async def test_a_cancelled_turn_without_notice_leaves_the_chat_alone(scene: Scene) -> None:
    await scene.at(await scene.turn()).abandon("Остановлено.")
    assert scene.shown() == []


async def test_a_worker_without_the_lease_sends_nothing(scene: Scene) -> None:
    turn = await scene.turn()
    late = scene.at(turn)
    await scene.at(await scene.again(turn)).notice(NOTICE)
    for step in (late.finish(ANSWER), late.notice(NOTICE), late.checkpoint("{}")):
        with pytest.raises(LeaseLost):
            await step
    assert scene.shown() == [NOTICE]


async def test_a_worker_that_loses_the_lease_while_it_waits_for_its_moment_sends_nothing(
    redis: Redis, prefix: str
) -> None:
    async with (
        FakeTelegram() as telegram,
        open_channel(redis, telegram, prefix, chat_interval_s=0.4) as channel,
    ):
        scene = Scene(redis=redis, telegram=telegram, channel=channel, prefix=prefix)
        await scene.at(await scene.turn()).finish("Раз")
        turn = await scene.turn()
        sending = asyncio.create_task(scene.at(turn).finish(ANSWER))
        await asyncio.sleep(0.1)
        await scene.again(turn)
        with pytest.raises(LeaseLost):
            await sending
        assert scene.shown() == ["Раз"]


async def test_a_person_who_blocked_the_bot_is_reported_once_and_for_all(scene: Scene) -> None:
    turn = await scene.turn()
    scene.telegram.book.chats[7].blocked = True
    with pytest.raises(ChatUnreachable) as caught:
        await scene.at(turn).finish(ANSWER)
    assert caught.value.permanent


async def test_a_chat_that_does_not_exist_is_unreachable(scene: Scene) -> None:
    turn = await scene.turn()
    del scene.telegram.book.chats[7]
    with pytest.raises(ChatUnreachable):
        await scene.at(turn).finish(ANSWER)


async def test_it_waits_out_a_flood_pause_and_sends_nothing_meanwhile(scene: Scene) -> None:
    first, second = await scene.turn(7), await scene.turn(8)
    scene.fault(FaultKind.TOO_MANY, "sendMessage", times=1, retry_after_s=1)
    await scene.at(first).finish(ANSWER)
    await scene.at(second).finish(ANSWER)
    assert scene.shown(7) == scene.shown(8) == [SHOWN]
    assert scene.telegram.audit.sends_during_pause() == []
    assert await scene.statistic("unknown_resent") == 0


async def test_a_short_outage_is_waited_out(scene: Scene) -> None:
    turn = await scene.turn()
    scene.fault(FaultKind.BAD_GATEWAY, "sendMessage", times=2, status=502)
    await scene.at(turn).finish(ANSWER)
    assert scene.shown() == [SHOWN]


async def test_a_long_outage_is_for_a_later_attempt(scene: Scene) -> None:
    turn = await scene.turn()
    number = scene.fault(FaultKind.DROP_BEFORE)
    with pytest.raises(DeliveryError) as caught:
        await scene.new_delivery(patience_s=0.3).for_turn(turn).finish(ANSWER)
    assert not caught.value.permanent
    scene.telegram.faults.remove(number)
    await scene.at(await scene.again(turn)).finish(ANSWER)
    assert scene.shown() == [SHOWN]


async def test_words_outside_a_turn_are_split_and_formatted(scene: Scene) -> None:
    scene.telegram.inject.message(7, "привет")
    chat = ChatRef(channel=ChannelName.TELEGRAM, chat_id="7")
    await scene.delivery.tell(chat, "**Добрый день**\n\n" + "слово " * 900)
    assert len(scene.shown()) == 2
    assert scene.telegram.sent(7)[0].entities[0]["type"] == "bold"
