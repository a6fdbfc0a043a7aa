"""How updates reach a bot: long polls with offsets, and webhooks."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiogram import Dispatcher
from aiogram.types import Message
from aiohttp import web

from tests.fakes.telegram import FakeTelegram, WebhookRules
from tests.fakes.telegram.clients import BareClient, aiogram_bot, bare_client, ext_bot

CHAT = 1001
POLLER = """
import asyncio, sys
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

async def answer(message):
    await message.answer("начал")
    await asyncio.Event().wait()

bot = Bot("42:TEST", session=AiohttpSession(api=TelegramAPIServer.from_base(sys.argv[1])))
dispatcher = Dispatcher()
dispatcher.message.register(answer)
asyncio.run(dispatcher.start_polling(bot, handle_as_tasks=False))
"""


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    rules = WebhookRules(timeout_s=5.0, resend_after_s=0.01)
    async with FakeTelegram(webhook_rules=rules) as fake:
        yield fake


@pytest.fixture
async def client(telegram: FakeTelegram) -> AsyncIterator[BareClient]:
    async with bare_client(telegram) as bare:
        yield bare


async def test_what_is_not_confirmed_comes_again(telegram: FakeTelegram, client: BareClient) -> None:
    first, second = (telegram.inject.message(CHAT, text).update_id for text in ("раз", "два"))
    assert [update["update_id"] for update in await client.updates()] == [first, second]
    assert [update["update_id"] for update in await client.updates(limit=1)] == [first]
    assert [update["update_id"] for update in await client.updates(offset=second)] == [second]
    assert await client.updates(offset=second + 1) == []
    assert await client.updates() == []


async def test_a_negative_offset_keeps_the_end(telegram: FakeTelegram, client: BareClient) -> None:
    ids = [telegram.inject.message(CHAT, text).update_id for text in "абв"]
    assert [update["update_id"] for update in await client.updates(offset=-1)] == ids[-1:]
    assert [update["update_id"] for update in await client.updates()] == ids[-1:]


async def test_a_long_poll_wakes_up_for_an_update(telegram: FakeTelegram, client: BareClient) -> None:
    poll = asyncio.create_task(client.updates(timeout=30))
    telegram.inject.location(CHAT, 55.75, 37.61)
    (update,) = await poll
    assert update["message"]["location"] == {"latitude": 55.75, "longitude": 37.61}


async def test_a_second_poller_ends_the_first(telegram: FakeTelegram, client: BareClient) -> None:
    hold = asyncio.create_task(client.call("getUpdates", timeout=30))
    await telegram.updates.polled.wait()
    assert await client.updates() == []
    assert (await hold)["error_code"] == 409


async def test_a_redelivered_update_comes_under_its_old_id_in_spite_of_the_offset(
    telegram: FakeTelegram, client: BareClient
) -> None:
    update_id = telegram.inject.message(CHAT, "раз").update_id
    await client.updates(offset=update_id + 1)
    telegram.inject.redeliver(update_id)
    (again,) = await client.updates(offset=update_id + 1)
    assert again["update_id"] == update_id
    assert await client.updates(offset=update_id + 1) == []


async def test_kinds_that_the_bot_did_not_ask_for_are_not_sent(
    telegram: FakeTelegram, client: BareClient
) -> None:
    await client.updates(allowed_updates=["message"])
    telegram.inject.block(CHAT)
    unknown = telegram.inject.raw({"from_the_future": {"id": 1}}).update_id
    assert [update["update_id"] for update in await client.updates()] == [unknown]


async def test_an_update_in_hand_of_a_killed_poller_comes_again(telegram: FakeTelegram) -> None:
    update_id = telegram.inject.message(CHAT, "привет").update_id
    poller = await asyncio.create_subprocess_exec(sys.executable, "-c", POLLER, telegram.base_url)
    try:
        await telegram.wait_for_text(CHAT, "начал", timeout_s=30)
    finally:
        poller.kill()
        await poller.wait()
    async with ext_bot(telegram) as bot:
        assert [update.update_id for update in await bot.get_updates()] == [update_id]


async def test_a_dispatcher_that_polls_answers_each_in_order(telegram: FakeTelegram) -> None:
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(f"Вы сказали: {message.text}")

    for number in range(3):
        telegram.inject.message(CHAT, f"{number}", name="Иван", language="en")
    async with aiogram_bot(telegram) as bot:
        polling = asyncio.create_task(
            dispatcher.start_polling(bot, handle_as_tasks=False, handle_signals=False)
        )
        replies = await telegram.wait_for_reply(CHAT, count=3)
        await dispatcher.stop_polling()
        await polling
    assert [reply.text for reply in replies] == [f"Вы сказали: {number}" for number in range(3)]


async def test_every_kind_of_content_is_read_by_ext_bot(telegram: FakeTelegram) -> None:
    group = -1_001_234_567_890
    said = telegram.inject.message(CHAT, "/start @bot").message_id
    assert said is not None
    telegram.inject.edited_message(CHAT, said, "поправил")
    telegram.inject.message(group, "@dezhurny_test_bot, цена?", person_id=CHAT, title="Семья")
    telegram.inject.photo(CHAT, caption="вот")
    telegram.inject.sticker(CHAT)
    telegram.inject.document(CHAT, b"%PDF", file_name="птс.pdf")
    telegram.inject.contact(CHAT, "+70000000000")
    telegram.inject.block(CHAT)
    async with ext_bot(telegram) as bot:
        start, edited, asked, photo, sticker, document, contact, blocked = await bot.get_updates()
    assert start.message is not None
    assert [entity.type for entity in start.message.entities] == ["bot_command", "mention"]
    assert edited.edited_message is not None
    assert asked.effective_chat is not None
    assert (edited.edited_message.text, asked.effective_chat.title) == ("поправил", "Семья")
    assert [bool(update.message) for update in (photo, sticker, document, contact)] == [True] * 4
    assert blocked.my_chat_member is not None
    assert blocked.my_chat_member.new_chat_member.status == "kicked"


class Receiver:
    """A bot's webhook that answers with the statuses it is given, then with 200."""

    def __init__(self, *statuses: int, reply: dict[str, object] | None = None) -> None:
        self.url = ""
        self.texts: list[str] = []
        self.secrets: set[str] = set()
        self.taken = asyncio.Event()
        self._statuses = list(statuses)
        self._reply = reply

    async def take(self, request: web.BaseRequest) -> web.Response:
        update = await request.json()
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""))
        self.texts.append(update["message"]["text"])
        status = self._statuses.pop(0) if self._statuses else 200
        self.taken.set()
        return web.json_response(self._reply or {}, status=status)


