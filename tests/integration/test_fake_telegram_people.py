"""What people press and share at the fake Telegram, and what they then see."""

from collections.abc import AsyncIterator

import pytest
from aiogram.types import KeyboardButton, ReplyKeyboardMarkup, ReplyKeyboardRemove

from tests.fakes.telegram import FakeTelegram, Toast
from tests.fakes.telegram.clients import BareClient, aiogram_bot, bare_client

CHAT, OLEG = 1001, 501
GROUP = -1_001_234_567_890


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        fake.inject.open_chat(CHAT, name="Анна")
        fake.inject.open_chat(GROUP, title="Салон")
        yield fake


@pytest.fixture
async def client(telegram: FakeTelegram) -> AsyncIterator[BareClient]:
    async with bare_client(telegram) as bare:
        yield bare


async def card(client: BareClient, chat_id: int = GROUP) -> int:
    rows = [[{"text": "Беру", "callback_data": "take:1"}, {"text": "Скрыть", "callback_data": "hide:1"}]]
    answer = await client.call(
        "sendMessage", chat_id=chat_id, text="Заявка", reply_markup={"inline_keyboard": rows}
    )
    return int(answer["result"]["message_id"])


async def test_a_button_is_pressed_by_what_it_reads(telegram: FakeTelegram, client: BareClient) -> None:
    await card(client)
    telegram.inject.press_text(GROUP, "Беру", user_id=OLEG)
    (update,) = await client.updates()
    query = update["callback_query"]
    assert (query["data"], query["from"]["id"], query["message"]["chat"]["id"]) == ("take:1", OLEG, GROUP)
    with pytest.raises(LookupError, match="Беру"):
        telegram.inject.press_text(GROUP, "Готово", user_id=OLEG)


async def test_the_toast_is_seen_by_who_pressed(telegram: FakeTelegram, client: BareClient) -> None:
    await card(client)
    telegram.inject.press(GROUP, "take:1", person_id=OLEG)
    query_id = (await client.updates())[0]["callback_query"]["id"]
    await client.call(
        "answerCallbackQuery", callback_query_id=query_id, text="Уже взял Пётр", show_alert=True
    )
    expected = Toast(person_id=OLEG, chat_id=GROUP, text="Уже взял Пётр", alert=True)
    assert await telegram.wait_for_toast(OLEG) == [expected]
    assert telegram.toasts(CHAT) == []


async def test_a_press_too_late_takes_no_answer(telegram: FakeTelegram, client: BareClient) -> None:
    await card(client)
    telegram.inject.press(GROUP, "take:1", person_id=OLEG, too_late=True)
    query_id = (await client.updates())[0]["callback_query"]["id"]
    assert "query is too old" in await client.error("answerCallbackQuery", callback_query_id=query_id)
    assert telegram.toasts(OLEG) == []


async def test_a_long_toast_is_refused(telegram: FakeTelegram, client: BareClient) -> None:
    await card(client)
    telegram.inject.press(GROUP, "take:1", person_id=OLEG)
    query_id = (await client.updates())[0]["callback_query"]["id"]
    error = await client.error("answerCallbackQuery", callback_query_id=query_id, text="а" * 201)
    assert error == "Bad Request: MESSAGE_TOO_LONG"


async def test_a_forged_and_an_ancient_press_arrive_like_any(
    telegram: FakeTelegram, client: BareClient
) -> None:
    message_id = await card(client, CHAT)
    telegram.inject.press_forged(CHAT, "take:999")
    telegram.inject.press_old(CHAT, message_id, "take:1")
    forged, old = [update["callback_query"] for update in await client.updates()]
    assert forged["data"] == "take:999"
    assert old["message"] == {"chat": forged["message"]["chat"], "message_id": message_id, "date": 0}


