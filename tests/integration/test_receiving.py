"""What Telegram hands over, by polling and by webhook, and what is in the inbox afterwards."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, web
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisAway

from bot.domain import ChatRef, Utterance, UtteranceKind
from bot.handlers.dispatcher import ALLOWED_UPDATES, build_bot, build_dispatcher
from bot.handlers.inbox import Acceptor
from bot.queue.inbox import Acceptance, Inbox
from bot.settings import TelegramSettings
from bot.web.application import SECRET_HEADER, Webhook, build_application
from tests.fakes.telegram import FakeTelegram, WebhookRules

SECRET = "opensesame"
EMOJI = "👨‍👩‍👧‍👦"


@dataclass(kw_only=True)
class Ears:
    """A real inbox whose Redis can be taken away, behind the real dispatcher."""

    inbox: Inbox
    away: bool = False
    heard: list[Utterance] = field(default_factory=list)
    refused: list[Utterance] = field(default_factory=list)
    noted: list[tuple[str, int]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    refusals: int = 0

    async def accept(self, utterance: Utterance) -> Acceptance:
        if self.away:
            self.refusals += 1
            self.changed.set()
            raise RedisAway("connection refused")
        acceptance = await self.inbox.accept(utterance)
        if acceptance is Acceptance.ACCEPTED:
            self.heard.append(utterance)
        self.changed.set()
        return acceptance

    async def note(self, chat: ChatRef, message_id: int) -> None:
        self.noted.append((chat.key, message_id))

    async def refuse(self, utterance: Utterance) -> None:
        self.refused.append(utterance)
        self.changed.set()

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not done():
                self.changed.clear()
                await self.changed.wait()

    async def texts(self, count: int) -> list[str]:
        """The first `count` texts heard, once there are so many."""
        await self.until(lambda: len(self.heard) >= count)
        return [utterance.text for utterance in self.heard]


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(webhook_rules=WebhookRules(resend_after_s=0.1)) as telegram:
        yield telegram


@pytest.fixture
def ears(redis: Redis, prefix: str) -> Ears:
    return Ears(inbox=Inbox(redis, prefix=prefix, limit=100))


@asynccontextmanager
async def polling(telegram: FakeTelegram, ears: Ears) -> AsyncIterator[None]:
    bot = build_bot(settings(telegram))
    dispatcher = build_dispatcher(Acceptor(ears, patience_s=None, refuse=ears.refuse, seen=ears.note))
    task = asyncio.create_task(
        dispatcher.start_polling(
            bot, handle_as_tasks=False, allowed_updates=ALLOWED_UPDATES, handle_signals=False
        )
    )
    try:
        yield
    finally:
        await dispatcher.stop_polling()
        await task


def settings(telegram: FakeTelegram) -> TelegramSettings:
    return TelegramSettings.model_validate({"bot_token": telegram.token, "api_base_url": telegram.base_url})


@pytest.fixture
async def polled(telegram: FakeTelegram, ears: Ears) -> AsyncIterator[Ears]:
    async with polling(telegram, ears):
        yield ears


async def test_a_text_reaches_the_inbox(telegram: FakeTelegram, polled: Ears) -> None:
    telegram.inject.message(7, "Когда вы открыты?", name="Анна", language="en")
    await polled.texts(1)
    (waiting,) = await polled.inbox.waiting("telegram:7")
    assert (waiting.text, waiting.person_name, waiting.language) == ("Когда вы открыты?", "Анна", "en")
    assert polled.noted == [("telegram:7", waiting.message_id)]


@pytest.mark.parametrize(
    "text",
    [
        "😀" * 2_048,
        EMOJI * 372,
        "я" * 4_096,
        " \n\t ",
        "\u202eстолько сколько\u202c \u200f?",
        "\u200b\u2060",
        "Z\u0300\u0301\u0302\u0303" * 400,
        "/" * 300,
        "@",
        "NULL\x00byte",
    ],
)
async def test_no_text_is_too_odd(telegram: FakeTelegram, polled: Ears, text: str) -> None:
    telegram.inject.message(7, text)
    assert await polled.texts(1) == [text]


async def test_half_a_sign_costs_neither_its_message_nor_the_next(
    telegram: FakeTelegram, polled: Ears
) -> None:
    telegram.inject.message(7, "Сколько стоит\ud83d GLE?", name="\udc00Анна")
    telegram.inject.message(7, "Здравствуйте")
    first, second = await polled.texts(2)
    assert first.replace("\ufffd", "") == "Сколько стоит GLE?"
    assert second == "Здравствуйте"


async def test_everything_else_gets_its_kind(telegram: FakeTelegram, polled: Ears) -> None:
    telegram.inject.photo(7, caption="Такая есть?")
    telegram.inject.voice(7)
    telegram.inject.sticker(7)
    telegram.inject.document(7, b"%PDF", file_name="договор.pdf")
    telegram.inject.location(7, 55.7, 37.6)
    telegram.inject.contact(7, "+79135554433")
    telegram.inject.content(7, {"dice": {"emoji": "🎲", "value": 2}})
    await polled.texts(7)
    details = [utterance.detail for utterance in polled.heard]
    assert details == ["photo", "voice", "sticker", "document", "location", "contact", "other"]
    assert {utterance.kind for utterance in polled.heard} == {UtteranceKind.UNREADABLE}


@pytest.mark.parametrize(
    "update",
    [
        {"brand_new_kind": {"text": "тайна"}},
        {"message": {"message_id": "не число", "chat": 5, "text": "тайна"}},
        {
            "message": {
                "message_id": 1,
                "date": 0,
                "chat": {"id": 7, "type": "private"},
                "hologram": {"тайна": 1},
            }
        },
        {"message": "тайна"},
        {"callback_query": {"id": "1", "data": "тайна"}},
        {"edited_message": {"тайна": []}},
        {},
    ],
)
async def test_an_update_that_nobody_knows_is_passed_over_without_its_text(
    telegram: FakeTelegram, polled: Ears, update: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    telegram.inject.raw(update)
    telegram.inject.message(7, "Здравствуйте")
    assert await polled.texts(1) == ["Здравствуйте"]
    printed = capsys.readouterr()
    assert "тайна" not in printed.out + printed.err


async def test_a_message_with_fields_of_a_later_api_is_read(telegram: FakeTelegram, polled: Ears) -> None:
    telegram.inject.message(7, "Здравствуйте", extra={"mood": {"level": [1, None]}, "paid_stars_2": "x"})
    assert await polled.texts(1) == ["Здравствуйте"]


async def test_a_reply_to_a_deleted_message_is_a_message(telegram: FakeTelegram, polled: Ears) -> None:
    first = telegram.inject.message(7, "Первое")
    assert first.message_id is not None
    telegram.inject.delete(7, first.message_id)
    telegram.inject.message(7, "Второе", reply_to=first.message_id)
    assert await polled.texts(2) == ["Первое", "Второе"]


async def test_a_redelivered_update_is_heard_once(telegram: FakeTelegram, ears: Ears) -> None:
    async with polling(telegram, ears):
        first = telegram.inject.message(7, "Первое")
        await ears.texts(1)
    telegram.inject.redeliver(first.update_id)
    async with polling(telegram, ears):  # also across a restart
        telegram.inject.message(7, "Второе")
        assert await ears.texts(2) == ["Первое", "Второе"]
    assert len(await ears.inbox.waiting("telegram:7")) == 2


async def test_a_correction_is_asked_anew_and_one_of_a_command_is_not(
    telegram: FakeTelegram, polled: Ears
) -> None:
    question = telegram.inject.message(7, "Сколько стоит GLC?")
    command = telegram.inject.message(7, "/new")
    assert question.message_id is not None
    assert command.message_id is not None
    telegram.inject.edited_message(7, command.message_id, "/help")
    telegram.inject.edited_message(7, question.message_id, "Сколько стоит GLE?")
    assert await polled.texts(3) == ["Сколько стоит GLC?", "", "Сколько стоит GLE?"]


async def test_in_a_group_only_what_is_addressed_is_heard(telegram: FakeTelegram, polled: Ears) -> None:
    telegram.inject.message(-1_001, "Кто куда?", person_id=7)
    telegram.inject.message(-1_001, f"@{telegram.username} когда открыты?", person_id=7)
    telegram.inject.message(-1_001, "Понятно", person_id=8)
    telegram.inject.message(7, "Конец")
    assert await polled.texts(2) == ["когда открыты?", "Конец"]
    assert (polled.heard[0].chat.private, polled.heard[0].person_id) == (False, "7")


async def test_a_flood_beyond_the_limit_is_refused_with_one_sentence_and_others_are_unharmed(
    telegram: FakeTelegram, polled: Ears
) -> None:
    for number in range(120):
        telegram.inject.message(7, f"Вопрос {number}")
    telegram.inject.message(8, "Здравствуйте")
    await polled.until(lambda: bool(polled.heard) and polled.heard[-1].text == "Здравствуйте")
    await polled.until(lambda: bool(polled.refused))
    assert len(polled.heard) == 101
    assert len(polled.refused) == 1


async def test_nothing_is_confirmed_or_lost_while_redis_is_away(telegram: FakeTelegram, polled: Ears) -> None:
    polled.away = True
    updates = [telegram.inject.message(7, f"Вопрос {number}").update_id for number in range(5)]
    await polled.until(lambda: polled.refusals >= 2)
    assert sorted(telegram.updates.pending) == updates
    polled.away = False
    assert await polled.texts(5) == [f"Вопрос {number}" for number in range(5)]


# By webhook.


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