@asynccontextmanager
async def serving(receiver: Receiver) -> AsyncIterator[Receiver]:
    runner = web.ServerRunner(web.Server(receiver.take))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
    yield receiver
    await runner.cleanup()


async def until_empty(telegram: FakeTelegram) -> None:
    async with asyncio.timeout(5):
        await telegram.updates.emptied.wait()


async def test_a_webhook_gets_what_waited_in_order_and_again_until_it_takes_it(
    telegram: FakeTelegram, client: BareClient
) -> None:
    for text in ("раз", "два"):
        telegram.inject.message(CHAT, text)
    async with serving(Receiver(500, 503)) as receiver:
        assert (await client.call("setWebhook", url=receiver.url, secret_token="s-1"))["ok"]
        assert (await client.call("getUpdates"))["error_code"] == 409
        await until_empty(telegram)
    assert receiver.texts == ["раз", "раз", "раз", "два"]
    assert receiver.secrets == {"s-1"}
    info = (await client.call("getWebhookInfo"))["result"]
    assert (info["pending_update_count"], info["last_error_message"]) == (
        0,
        "Wrong response from the webhook: 503",
    )


async def test_two_receivers_take_turns_and_a_dead_one_is_passed_over(
    telegram: FakeTelegram, client: BareClient
) -> None:
    async with serving(Receiver()) as first, serving(Receiver()) as second:
        telegram.webhook.receivers = (first.url, "http://127.0.0.1:9/dead", second.url)
        await client.call("setWebhook", url="https://example.com/hook")
        for number in range(6):
            telegram.inject.message(CHAT + number, f"{number}")
        await until_empty(telegram)
    assert sorted(first.texts + second.texts) == [str(number) for number in range(6)]
    assert len(first.texts) >= 2
    assert len(second.texts) >= 2


async def test_a_method_in_the_answer_of_a_webhook_is_carried_out(
    telegram: FakeTelegram, client: BareClient
) -> None:
    async with serving(
        Receiver(reply={"method": "sendMessage", "chat_id": CHAT, "text": "сразу"})
    ) as receiver:
        await client.call("setWebhook", url=receiver.url)
        telegram.inject.message(CHAT, "привет")
        (reply,) = await telegram.wait_for_reply(CHAT)
    assert reply.text == "сразу"


async def test_without_its_webhook_a_bot_polls_again(telegram: FakeTelegram, client: BareClient) -> None:
    await client.call("setWebhook", url="http://127.0.0.1:9/dead")
    telegram.inject.message(CHAT, "привет")
    await client.call("deleteWebhook")
    assert len(await client.updates()) == 1
    await client.call("deleteWebhook", drop_pending_updates=True)
    assert await client.updates() == []