async def test_the_keyboard_under_the_field_shares_the_own_contact(telegram: FakeTelegram) -> None:
    share = KeyboardButton(text="Поделиться номером", request_contact=True)
    keyboard = ReplyKeyboardMarkup(
        keyboard=[[share], [KeyboardButton(text="Отмена")]], one_time_keyboard=True
    )
    async with aiogram_bot(telegram) as bot:
        await bot.send_message(CHAT, "Ваш номер?", reply_markup=keyboard)
        assert telegram.keyboard(CHAT) == [["Поделиться номером"], ["Отмена"]]
        telegram.inject.press_text(CHAT, "Поделиться номером", phone="79161234567")
        (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.contact is not None
    assert (update.message.contact.phone_number, update.message.contact.user_id) == ("79161234567", CHAT)
    assert telegram.keyboard(CHAT) == []


async def test_a_keyboard_is_taken_away(telegram: FakeTelegram) -> None:
    async with aiogram_bot(telegram) as bot:
        keyboard = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Отмена")]])
        await bot.send_message(CHAT, "Ваш номер?", reply_markup=keyboard)
        telegram.inject.press_text(CHAT, "Отмена")
        assert telegram.messages(CHAT)[-1].text == "Отмена"
        assert telegram.keyboard(CHAT) == [["Отмена"]]
        await bot.send_message(CHAT, "Хорошо", reply_markup=ReplyKeyboardRemove())
    assert telegram.keyboard(CHAT) == []


async def test_contacts_are_ones_own_or_somebody_elses(telegram: FakeTelegram, client: BareClient) -> None:
    telegram.inject.contact(CHAT, "+79161234567")
    telegram.inject.contact(CHAT, "+79160000000", user_id=OLEG)
    telegram.inject.contact(CHAT, "+79160000001", user_id=0)
    telegram.inject.contact(CHAT, "+79161234567", forwarded=True)
    messages = [update["message"] for update in await client.updates()]
    assert [message["contact"].get("user_id") for message in messages] == [CHAT, OLEG, None, CHAT]
    assert ["forward_origin" in message for message in messages] == [False, False, False, True]


async def test_the_menu_shows_the_narrowest_commands(telegram: FakeTelegram, client: BareClient) -> None:
    for scope, command in (({"type": "default"}, "help"), ({"type": "chat", "chat_id": OLEG}, "callbacks")):
        await client.call("setMyCommands", scope=scope, commands=[{"command": command, "description": "а"}])
    assert telegram.account.commands_seen(CHAT) == {"help": "а"}
    assert telegram.account.commands_seen(OLEG) == {"callbacks": "а"}
    await client.call("deleteMyCommands", scope={"type": "chat", "chat_id": OLEG})
    assert telegram.account.commands_seen(OLEG) == {"help": "а"}


async def test_the_screen_shows_who_says_what_and_the_buttons(
    telegram: FakeTelegram, client: BareClient
) -> None:
    telegram.inject.message(CHAT, "Перезвоните\nмне", name="Анна")
    telegram.inject.contact(CHAT, "+79161234567")
    await card(client, CHAT)
    assert telegram.screen(CHAT).splitlines() == [
        "Анна: Перезвоните",
        "    мне",
        "Person 1001: <contact +79161234567>",
        "Dezhurny: Заявка",
        "    [Беру] [Скрыть]",
    ]


async def test_a_caption_is_edited_with_its_buttons(telegram: FakeTelegram, client: BareClient) -> None:
    telegram.inject.photo(CHAT, caption="вот")
    sent = (await client.call("copyMessage", chat_id=CHAT, from_chat_id=CHAT, message_id=1))["result"]
    rows = {"inline_keyboard": [[{"text": "Беру", "callback_data": "take"}]]}
    edit = {"chat_id": CHAT, **sent, "caption": "было", "reply_markup": rows}
    assert (await client.call("editMessageCaption", **edit))["ok"]
    assert "message is not modified" in await client.error("editMessageCaption", **edit)
    assert telegram.screen(CHAT).endswith("Dezhurny: <photo> было\n    [Беру]")
