"""The fake Telegram, driven by the two clients that the product uses."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import Message
from telegram.ext import ExtBot

from tests.fakes.telegram import FakeTelegram

CHAT = 1001


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        fake.inject.open_chat(CHAT)
        yield fake


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.base_url))
    async with Bot(telegram.token, session=session).context() as client:
        yield client


@pytest.fixture
async def ext_bot(telegram: FakeTelegram) -> AsyncIterator[ExtBot[None]]:
    address = f"{telegram.base_url}/bot"
    async with ExtBot(
        telegram.token, base_url=address, base_file_url=f"{telegram.base_url}/file/bot"
    ) as client:
        yield client


async def test_an_answer_by_aiogram_is_seen_in_the_chat(telegram: FakeTelegram, bot: Bot) -> None:
    sent = await bot.send_message(CHAT, "Здравствуйте")
    await bot.edit_message_text("Добрый день", chat_id=CHAT, message_id=sent.message_id)
    (seen,) = telegram.messages(CHAT)
    assert (seen.text, seen.history) == ("Добрый день", ("Здравствуйте", "Добрый день"))


async def test_an_answer_by_ext_bot_is_seen_in_the_chat(
    telegram: FakeTelegram, ext_bot: ExtBot[None]
) -> None:
    await ext_bot.send_message_draft(CHAT, draft_id=7, text="Доб")
    assert telegram.draft(CHAT) == "Доб"
    await ext_bot.send_message(CHAT, "Добрый день")
    assert [seen.text for seen in telegram.messages(CHAT)] == ["Добрый день"]
    assert telegram.draft(CHAT) is None


async def test_the_same_edit_twice_is_refused(telegram: FakeTelegram, bot: Bot) -> None:
    sent = await bot.send_message(CHAT, "раз")
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_text("раз", chat_id=CHAT, message_id=sent.message_id)


async def test_a_dispatcher_that_polls_answers_a_person(telegram: FakeTelegram, bot: Bot) -> None:
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(f"Вы сказали: {message.text}")

    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_as_tasks=False, handle_signals=False))
    telegram.inject.message(CHAT, "привет")
    (reply,) = await telegram.wait_for_reply(CHAT)
    await dispatcher.stop_polling()
    await polling
    assert reply.text == "Вы сказали: привет"
