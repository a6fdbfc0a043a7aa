"""«Почему?» wherever staff meet an answer: topics, suggestions, cards of calls, strange groups."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain.staff import Role
from tests.assistants import SpokenModel
from tests.fakes.telegram import FakeTelegram
from tests.integration.handoff_kit import (
    ANNA,
    OLEG,
    ROOM,
    member,
    said,
    shown,
    staff_town,
    take,
    talk,
    topic_of,
    write,
)
from tests.integration.town_kit import Town, open_town

ELSEWHERE = -1001000000009
RIGHT = "Хлеб вынимаем из печи в девять."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def town(redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    model = SpokenModel("Да.", composes=False)
    async with (
        FakeTelegram() as telegram,
        open_town(telegram, redis, prefix, engine, model=model) as town,
    ):
        await staff_town(town)
        await talk(town)
        yield town


async def test_in_a_topic_it_tells_of_the_last_answer(town: Town) -> None:
    await take(town)
    await write(town, "/why", thread=topic_of(town))
    told = shown(town, ROOM, topic_of(town))[-1]
    assert "Вопрос: Когда хлеб свежий?" in told.text
    assert "Источники" in told.text


async def test_in_reply_to_a_suggestion_it_tells_what_that_stands_on(town: Town) -> None:
    await take(town)
    await town.say(ANNA, "Есть ли ржаной хлеб?")
    thread = topic_of(town)
    suggestion = shown(town, ROOM, thread)[-1]
    town.telegram.inject.message(ROOM, "/why", person_id=OLEG, thread=thread, reply_to=suggestion.message_id)
    await town.settle()
    told = said(town, ROOM, thread)[-1]
    assert "Вопрос: Есть ли ржаной хлеб?" in told
    assert "Это подсказка сотруднику" in told
    assert "Источники" in told


async def test_words_that_only_a_person_answered_are_told_as_such(town: Town) -> None:
    await take(town)
    await town.say(ANNA, "Есть ли ржаной хлеб?")
    async for name in town.redis.scan_iter(match=f"{town.prefix}:suggestion:*"):
        await town.redis.delete(name)
    await town.tap(ROOM, "Почему?", user_id=OLEG)
    assert "отвечал сотрудник" in said(town, ROOM, topic_of(town))[-1]


async def test_a_correction_in_a_topic_never_reaches_the_customer(town: Town) -> None:
    await take(town)
    before, thread = said(town, ANNA), topic_of(town)
    await write(town, "/why", thread=thread)
    await town.tap(ROOM, "Исправить", user_id=OLEG)
    await write(town, RIGHT, thread=thread)
    await town.tap(ROOM, "Предложить", user_id=OLEG)
    (proposal,) = await town.people.oversight.proposals.waiting()
    assert (proposal.question, proposal.answer) == ("Когда хлеб свежий?", RIGHT)
    assert said(town, ANNA) == before
    await write(town, "Вот и я.", thread=thread)
    assert said(town, ANNA)[-1] == "Вот и я."


async def test_a_correction_of_what_was_erased_meanwhile_is_not_kept(town: Town) -> None:
    await town.say(OLEG, f"/why telegram:{ANNA}:700000001")
    await town.tap(OLEG, "Исправить")
    await town.say(OLEG, RIGHT)
    await town.say(ANNA, "/forget")
    await town.tap(ANNA, "Да, стереть всё")
    await town.tap(OLEG, "Предложить")
    assert await town.people.oversight.proposals.waiting() == []


async def test_words_for_a_form_that_an_erasure_emptied_are_answered(town: Town) -> None:
    await town.say(OLEG, f"/why telegram:{ANNA}:700000001")
    await town.tap(OLEG, "Исправить")
    await town.say(ANNA, "/forget")
    await town.tap(ANNA, "Да, стереть всё")
    assert "больше нет" in await town.say(OLEG, RIGHT)


@pytest.mark.parametrize("typed", ["/why telegram:7:700000001", "/agreement"])
async def test_in_a_strange_group_nothing_is_shown(town: Town, typed: str) -> None:
    town.telegram.inject.open_chat(ELSEWHERE, title="Чужие")
    town.telegram.inject.message(ELSEWHERE, typed, person_id=OLEG)
    await town.settle()
    assert "в рабочей группе" in said(town, ELSEWHERE)[-1]


@pytest.mark.parametrize(
    ("role", "named", "unnamed"),
    [
        (Role.TESTER, ["/mark"], ["/why", "/mode", "/take"]),
        (Role.OPERATOR, ["/why", "/agreement", "/take", "/release"], ["/mark", "/mode", "/proposals"]),
        (Role.ADMIN, ["/why", "/proposals", "/mode", "/agreement", "/mark", "/take", "/release"], []),
    ],
)
async def test_help_names_the_commands_of_the_role(
    town: Town, role: Role, named: list[str], unnamed: list[str]
) -> None:
    await town.people.staff.grant(member(600, "Кто-то", role))
    screen = (await town.say(600, "/staff_help")).split("\n", 1)[1]
    assert [one for one in named if one not in screen] == []
    assert [one for one in unnamed if one in screen] == []
