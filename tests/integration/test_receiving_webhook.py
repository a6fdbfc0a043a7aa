"""What Telegram pushes to the webhook, and what others do."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientSession, web
from redis.asyncio import Redis

from bot.handlers.dispatcher import ALLOWED_UPDATES, build_bot, build_dispatcher
from bot.handlers.inbox import Acceptor
from bot.queue.inbox import Inbox
from bot.web.application import SECRET_HEADER, Webhook, build_application
from tests.fakes.telegram import FakeTelegram, WebhookRules
from tests.integration.receiving_kit import Ears, settings

SECRET = "opensesame"


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(webhook_rules=WebhookRules(resend_after_s=0.1)) as telegram:
        yield telegram


@pytest.fixture
def ears(redis: Redis, prefix: str) -> Ears:
    return Ears(inbox=Inbox(redis, prefix=prefix, limit=100))


@dataclass(kw_only=True)
class Receiver:
    """The web application on a port of its own."""

    url: str
    session: ClientSession

    async def push(self, body: bytes, secret: str | None = SECRET) -> int:
        headers = {} if secret is None else {SECRET_HEADER: secret}
        async with self.session.post(f"{self.url}/hook", data=body, headers=headers) as response:
            return response.status

    async def health(self) -> int:
        async with self.session.get(f"{self.url}/health") as response:
            return response.status


@pytest.fixture
async def receiver(telegram: FakeTelegram, ears: Ears) -> AsyncIterator[Receiver]:
    async def is_ready() -> bool:
        return not ears.away

    async with AsyncExitStack() as stack:
        bot = build_bot(settings(telegram))
        stack.push_async_callback(bot.session.close)
        dispatcher = build_dispatcher(Acceptor(ears, patience_s=0.3, refuse=ears.refuse, seen=ears.note))
        application = build_application(is_ready=is_ready)
        Webhook(dispatcher, bot, SECRET).register(application, "/hook")
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        session = await stack.enter_async_context(ClientSession())
        await bot.set_webhook(f"{url}/hook", secret_token=SECRET, allowed_updates=ALLOWED_UPDATES)
        yield Receiver(url=url, session=session)


def update(update_id: int = 1, text: str = "Здравствуйте", **changes: Any) -> bytes:
    sender = {"id": 7, "is_bot": False, "first_name": "Анна"}
    message = {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}, "from": sender, "text": text}
    return json.dumps({"update_id": update_id, "message": {**message, **changes}}).encode()


async def test_a_push_with_the_secret_is_taken(receiver: Receiver, ears: Ears) -> None:
    assert await receiver.push(update()) == 200
    assert await ears.texts(1) == ["Здравствуйте"]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "пароль"])
async def test_a_push_without_the_secret_is_not(receiver: Receiver, ears: Ears, secret: str | None) -> None:
    assert await receiver.push(update(), secret) == 401
    assert not ears.heard


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"{}", b'{"message": 1}', b"\xff\xfe", b"null"])
async def test_a_body_that_is_no_update_is_refused_calmly(receiver: Receiver, body: bytes) -> None:
    assert await receiver.push(body) == 400


async def test_a_pushed_update_of_an_odd_shape_is_confirmed_without_its_text(
    receiver: Receiver, ears: Ears, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await receiver.push(update(1, "тайна", chat="?")) == 200
    assert await receiver.push(update(2, "Сколько\ud83d?")) == 200
    assert await ears.texts(1) == ["Сколько?"]
    printed = capsys.readouterr()
    assert "тайна" not in printed.out + printed.err


async def test_what_comes_while_redis_is_away_is_sent_again_by_telegram(
    receiver: Receiver, telegram: FakeTelegram, ears: Ears
) -> None:
    ears.away = True
    assert await receiver.health() == 503
    telegram.inject.message(7, "Вопрос")
    await ears.until(lambda: any(push.status == 503 for push in telegram.webhook.pushes))
    ears.away = False
    assert await ears.texts(1) == ["Вопрос"]
    assert await receiver.health() == 200


async def test_the_same_push_twice_is_heard_once(receiver: Receiver, ears: Ears) -> None:
    pushes: list[Awaitable[int]] = [receiver.push(update(5)) for _ in range(3)]
    assert await asyncio.gather(*pushes) == [200, 200, 200]
    assert len(ears.heard) == 1
