"""What the fake Telegram shows, refuses and remembers of the messages that a bot sends."""

from collections.abc import AsyncIterator

import pytest
from aiogram.exceptions import TelegramBadRequest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.clients import BareClient, aiogram_bot, bare_client, ext_bot

CHAT = 1001
GROUP = -1_001_234_567_890


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        fake.inject.open_chat(CHAT)
        yield fake


@pytest.fixture
async def client(telegram: FakeTelegram) -> AsyncIterator[BareClient]:
    async with bare_client(telegram) as bare:
        yield bare


def button(data: str) -> dict[str, object]:
    return {"inline_keyboard": [[{"text": "Кнопка", "callback_data": data}]]}


async def send(client: BareClient, text: str = "текст", **arguments: object) -> int:
    answer = await client.call("sendMessage", chat_id=CHAT, text=text, **arguments)
    return int(answer["result"]["message_id"])


async def test_an_edit_by_aiogram_is_seen_with_its_history(telegram: FakeTelegram) -> None:
    async with aiogram_bot(telegram) as bot:
        sent = await bot.send_message(CHAT, "Здравствуйте")
        await bot.edit_message_text("Добрый день", chat_id=CHAT, message_id=sent.message_id)
        with pytest.raises(TelegramBadRequest, match="message is not modified"):
            await bot.edit_message_text("Добрый день", chat_id=CHAT, message_id=sent.message_id)
    (seen,) = telegram.messages(CHAT)
    assert (seen.text, seen.history) == ("Добрый день", ("Здравствуйте", "Добрый день"))


async def test_a_draft_by_ext_bot_makes_room_for_the_message(telegram: FakeTelegram) -> None:
    async with ext_bot(telegram) as bot:
        await bot.send_message_draft(CHAT, draft_id=7, text="Доб")
        assert (telegram.draft(CHAT), telegram.messages(CHAT)) == ("Доб", [])
        await bot.send_message(CHAT, "Добрый день")
    assert [seen.text for seen in telegram.messages(CHAT)] == ["Добрый день"]
    assert telegram.draft(CHAT) is None


async def test_a_draft_is_gone_after_half_a_minute() -> None:
    clock = [100.0]
    async with FakeTelegram(now=lambda: clock[0]) as telegram, bare_client(telegram) as client:
        telegram.inject.open_chat(CHAT)
        await client.call("sendMessageDraft", chat_id=CHAT, draft_id=1, text="Доб")
        clock[0] += 29.9
        assert telegram.draft(CHAT) == "Доб"
        clock[0] += 0.2
        assert telegram.draft(CHAT) is None


async def test_drafts_need_a_number_a_private_chat_and_a_new_server(
    client: BareClient, telegram: FakeTelegram
) -> None:
    telegram.inject.open_chat(GROUP)
    assert "non-zero" in await client.error("sendMessageDraft", chat_id=CHAT, draft_id=0, text="а")
    assert "private" in await client.error("sendMessageDraft", chat_id=GROUP, draft_id=1, text="а")
    async with FakeTelegram(drafts=False) as old, bare_client(old) as old_client:
        assert await old_client.error("sendMessageDraft", chat_id=CHAT, draft_id=1, text="а") == "Not Found"


def parsed_as(mode: str, text: str) -> dict[str, object]:
    return {"text": text, "parse_mode": mode}


def entity(offset: int, length: int) -> list[dict[str, object]]:
    return [{"type": "bold", "offset": offset, "length": length}]


def link(url: str) -> dict[str, object]:
    return {"text": "а", "entities": [{"type": "text_link", "offset": 0, "length": 1, "url": url}]}


def bold(text: str, offset: int, length: int) -> dict[str, object]:
    return {"text": text, "entities": entity(offset, length)}


