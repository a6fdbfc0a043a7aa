"""Operators without a room talk in their own chat with the bot; replies suggested to them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChatRef
from tests.assistants import SpokenModel
from tests.fakes.telegram import FakeTelegram
from tests.integration.handoff_kit import (
    ANNA,
    BORIS,
    OLEG,
    PETR,
    TELEGRAM,
    said,
    shown,
    staff_town,
    take,
    talk,
)
from tests.integration.town_kit import Town, open_town


@pytest.fixture
async def town(redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    async with FakeTelegram() as telegram, open_town(telegram, redis, prefix, engine) as town:
        await staff_town(town, topics=False)
        await talk(town)
        await talk(town, BORIS, "Борис")
        await take(town, where=OLEG)
        yield town


async def reply(town: Town, words: str, to: str) -> None:
    """Oleg replies to the message of his chat that reads `to`."""
    message = next(one for one in reversed(shown(town, OLEG)) if one.text == to)
    town.telegram.inject.message(OLEG, words, reply_to=message.message_id)
    await town.settle()


async def test_one_dialogue_is_talked_over_without_replies(town: Town) -> None:
    await town.say(ANNA, "Вы тут?")
    assert "Вы тут?" in said(town, OLEG)
    await town.say(OLEG, "Да, слушаю.")
    assert said(town, ANNA)[-1] == "Да, слушаю."


async def test_with_two_customers_the_reply_tells_which(town: Town) -> None:
    await take(town, BORIS, where=OLEG)
    await town.say(ANNA, "Я Анна")
    await town.say(BORIS, "Я Борис")
    texts = said(town, OLEG)
    assert texts[texts.index("Я Борис") - 1] == "Борис:"
    await town.say(OLEG, "Кому это?")
    assert "Непонятно, кому это" in said(town, OLEG)[-1]
    await reply(town, "Здравствуйте, Анна", to="Я Анна")
    assert said(town, ANNA)[-1] == "Здравствуйте, Анна"
    assert not {"Кому это?", "Здравствуйте, Анна"} & set(said(town, BORIS))


async def test_a_reply_after_the_end_goes_to_nobody(town: Town) -> None:
    await town.say(ANNA, "Вы тут?")
    await take(town, BORIS, where=OLEG)
    await reply(town, "/release", to="Вы тут?")
    await reply(town, "Да", to="Вы тут?")
    assert "Не отправлено" in said(town, OLEG)[-1]
    assert "Да" not in said(town, ANNA) + said(town, BORIS)


async def test_what_was_begun_before_the_end_is_no_question_to_the_assistant(town: Town) -> None:
    await town.say(OLEG, "/release")
    await town.say(OLEG, "И ещё: приходите завтра")
    assert "Не отправлено: диалог уже возвращён" in said(town, OLEG)[-1]
    assert "приходите завтра" in said(town, OLEG)[-1]
    assert not any("приходите завтра" in text for text in said(town, ANNA))


async def test_an_operator_who_blocks_the_bot_loses_the_dialogue(town: Town) -> None:
    town.telegram.inject.block(OLEG)
    await town.say(ANNA, "Когда хлеб свежий?")
    assert any("не на связи" in text for text in said(town, ANNA))
    assert "Анна снова ждёт" in said(town, PETR)[-1]
    assert await town.people.handoffs.hold_of(f"telegram:{ANNA}") is None


async def test_ones_own_chat_is_not_taken_over(town: Town) -> None:
    await talk(town, PETR, "Пётр")
    await take(town, PETR, PETR, where=PETR)
    assert "собственный чат" in said(town, PETR)[-1]


async def test_a_suggestion_is_seen_by_the_operator_and_sent_by_a_tap(town: Town) -> None:
    await town.say(ANNA, "Когда хлеб свежий?")
    assert "Подсказка ассистента" in said(town, OLEG)[-1]
    before = len(said(town, ANNA))
    await town.tap(OLEG, "Отправить")
    await town.tap(OLEG, "Вернуть ассистенту")
    assert len(said(town, ANNA)) == before + 2
    assert any(text.startswith("Ушло клиенту") for text in said(town, OLEG))


async def test_a_suggestion_is_replaced_by_the_operators_own_words(town: Town) -> None:
    await take(town, BORIS, where=OLEG)
    await town.say(ANNA, "Когда хлеб свежий?")
    await town.tap(OLEG, "Изменить")
    await town.say(OLEG, "В восемь.")
    assert said(town, ANNA)[-1] == "В восемь."


async def test_a_suggestion_after_the_end_is_not_sent(town: Town) -> None:
    await town.say(ANNA, "Когда хлеб свежий?")
    before = said(town, ANNA)
    await town.say(OLEG, "/release")
    await town.tap(OLEG, "Отправить")
    assert said(town, ANNA)[len(before) + 1 :] == []


async def test_a_suggestion_can_be_dropped(town: Town) -> None:
    await town.say(ANNA, "Когда хлеб свежий?")
    before = said(town, ANNA)
    await town.tap(OLEG, "Убрать")
    assert said(town, ANNA) == before
    assert "Подсказка убрана." in said(town, OLEG)


async def test_an_answer_that_is_being_written_is_not_sent(redis: Redis, prefix: str, engine: Engine) -> None:
    written = asyncio.Event()
    model = SpokenModel((written, "Да."), composes=False)
    async with FakeTelegram() as telegram, open_town(telegram, redis, prefix, engine, model=model) as town:
        await staff_town(town, topics=False)
        telegram.inject.message(ANNA, "Когда хлеб свежий?", name="Анна")
        await model.was_asked.wait()
        await town.people.handoffs.ask(ChatRef(channel=TELEGRAM, chat_id=str(ANNA)), name="Анна")
        telegram.inject.message(OLEG, "/take Анна")
        await telegram.updates.emptied.wait()
        written.set()
        await town.settle()
        assert "Когда хлеб свежий?" in said(town, OLEG)
        assert [text[:10] for text in said(town, ANNA)] == ["Зову сотру", "К разговор"]
