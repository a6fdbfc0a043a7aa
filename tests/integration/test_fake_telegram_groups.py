"""Groups of the fake Telegram: topics, rights, copies, and the upgrade to a supergroup."""

from collections.abc import AsyncIterator

import pytest
from aiogram.exceptions import TelegramMigrateToChat
from telegram.error import ChatMigrated

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.clients import BareClient, aiogram_bot, bare_client, ext_bot

CUSTOMER, OLEG = 1001, 501
FORUM, GROUP, UPGRADED = -1_001_234_567_890, -77, -1_009_999_999_999


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        fake.inject.open_chat(CUSTOMER)
        fake.inject.open_chat(FORUM, title="Салон", forum=True)
        fake.inject.open_chat(GROUP, title="Смена")
        yield fake


@pytest.fixture
async def client(telegram: FakeTelegram) -> AsyncIterator[BareClient]:
    async with bare_client(telegram) as bare:
        yield bare


async def topic(client: BareClient, name: str = "Анна") -> int:
    answer = await client.call("createForumTopic", chat_id=FORUM, name=name)
    return int(answer["result"]["message_thread_id"])


async def test_a_topic_holds_what_is_written_into_it(telegram: FakeTelegram) -> None:
    async with aiogram_bot(telegram) as bot:
        made = await bot.create_forum_topic(FORUM, "Анна")
        await bot.send_message(FORUM, "Хочет GLE", message_thread_id=made.message_thread_id)
        telegram.inject.message(FORUM, "Отвечу", person_id=OLEG, name="Олег", thread=made.message_thread_id)
        (update,) = await bot.get_updates()
    assert update.message is not None
    assert (update.message.message_thread_id, update.message.is_topic_message) == (
        made.message_thread_id,
        True,
    )
    assert telegram.screen(FORUM, made.message_thread_id) == (
        "-- Dezhurny: topic Анна --\nDezhurny: Хочет GLE\nОлег: Отвечу"
    )
    assert telegram.screen(FORUM).startswith("== Анна (topic 1) ==")


async def test_what_stands_in_a_topic_replies_to_its_beginning(
    telegram: FakeTelegram, client: BareClient
) -> None:
    thread = await topic(client)
    telegram.inject.voice(FORUM, person_id=OLEG, thread=thread)
    (update,) = await client.updates()
    assert update["message"]["reply_to_message"]["message_id"] == thread
    assert telegram.messages(FORUM)[-1].reply_to_message_id is None


async def test_a_topic_is_closed_opened_and_deleted_once(client: BareClient) -> None:
    where = {"chat_id": FORUM, "message_thread_id": await topic(client)}
    assert (await client.call("closeForumTopic", **where))["ok"]
    assert await client.error("closeForumTopic", **where) == "Bad Request: TOPIC_NOT_MODIFIED"
    assert (await client.call("reopenForumTopic", **where))["ok"]
    assert (await client.call("editForumTopic", **where, name="Анна, GLE"))["ok"]
    assert (await client.call("deleteForumTopic", **where))["ok"]
    assert await client.error("sendMessage", **where, text="а") == "Bad Request: message thread not found"
    assert await client.error("editForumTopic", **where, name="б") == "Bad Request: message thread not found"


async def test_a_topic_deleted_by_a_person_takes_its_messages_along(
    telegram: FakeTelegram, client: BareClient
) -> None:
    thread = await topic(client)
    await client.call("sendMessage", chat_id=FORUM, message_thread_id=thread, text="раз")
    telegram.inject.delete_topic(FORUM, thread)
    assert telegram.messages(FORUM) == []
    assert await client.updates() == []


@pytest.mark.parametrize(
    ("chat_id", "rights", "description"),
    [
        (GROUP, {}, "Bad Request: the chat is not a forum"),
        (FORUM, {"may_manage_topics": False}, "Bad Request: not enough rights to create a topic"),
    ],
)
async def test_a_topic_needs_a_forum_and_the_right(
    telegram: FakeTelegram, client: BareClient, chat_id: int, rights: dict[str, bool], description: str
) -> None:
    telegram.inject.limit_bot(chat_id, **rights)
    assert await client.error("createForumTopic", chat_id=chat_id, name="Анна") == description


