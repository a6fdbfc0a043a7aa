"""What the staff are told finds its way, past closed doors too, and reads the same everywhere."""

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import Button, ChannelName, ChatRef, Keyboard
from bot.domain.staff import Member, Role, Room
from tests.fakes.telegram import FakeTelegram
from tests.integration.town_kit import Town, open_town

ADMIN, OLEG, ANNA = 501, 502, 503
GROUP, FORUM, UPGRADED = -77, -1_001_234_567_890, -1_009_999_999_999
TAKE = Keyboard(rows=((Button(text="Беру", data="x:1"),),))
SUBJECT = "callback:12"


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        for person in (ADMIN, OLEG, ANNA):
            fake.inject.open_chat(person)
        fake.inject.open_chat(GROUP, title="Смена")
        fake.inject.open_chat(FORUM, title="Салон", forum=True)
        yield fake


@pytest.fixture
async def town(telegram: FakeTelegram, redis: Redis, engine: Engine, prefix: str) -> AsyncIterator[Town]:
    async with open_town(telegram, redis, prefix, engine) as town:
        people = ((ADMIN, Role.ADMIN, "Ирина"), (OLEG, Role.OPERATOR, "Олег"), (ANNA, Role.OPERATOR, "Анна"))
        for person, role, name in people:
            who = Member(channel=ChannelName.TELEGRAM, external_id=str(person), name=name, role=role)
            await town.people.staff.grant(who)
        yield town


async def work_in(town: Town, chat_id: int, *, has_topics: bool = False) -> None:
    chat = ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(chat_id), private=False)
    await town.people.staff.bind_room(Room(chat=chat, has_topics=has_topics))


def texts(town: Town, chat_id: int) -> list[str]:
    return [message.text for message in town.telegram.messages(chat_id)]


async def test_without_a_room_everybody_on_duty_is_told_once(town: Town) -> None:
    for _ in range(2):
        assert await town.people.posts.tell(SUBJECT, "Заявка", TAKE) == 3
    await town.settle()
    assert [texts(town, chat) for chat in (ADMIN, OLEG, ANNA)] == [["Заявка"]] * 3


async def test_with_a_room_it_is_told_there_alone(town: Town) -> None:
    await work_in(town, GROUP)
    assert await town.people.posts.tell(SUBJECT, "Заявка", TAKE) == 1
    await town.settle()
    assert (texts(town, GROUP), texts(town, OLEG)) == (["Заявка"], [])


async def test_nobody_is_there_to_be_told(town: Town) -> None:
    for member in await town.people.staff.members():
        await town.people.staff.revoke(member.channel, member.external_id)
    assert await town.people.posts.tell(SUBJECT, "Заявка") == 0


async def test_every_copy_changes_and_loses_its_buttons(town: Town) -> None:
    await town.people.posts.tell(SUBJECT, "Заявка", TAKE)
    await town.settle()
    await town.people.posts.change(SUBJECT, "Взял(а) Олег")
    await town.settle()
    shown = [message for chat in (ADMIN, OLEG, ANNA) for message in town.telegram.messages(chat)]
    assert [(message.text, message.reply_markup) for message in shown] == [("Взял(а) Олег", None)] * 3


async def test_of_many_changes_at_once_only_the_last_is_shown(town: Town) -> None:
    await work_in(town, GROUP)
    await town.people.posts.tell(SUBJECT, "Заявка", TAKE)
    await town.settle()
    for number in range(10):
        await town.people.posts.change(SUBJECT, f"Взял(а) {number}")
    await town.settle()
    (message,) = town.telegram.messages(GROUP)
    assert message.text == "Взял(а) 9"
    assert len(message.history) < 10


async def test_what_changes_before_it_is_sent_is_sent_as_it_is_then(town: Town) -> None:
    await town.people.posts.tell(SUBJECT, "Заявка", TAKE)
    await town.people.posts.change(SUBJECT, "Взял(а) Олег")
    await town.settle()
    assert texts(town, ANNA) == ["Взял(а) Олег"]


async def test_what_was_erased_before_it_is_sent_is_never_said(town: Town, redis: Redis, prefix: str) -> None:
    await town.people.posts.tell(SUBJECT, "Мария Секретова", TAKE)
    await town.people.posts.erase(SUBJECT)
    await town.settle()
    assert texts(town, ANNA) == ["Данные удалены по просьбе клиента."]
    kept = await cast(Any, redis.hgetall(f"{prefix}:card:{SUBJECT}"))
    assert "Секретова".encode() not in b"".join(kept.values())


async def test_one_who_blocked_the_bot_is_passed_over_and_the_admin_hears_of_it(town: Town) -> None:
    town.telegram.inject.block(OLEG)
    await town.people.posts.tell(SUBJECT, "Заявка")
    await town.settle()
    assert texts(town, ANNA) == ["Заявка"]
    assert any(text.startswith("Олег не получает личные сообщения") for text in texts(town, ADMIN))
    assert await town.people.posts.tell("callback:13", "Другая") == 2


async def test_who_unblocks_the_bot_and_starts_it_gets_cards_again_at_once(town: Town) -> None:
    town.telegram.inject.block(OLEG)
    await town.people.posts.tell(SUBJECT, "Заявка")
    await town.settle()
    town.telegram.inject.unblock(OLEG)
    await town.say(OLEG, "/start")
    await town.people.posts.tell("callback:13", "Другая")
    await town.settle()
    assert texts(town, OLEG)[-1] == "Другая"


async def test_a_deleted_topic_does_not_swallow_a_card(town: Town) -> None:
    await work_in(town, FORUM, has_topics=True)
    thread = town.telegram.inject.open_topic(FORUM, "Заявки", person_id=ADMIN)
    town.telegram.inject.delete_topic(FORUM, thread)
    await town.people.posts.tell(SUBJECT, "Заявка", TAKE, thread_id=thread)
    await town.settle()
    assert texts(town, FORUM)[-1] == "Заявка"


async def test_a_card_follows_the_group_to_its_new_id(town: Town) -> None:
    await work_in(town, GROUP)
    town.telegram.inject.upgrade(GROUP, UPGRADED, person_id=ADMIN)
    await town.people.staff.move_room(ChannelName.TELEGRAM, str(UPGRADED), str(GROUP))  # nobody noticed yet
    await town.people.posts.tell(SUBJECT, "Заявка", TAKE)
    await town.settle()
    assert "Заявка" in texts(town, UPGRADED)
    room = await town.people.staff.room()
    assert room is not None
    assert room.chat.chat_id == str(UPGRADED)


async def test_a_card_of_before_the_upgrade_is_said_anew_when_it_changes(town: Town) -> None:
    await work_in(town, GROUP)
    await town.people.posts.tell(SUBJECT, "Заявка", TAKE)
    await town.settle()
    town.telegram.inject.upgrade(GROUP, UPGRADED, person_id=ADMIN)
    await town.people.posts.change(SUBJECT, "Взял(а) Олег")
    await town.settle()
    assert texts(town, UPGRADED)[-1] == "Взял(а) Олег"


async def test_a_room_that_takes_nothing_is_left_for_private_chats(town: Town) -> None:
    await work_in(town, GROUP)
    town.telegram.inject.block(GROUP)
    await town.people.posts.tell(SUBJECT, "Заявка", TAKE)
    await town.settle()
    assert texts(town, OLEG) == ["Заявка"]
    assert any(text.startswith("Рабочая группа не принимает") for text in texts(town, ADMIN))