@pytest.mark.parametrize(
    ("arguments", "description"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n\u200e "}, "text must be non-empty"),
        ({"text": "а" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        (parsed_as("HTML", "<b>а"), "can't parse entities: Can't find end tag corresponding to start tag"),
        (parsed_as("HTML", "<x>а</x>"), "can't parse entities: Unsupported start tag"),
        (parsed_as("HTML", "<b><i>а</b>"), "can't parse entities: Unmatched end tag"),
        (parsed_as("MarkdownV2", "а."), "can't parse entities: Character '.' is reserved"),
        (parsed_as("MarkdownV2", "*а"), "can't parse entities: Can't find end of Bold entity"),
        (parsed_as("Markdown", "*а"), "can't parse entities: Can't find end of the entity starting at byte"),
        (bold("аб", 9, 1), "entity begins after the end of the text at UTF-16 offset 9"),
        (bold("аб", -1, 1), "receive an entity with incorrect offset -1"),
        ({"text": "а", "entities": [{"type": "new", "offset": 0, "length": 1}]}, "Unsupported type"),
        (
            {"text": "абвг", "entities": [*entity(0, 3), *entity(1, 3)]},
            "entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 4",
        ),
        (link("not-a-url"), "entity URL 'not-a-url' is invalid: Wrong HTTP URL"),
        (link("tel:+74950000000"), "is invalid: Wrong port number specified in the URL"),
        (link("ftp://a.ru"), "is invalid: Unsupported URL protocol"),
        (bold("аб", 1, 2), "ends after the end of the text"),
        (bold("😀!", 1, 1), "in a middle of a UTF-16 symbol"),
        ({"text": "а", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": "а", "chat_id": 5}, "chat not found"),
        ({"text": "а", "reply_parameters": {"quote": "б"}}, 'can\'t find field "message_id"'),
        ({"text": "а", "reply_markup": button("д" * 33)}, "BUTTON_DATA_INVALID"),
        ({"text": "а", "reply_markup": button("")}, "Text buttons are unallowed"),
    ],
)
async def test_a_bad_message_is_refused(
    client: BareClient, arguments: dict[str, object], description: str
) -> None:
    answer = await client.call("sendMessage", **{"chat_id": CHAT, **arguments})
    assert answer["error_code"] == 400
    assert answer["description"].startswith("Bad Request: ")
    assert description in answer["description"]


@pytest.mark.parametrize(
    ("source", "mode"),
    [
        ("Цена <b>5&lt;6</b> <a href='https://a.ru'>тут</a>", "HTML"),
        ("Цена *5<6* [тут](https://a.ru)", "MarkdownV2"),
    ],
)
async def test_markup_becomes_entities(
    telegram: FakeTelegram, client: BareClient, source: str, mode: str
) -> None:
    await send(client, source, parse_mode=mode)
    (seen,) = telegram.messages(CHAT)
    assert seen.text == "Цена 5<6 тут"
    assert seen.entities == (
        {"type": "bold", "offset": 5, "length": 3},
        {"type": "text_link", "offset": 9, "length": 3, "url": "https://a.ru"},
    )


async def test_the_longest_message_counts_after_parsing(client: BareClient) -> None:
    assert await send(client, f"<b>{'😀' * 2048}</b>", parse_mode="HTML")


async def test_edits_of_the_wrong_message_are_refused(telegram: FakeTelegram, client: BareClient) -> None:
    theirs = telegram.inject.message(CHAT, "привет").message_id
    edit = {"chat_id": CHAT, "text": "новый"}
    assert "message to edit not found" in await client.error("editMessageText", message_id=99, **edit)
    assert "message can't be edited" in await client.error("editMessageText", message_id=theirs, **edit)


async def test_a_deleted_message_is_no_longer_seen_nor_replied_to(
    telegram: FakeTelegram, client: BareClient
) -> None:
    sent = await send(client)
    assert (await client.call("deleteMessage", chat_id=CHAT, message_id=sent))["result"] is True
    assert telegram.messages(CHAT) == []
    assert [seen.deleted for seen in telegram.sent(CHAT)] == [True]
    reply = {"message_id": sent, "allow_sending_without_reply": True}
    assert await send(client, reply_parameters=reply) > sent


async def test_a_person_who_blocked_the_bot_gets_nothing(telegram: FakeTelegram) -> None:
    telegram.inject.block(CHAT)
    async with ext_bot(telegram) as bot:
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await bot.send_message(CHAT, "текст")
        telegram.inject.unblock(CHAT)
        await bot.send_message(CHAT, "текст")
    assert len(telegram.messages(CHAT)) == 1


async def test_private_chats_share_a_counter_and_a_supergroup_has_its_own(
    telegram: FakeTelegram, client: BareClient
) -> None:
    telegram.inject.open_chat(GROUP)
    assert [await send(client), telegram.inject.message(77, "а").message_id, await send(client)] == [1, 2, 3]
    assert (await client.call("sendMessage", chat_id=GROUP, text="а"))["result"]["message_id"] == 1


async def test_a_button_of_ext_bot_can_be_pressed_once(telegram: FakeTelegram) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Менеджер", callback_data="person")]])
    async with ext_bot(telegram) as bot:
        await bot.send_message(CHAT, "Чем помочь?", reply_markup=markup)
        telegram.inject.press(CHAT, "person")
        (update,) = await bot.get_updates()
        assert update.callback_query is not None
        await bot.answer_callback_query(update.callback_query.id, text="Зову")
        with pytest.raises(BadRequest, match=r"(?i)query is too old"):
            await bot.answer_callback_query(update.callback_query.id)
    assert list(telegram.account.answered_callbacks.values()) == ["Зову"]


async def test_a_voice_note_is_downloaded_whole(telegram: FakeTelegram) -> None:
    telegram.inject.voice(CHAT, b"OggS\x00\r\n--\xff", duration_s=3)
    async with ext_bot(telegram) as bot:
        (update,) = await bot.get_updates()
        assert update.message is not None
        assert update.message.voice is not None
        file = await bot.get_file(update.message.voice.file_id)
        assert bytes(await file.download_as_bytearray()) == b"OggS\x00\r\n--\xff"


async def test_a_document_sent_by_multipart_arrives_whole(telegram: FakeTelegram) -> None:
    content = b"\r\n--a\x00\xff" * 1000
    async with ext_bot(telegram) as bot:
        message = await bot.send_document(CHAT, content, filename="договор.pdf", caption="Вот")
        assert message.document is not None
        file = await bot.get_file(message.document.file_id)
        assert bytes(await file.download_as_bytearray()) == content
    assert [(seen.kind, seen.text) for seen in telegram.messages(CHAT)] == [("document", "Вот")]


async def test_strangers_and_unknown_methods_are_told_apart(
    telegram: FakeTelegram, client: BareClient
) -> None:
    assert (await client.call("sendDice", chat_id=CHAT))["error_code"] == 404
    assert (await client.call("SENDMESSAGE", chat_id=CHAT, text="а"))["ok"]
    telegram.token = "42:OTHER"
    assert (await client.call("getMe"))["error_code"] == 401


async def test_commands_and_the_chat_are_told_back(telegram: FakeTelegram) -> None:
    async with aiogram_bot(telegram) as bot:
        me, chat = await bot.get_me(), await bot.get_chat(CHAT)
        await bot.send_chat_action(CHAT, "typing")
        await bot.delete_my_commands()
    assert (me.username, chat.first_name) == (telegram.username, f"Person {CHAT}")
    assert [call.method for call in telegram.audit.calls()] == [
        "getMe",
        "getChat",
        "sendChatAction",
        "deleteMyCommands",
    ]


async def test_waiting_in_vain_says_what_was_seen(telegram: FakeTelegram, client: BareClient) -> None:
    await send(client, "не то")
    with pytest.raises(TimeoutError, match="не то"):
        await telegram.wait_for_text(CHAT, "то самое", timeout_s=0.01)
