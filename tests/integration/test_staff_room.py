"""/here as typed by an admin, an operator and an outsider, and the room under its new id."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName, ChatRef
from bot.domain.staff import Member, Role, Room
from tests.fakes.telegram import FakeTelegram
from tests.integration.town_kit import Town, open_town

ADMIN, OPERATOR, OUTSIDER = 501, 502, 1001
GROUP, FORUM, UPGRADED = -77, -1_001_234_567_890, -1_009_999_999_999


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        fake.inject.open_chat(GROUP, title="Смена")
        fake.inject.open_chat(FORUM, title="Салон", forum=True)
        yield fake


@pytest.fixture
async def town(telegram: FakeTelegram, redis: Redis, engine: Engine, prefix: str) -> AsyncIterator[Town]:
    async with open_town(telegram, redis, prefix, engine) as town:
        for person, role in ((ADMIN, Role.ADMIN), (OPERATOR, Role.OPERATOR)):
            who = Member(channel=ChannelName.TELEGRAM, external_id=str(person), name="", role=role)
            await town.people.staff.grant(who)
        yield town


def room(chat_id: int, *, has_topics: bool = False) -> Room:
    chat = ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(chat_id), private=False)
    return Room(chat=chat, has_topics=has_topics)


async def test_an_admin_makes_a_group_the_room(town: Town) -> None:
    assert "увидят все, кто здесь есть" in await town.say(GROUP, "/here", person_id=ADMIN)
    assert await town.people.staff.room() is None
    assert "теперь эта группа рабочая" in await town.tap(GROUP, "Да, сделать рабочей", user_id=ADMIN)
    assert await town.people.staff.room() == room(GROUP)


async def test_a_no_leaves_the_room_where_it_was(town: Town) -> None:
    await town.people.staff.bind_room(room(GROUP))
    assert "вместо прежней" in await town.say(FORUM, "/here", person_id=ADMIN)
    assert "всё осталось как было" in await town.tap(FORUM, "Нет, не надо", user_id=ADMIN)
    assert await town.people.staff.room() == room(GROUP)


@pytest.mark.parametrize("person", [OPERATOR, OUTSIDER])
async def test_nobody_else_says_yes_to_it(town: Town, person: int) -> None:
    await town.say(GROUP, "/here", person_id=ADMIN)
    await town.tap(GROUP, "Да, сделать рабочей", user_id=person)
    assert await town.people.staff.room() is None


async def test_in_the_room_itself_it_only_looks_for_topics_again(town: Town) -> None:
    await town.people.staff.bind_room(room(FORUM))
    assert "своя тема" in await town.say(FORUM, "/here", person_id=ADMIN)
    assert await town.people.staff.room() == room(FORUM, has_topics=True)


async def test_a_forum_gives_each_customer_a_topic(town: Town, telegram: FakeTelegram) -> None:
    asked = await town.say(FORUM, f"/here@{telegram.username}", person_id=ADMIN, language="en")
    assert "everybody in this group" in asked
    assert "своя тема" in await town.tap(FORUM, "Yes, work here", user_id=ADMIN)
    assert await town.people.staff.room() == room(FORUM, has_topics=True)


async def test_a_forum_without_the_right_says_what_is_missing(town: Town, telegram: FakeTelegram) -> None:
    telegram.inject.limit_bot(FORUM, may_manage_topics=False)
    await town.say(FORUM, "/here", person_id=ADMIN)
    assert "«Управление темами»" in await town.tap(FORUM, "Да, сделать рабочей", user_id=ADMIN)
    assert await town.people.staff.room() == room(FORUM)


async def test_the_answer_comes_into_the_topic_where_it_was_said(town: Town, telegram: FakeTelegram) -> None:
    thread = telegram.inject.open_topic(FORUM, "Общее", person_id=ADMIN)
    telegram.inject.message(FORUM, "/here", person_id=ADMIN, thread=thread)
    assert (await telegram.wait_for_text(FORUM, "рабочей")).thread == thread


@pytest.mark.parametrize("person", [OPERATOR, OUTSIDER])
async def test_whoever_is_no_admin_learns_nothing(town: Town, telegram: FakeTelegram, person: int) -> None:
    telegram.inject.message(GROUP, "/here", person_id=person)
    telegram.inject.message(person, "/here")
    told = await telegram.wait_for_reply(person)
    telegram.inject.message(person, "/there")
    like_any = await telegram.wait_for_reply(person)
    assert [message.text for message in told] == [message.text for message in like_any]
    assert telegram.sent(GROUP) == []
    assert await town.people.staff.room() is None


async def test_who_is_revoked_has_lost_it_at_once(town: Town, telegram: FakeTelegram) -> None:
    await town.people.staff.revoke(ChannelName.TELEGRAM, str(ADMIN))
    telegram.inject.message(GROUP, "/here", person_id=ADMIN)
    await town.settle()
    assert await town.people.staff.room() is None


async def test_in_a_private_chat_an_admin_is_told_where_to_say_it(town: Town, telegram: FakeTelegram) -> None:
    telegram.inject.message(ADMIN, "/here")
    await telegram.wait_for_text(ADMIN, "Напишите /here в группе")
    assert await town.people.staff.room() is None


@pytest.mark.parametrize("forum", [False, True])
async def test_the_room_stays_the_room_when_the_group_is_upgraded(
    town: Town, telegram: FakeTelegram, forum: bool
) -> None:
    await town.people.staff.bind_room(room(GROUP))
    telegram.inject.upgrade(GROUP, UPGRADED, person_id=ADMIN, forum=forum)
    await town.settle()
    assert await town.people.staff.room() == room(UPGRADED, has_topics=forum)


async def test_another_group_that_is_upgraded_changes_nothing(town: Town, telegram: FakeTelegram) -> None:
    await town.people.staff.bind_room(room(FORUM, has_topics=True))
    telegram.inject.upgrade(GROUP, UPGRADED, person_id=OUTSIDER)
    await town.settle()
    assert await town.people.staff.room() == room(FORUM, has_topics=True)


async def test_who_writes_again_takes_messages_again(town: Town, telegram: FakeTelegram) -> None:
    staff = town.people.staff
    admin = await staff.member(ChannelName.TELEGRAM, str(ADMIN))
    assert admin is not None
    await staff.mark_reachable(admin, reachable=False)
    assert [member.external_id for member in await staff.on_duty()] == [str(OPERATOR)]
    telegram.inject.message(ADMIN, "/here")
    await telegram.wait_for_reply(ADMIN)
    assert len(await staff.on_duty()) == 2
