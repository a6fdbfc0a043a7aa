"""One of the staff takes a dialogue over, talks through the bot, and gives it back."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName, ChatRef, Outcome
from bot.memory.dialogue import DialogueMemory
from bot.store.turns import TurnStore
from tests.fakes.telegram import FakeTelegram
from tests.integration.handoff_kit import (
    ANNA,
    BORIS,
    OLEG,
    PETR,
    ROOM,
    said,
    shown,
    staff_town,
    take,
    talk,
    topic_of,
    write,
)
from tests.integration.town_kit import Town, open_town


@pytest.fixture
async def town(redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    async with FakeTelegram() as telegram, open_town(telegram, redis, prefix, engine) as town:
        await staff_town(town)
        await talk(town)
        yield town


async def test_the_customer_learns_who_joins_and_gets_a_topic_of_their_own(town: Town) -> None:
    await take(town)
    assert "К разговору подключается Олег" in said(town, ANNA)[-1]
    opening = shown(town, ROOM, topic_of(town))[0]
    assert "Анна теперь говорит с вами" in opening.text
    assert "Когда хлеб свежий?" in opening.text


async def test_the_assistant_is_silent_and_the_words_go_to_the_topic(town: Town) -> None:
    await take(town)
    before = said(town, ANNA)
    await town.say(ANNA, "А булочки есть?")
    assert said(town, ANNA) == before
    assert "А булочки есть?" in said(town, ROOM, topic_of(town))


async def test_the_operators_words_reach_the_customer_and_notes_do_not(town: Town) -> None:
    await take(town)
    await write(town, "Здравствуйте! Булочки в 9.", thread=topic_of(town))
    await write(town, "// не забыть про скидку", thread=topic_of(town))
    await write(town, "/why", thread=topic_of(town))
    assert said(town, ANNA)[-1] == "Здравствуйте! Булочки в 9."


async def test_others_in_the_topic_are_not_heard_by_the_customer(town: Town) -> None:
    await take(town)
    before = said(town, ANNA)
    await write(town, "Привет из бухгалтерии", thread=topic_of(town), operator=999)
    assert said(town, ANNA) == before


async def test_photos_voice_files_and_places_go_both_ways(town: Town) -> None:
    await take(town)
    thread = topic_of(town)
    town.telegram.inject.photo(ANNA, caption="Вот такой")
    town.telegram.inject.voice(ANNA)
    town.telegram.inject.content(ANNA, {"location": {"latitude": 55.7, "longitude": 37.6}})
    town.telegram.inject.photo(ROOM, person_id=OLEG, thread=thread)
    town.telegram.inject.voice(ROOM, person_id=OLEG, thread=thread)
    await town.settle()
    kinds = [message.kind for message in shown(town, ROOM, thread) if message.kind != "text"]
    assert kinds == ["photo", "voice", "location"]
    assert [message.kind for message in shown(town, ANNA)][-2:] == ["photo", "voice"]


async def test_a_burst_keeps_its_order(town: Town) -> None:
    await take(town)
    for number in range(6):
        town.telegram.inject.message(ANNA, f"сообщение {number}")
    await town.settle()
    heard = [text for text in said(town, ROOM, topic_of(town)) if text.startswith("сообщение")]
    assert heard == [f"сообщение {number}" for number in range(6)]


async def test_commands_of_the_customer_go_to_the_operator_too(town: Town) -> None:
    await take(town)
    await town.say(ANNA, "/help")
    assert "/help" in said(town, ROOM, topic_of(town))


async def test_given_back_the_assistant_answers_and_knows_what_was_said(town: Town) -> None:
    await take(town)
    await town.say(ANNA, "А булочки есть?")
    await write(town, "Булочки в девять.", thread=topic_of(town))
    await write(town, "/release", thread=topic_of(town))
    assert "С вами снова ассистент" in said(town, ANNA)[-1]
    assert "диалог снова у ассистента" in said(town, ROOM, topic_of(town))[-1]
    recalled = await DialogueMemory(town.redis, 800, 3600, prefix=town.prefix).recall(f"telegram:{ANNA}")
    assert [one.text for one in recalled.remarks][-2:] == ["А булочки есть?", "Булочки в девять."]
    before = len(said(town, ANNA))
    await town.say(ANNA, "Когда хлеб свежий?")
    assert len(said(town, ANNA)) == before + 1


async def test_both_sides_stand_in_the_log(town: Town, engine: Engine) -> None:
    await take(town)
    await town.say(ANNA, "Мой номер +7 916 123-45-67")
    await write(town, "Записали.", thread=topic_of(town))
    await town.settle()
    operator, customer = TurnStore(engine).recent(ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(ANNA)), 2)
    assert (operator.answer.outcome, operator.answer.text) == (Outcome.OPERATOR, "Записали.")
    assert customer.answer.outcome is Outcome.RELAYED
    assert "916" not in customer.question
    assert (operator.person_id, operator.person_name) == (str(ANNA), "Анна")


async def test_words_written_before_the_release_arrive_and_later_ones_are_told(town: Town) -> None:
    await take(town)
    thread = topic_of(town)
    for text in ("До свидания!", "/release", "Ещё одно"):
        town.telegram.inject.message(ROOM, text, person_id=OLEG, thread=thread)
    await town.settle()
    assert "До свидания!" in said(town, ANNA)
    assert "Ещё одно" not in said(town, ANNA)
    assert any("Не отправлено" in text for text in said(town, ROOM, thread))


async def test_two_who_want_it_one_gets_it(town: Town) -> None:
    await take(town)
    await take(town, operator=PETR)
    assert said(town, ROOM)[-1] == "Уже ведёт Олег"


async def test_the_topic_is_used_again_for_the_same_customer(town: Town) -> None:
    await take(town)
    thread = topic_of(town)
    await write(town, "/release", thread=thread)
    await write(town, "/take", thread=thread, operator=PETR)
    assert len(town.telegram.book.chats[ROOM].topics) == 1
    assert "К разговору подключается Пётр" in said(town, ANNA)[-1]


async def test_a_deleted_topic_is_made_anew_and_no_word_is_lost(town: Town) -> None:
    await take(town)
    first = topic_of(town)
    town.telegram.inject.delete_topic(ROOM, first)
    await town.say(ANNA, "Вы тут?")
    assert topic_of(town) != first
    assert "Вы тут?" in said(town, ROOM, topic_of(town))


async def test_an_outsider_who_types_the_command_learns_nothing(town: Town) -> None:
    await talk(town, BORIS, "Борис")
    await town.say(BORIS, f"/take {ANNA}")
    assert await town.people.handoffs.hold_of(f"telegram:{ANNA}") is None
    assert not any("ведёт" in text or "Диалог" in text for text in said(town, BORIS))


async def test_the_operator_hears_that_the_customer_blocked_the_bot(town: Town) -> None:
    await take(town)
    town.telegram.inject.block(ANNA)
    await write(town, "Вы тут?", thread=topic_of(town))
    assert said(town, ROOM, topic_of(town))[-1] == "Не отправлено: у клиента заблокирован бот.\n\nВы тут?"


async def test_a_correction_of_the_operator_is_told_not_to_have_left(town: Town) -> None:
    await take(town)
    thread = topic_of(town)
    sent = town.telegram.inject.message(ROOM, "В десять", person_id=OLEG, thread=thread)
    await town.settle()
    assert sent.message_id is not None
    town.telegram.inject.edited_message(ROOM, sent.message_id, "В девять")
    await town.settle()
    assert "Правка до клиента не дошла" in said(town, ROOM, thread)[-1]
    assert "В десять" in said(town, ANNA)
