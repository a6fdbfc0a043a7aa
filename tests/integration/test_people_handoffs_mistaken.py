"""What operators run into: forms left open elsewhere, groups of others, chats that were never opened."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChatRef
from bot.domain.staff import Role, Room
from tests.fakes.telegram import FakeTelegram
from tests.integration.handoff_kit import (
    ANNA,
    BORIS,
    OLEG,
    PETR,
    ROOM,
    TELEGRAM,
    member,
    said,
    staff_town,
    take,
    talk,
    topic_of,
    write,
)
from tests.integration.town_kit import Town, open_town

ELSEWHERE, IRINA, BOOKKEEPER, NAMELESS = -1005550000001, 503, 999, 1087968824
CHAT = ChatRef(channel=TELEGRAM, chat_id=str(ANNA))


@pytest.fixture
async def town(redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    async with FakeTelegram() as telegram, open_town(telegram, redis, prefix, engine) as town:
        await staff_town(town)
        await talk(town)
        yield town


async def work_without_topics(town: Town) -> None:
    town.telegram.inject.turn_into_forum(ROOM, forum=False)
    room = ChatRef(channel=TELEGRAM, chat_id=str(ROOM), private=False)
    await town.people.staff.bind_room(Room(chat=room, has_topics=False))


async def command(town: Town, text: str, *, where: int = ROOM, operator: int = OLEG) -> str:
    """What the bot says to it at last."""
    town.telegram.inject.message(where, text, person_id=operator)
    await town.settle()
    return said(town, where)[-1]


async def test_words_reach_the_customer_though_a_form_is_open_in_another_topic(town: Town) -> None:
    await take(town)
    await talk(town, BORIS, "Борис")
    await take(town, BORIS)
    await town.say(ANNA, "А к обеду?")
    await town.tap(ROOM, "Почему?", user_id=OLEG)
    await town.tap(ROOM, "Исправить", user_id=OLEG)
    await write(town, "Борис, добрый день.", thread=topic_of(town, "Борис"))
    assert said(town, BORIS)[-1] == "Борис, добрый день."


async def test_words_in_the_name_of_the_group_are_refused_with_a_reason(town: Town) -> None:
    await take(town)
    before = said(town, ANNA)
    group = {"sender_chat": {"id": ROOM, "type": "supergroup", "title": "Смена"}}
    thread = topic_of(town)
    town.telegram.inject.message(ROOM, "Здравствуйте", person_id=NAMELESS, thread=thread, extra=group)
    await town.settle()
    assert said(town, ANNA) == before
    assert "от имени группы" in said(town, ROOM, thread)[-1]


async def test_the_assistant_answers_nobody_in_a_customers_topic(town: Town) -> None:
    await take(town)
    thread = topic_of(town)
    before = said(town, ROOM)
    await write(town, "Когда хлеб свежий?", thread=thread, operator=BOOKKEEPER)
    assert said(town, ROOM) == before


async def test_what_is_said_in_a_topic_is_no_reply_to_the_bot_that_opened_it(town: Town) -> None:
    await take(town)
    thread = topic_of(town)
    hold = await town.people.handoffs.hold_of(CHAT.key)
    assert hold is not None
    await town.people.handoffs.move(hold, replace(hold.place, thread_id=None))  # it is nobody's topic now
    before = said(town, ROOM)
    await write(town, "Когда хлеб свежий?", thread=thread, operator=BOOKKEEPER)
    assert said(town, ROOM) == before


async def test_a_group_that_is_not_the_staffs_reads_no_names(town: Town) -> None:
    town.telegram.inject.open_chat(ELSEWHERE, title="Соседи")
    await take(town)
    await talk(town, BORIS, "Анна-Мария")
    for text in ("/take Анна", "/take", "/release"):
        assert "Анна" not in await command(town, text, where=ELSEWHERE)
    assert await town.people.handoffs.hold_of(f"telegram:{BORIS}") is None


async def test_beside_the_topics_release_ends_what_the_operator_holds(town: Town) -> None:
    await take(town)
    await command(town, "/release", operator=PETR)
    assert await town.people.handoffs.hold_of(CHAT.key) is not None
    await command(town, "/release")
    assert await town.people.handoffs.hold_of(CHAT.key) is None


async def test_who_never_opened_the_bot_works_in_a_topic(town: Town) -> None:
    oleg = await town.people.staff.member(TELEGRAM, str(OLEG))
    assert oleg is not None
    await town.people.staff.mark_reachable(oleg, reachable=False)
    await take(town)
    await town.do_duty("handoffs")
    await write(town, "Здравствуйте", thread=topic_of(town))
    assert said(town, ANNA)[-1] == "Здравствуйте"


async def test_without_topics_the_card_says_who_has_to_open_the_bot_first(town: Town) -> None:
    await work_without_topics(town)
    await town.people.staff.grant(member(IRINA, "Ирина"))
    await town.people.handoffs.ask(CHAT, name="Анна")
    await town.settle()
    await town.tap(ROOM, "Подключиться", user_id=IRINA)
    assert "Ирина не получает сообщений бота" in said(town, ROOM)[-1]
    assert "подключается Ирина" not in said(town, ANNA)[-1]
    await town.tap(ROOM, "Подключиться", user_id=PETR)
    assert "подключается Пётр" in said(town, ANNA)[-1]


async def test_who_lets_the_bot_in_again_keeps_what_they_take(town: Town) -> None:
    await work_without_topics(town)
    oleg = await town.people.staff.member(TELEGRAM, str(OLEG))
    assert oleg is not None
    await town.people.staff.mark_reachable(oleg, reachable=False)
    await take(town)
    await town.do_duty("handoffs")
    assert await town.people.handoffs.hold_of(CHAT.key) is not None


async def test_the_card_of_whom_a_colleague_left_tells_who_came(town: Town) -> None:
    await take(town)
    await town.people.staff.revoke(TELEGRAM, str(OLEG))
    await town.do_duty("handoffs")
    await town.tap(ROOM, "Подключиться", user_id=PETR)
    assert "Анна: диалог ведёт Пётр." in said(town, ROOM)


async def test_what_was_decided_first_of_a_suggestion_stays_so(town: Town) -> None:
    await take(town)
    await town.say(ANNA, "Когда хлеб свежий?")
    suggestion = next(one for one in town.telegram.messages(ROOM) if "Подсказка" in one.text)
    assert suggestion.reply_markup is not None
    drop = suggestion.reply_markup["inline_keyboard"][0][2]["callback_data"]
    await town.tap(ROOM, "Отправить", user_id=OLEG)
    town.telegram.inject.press_forged(ROOM, drop, message_id=suggestion.message_id, user_id=PETR)
    await town.settle()
    assert any(text.startswith("Ушло клиенту") for text in said(town, ROOM))


async def test_a_dialogue_in_somebodys_own_chat_is_ended_by_nobody_else(town: Town) -> None:
    await work_without_topics(town)
    await take(town)
    hold = await town.people.handoffs.hold_of(CHAT.key)
    assert hold is not None
    town.telegram.inject.press_forged(ROOM, f"ho:r:{hold.token}", user_id=PETR)
    await town.settle()
    assert await town.people.handoffs.hold_of(CHAT.key) is not None
    assert town.telegram.toasts(PETR)[-1].text == "Уже ведёт Олег"


async def made_admin(town: Town) -> None:
    """Oleg, who then works in his own chat."""
    await work_without_topics(town)
    await town.people.staff.grant(member(OLEG, "Олег", Role.ADMIN))


async def try_phrases(town: Town) -> None:
    await town.say(OLEG, "/topics")
    await town.tap(OLEG, "Проверить фразу")


async def test_a_form_that_was_left_open_takes_no_words_for_a_customer(town: Town) -> None:
    await made_admin(town)
    await try_phrases(town)
    await take(town, where=OLEG)
    await town.say(OLEG, "Хлеб печём к восьми утра.")
    assert said(town, ANNA)[-1] == "Хлеб печём к восьми утра."


async def test_a_form_that_is_opened_in_a_dialogue_takes_its_words(town: Town) -> None:
    await made_admin(town)
    await take(town, where=OLEG)
    await try_phrases(town)
    await town.say(OLEG, "Привезите к обеду")
    assert "Привезите к обеду" not in said(town, ANNA)
    assert "не запрещено" in said(town, OLEG)[-1]