async def test_a_bot_without_rights_writes_nothing(telegram: FakeTelegram, client: BareClient) -> None:
    thread = await topic(client)
    telegram.inject.close_topic(FORUM, thread, person_id=OLEG)
    telegram.inject.limit_bot(FORUM, may_manage_topics=False)
    closed = await client.error("sendMessage", chat_id=FORUM, message_thread_id=thread, text="а")
    assert closed == "Bad Request: TOPIC_CLOSED"
    telegram.inject.limit_bot(FORUM, may_write=False)
    assert "not enough rights" in await client.error("sendMessage", chat_id=FORUM, text="а")


async def test_a_copy_has_the_file_and_a_caption_and_buttons_of_its_own(telegram: FakeTelegram) -> None:
    telegram.inject.document(CUSTOMER, b"%PDF", file_name="полис.pdf", caption="вот")
    async with aiogram_bot(telegram) as bot:
        thread = (await bot.create_forum_topic(FORUM, "Анна")).message_thread_id
        copied = await bot.copy_message(FORUM, CUSTOMER, 1, message_thread_id=thread, caption="От Анны")
    seen = telegram.messages(FORUM)[-1]
    assert (seen.message_id, seen.text, seen.thread, seen.file_name) == (
        copied.message_id,
        "От Анны",
        thread,
        "полис.pdf",
    )
    assert telegram.file(seen.file_id) == b"%PDF"


async def test_what_is_gone_or_says_only_that_something_happened_is_not_copied(
    telegram: FakeTelegram, client: BareClient
) -> None:
    thread = await topic(client)
    copy = {"chat_id": CUSTOMER, "from_chat_id": FORUM}
    assert "message to copy not found" in await client.error("copyMessage", **copy, message_id=99)
    assert "message can't be copied" in await client.error("copyMessage", **copy, message_id=thread)


async def test_an_upgraded_group_names_its_new_id(telegram: FakeTelegram, client: BareClient) -> None:
    telegram.inject.upgrade(GROUP, UPGRADED, person_id=OLEG, forum=True)
    answer = await client.call("sendMessage", chat_id=GROUP, text="а")
    assert answer["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
    assert answer["parameters"] == {"migrate_to_chat_id": UPGRADED}
    old, new = [update["message"] for update in await client.updates()]
    assert (old["chat"]["id"], old["migrate_to_chat_id"]) == (GROUP, UPGRADED)
    assert (new["chat"]["title"], new["migrate_from_chat_id"]) == ("Смена", GROUP)


async def test_both_clients_understand_the_upgrade(telegram: FakeTelegram) -> None:
    telegram.inject.upgrade(GROUP, UPGRADED, person_id=OLEG)
    async with aiogram_bot(telegram) as bot:
        with pytest.raises(TelegramMigrateToChat) as moved:
            await bot.send_message(GROUP, "а")
    assert moved.value.migrate_to_chat_id == UPGRADED
    async with ext_bot(telegram) as ext:
        with pytest.raises(ChatMigrated) as told:
            await ext.send_message(GROUP, "а")
    assert told.value.new_chat_id == UPGRADED


async def test_members_are_known_by_what_they_are(telegram: FakeTelegram) -> None:
    telegram.inject.member(FORUM, OLEG, status="administrator", name="Олег")
    telegram.inject.message(FORUM, "привет", person_id=502)
    async with aiogram_bot(telegram) as bot:
        statuses = [(await bot.get_chat_member(FORUM, who)).status for who in (502, bot.id)]
        assert (await bot.get_chat(FORUM)).is_forum
        assert len(await bot.get_forum_topic_icon_stickers()) == 3
    assert statuses == ["member", "administrator"]
