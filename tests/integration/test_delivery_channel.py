"""The Telegram channel: every error becomes one of ours, and the token never shows."""

import traceback
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.delivery.channel import MaybeSent, MessageGone, Post, Probe
from bot.delivery.formatted import Entity, EntityKind, Formatted
from bot.delivery.formatting import render
from bot.delivery.telegram_channel import TelegramChannel
from bot.domain import ChannelName, ChatRef
from bot.errors import ChatUnreachable, DeliveryError, FloodLimited
from tests.fakes.telegram import FakeTelegram, Fault, FaultKind
from tests.integration.delivery_kit import open_channel

CHAT = ChatRef(channel=ChannelName.TELEGRAM, chat_id="7")
HELLO = Post(body=Formatted(text="Добрый день"))


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(token="42:SECRET-TOKEN") as server:
        server.inject.message(7, "привет")
        yield server


@pytest.fixture
async def channel(redis: Redis, prefix: str, telegram: FakeTelegram) -> AsyncIterator[TelegramChannel]:
    async with open_channel(redis, telegram, prefix, request_timeout_s=0.5) as opened:
        yield opened


def fail(telegram: FakeTelegram, kind: FaultKind, **details: float) -> None:
    telegram.faults.add(Fault(kind=kind, **details))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "details", "error", "permanent"),
    [
        (FaultKind.ERROR, {"status": 403}, ChatUnreachable, True),
        (FaultKind.ERROR, {"status": 400}, DeliveryError, True),
        (FaultKind.ERROR, {"status": 401}, DeliveryError, False),
        (FaultKind.ERROR, {"status": 404}, DeliveryError, False),
        (FaultKind.ERROR, {"status": 409}, DeliveryError, True),
        (FaultKind.ERROR, {"status": 500}, MaybeSent, False),
        (FaultKind.BAD_GATEWAY, {"status": 502}, MaybeSent, False),
        (FaultKind.BAD_GATEWAY, {"status": 403}, DeliveryError, False),
        (FaultKind.TOO_MANY, {"retry_after_s": 1}, FloodLimited, False),
        (FaultKind.DROP_AFTER, {}, MaybeSent, False),
        (FaultKind.MALFORMED, {}, MaybeSent, False),
        (FaultKind.LATENCY_AFTER, {"delay_s": 0.7}, MaybeSent, False),
    ],
)
async def test_each_failure_says_whether_to_try_again(
    channel: TelegramChannel,
    telegram: FakeTelegram,
    kind: FaultKind,
    details: dict[str, float],
    error: type[DeliveryError],
    permanent: bool,
) -> None:
    fail(telegram, kind, times=1, **details)
    with pytest.raises(DeliveryError) as caught:
        await channel.send(CHAT, HELLO)
    assert type(caught.value) is error
    assert caught.value.permanent is permanent
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))


async def test_a_server_that_is_not_there_got_nothing(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    await telegram.stop()
    with pytest.raises(DeliveryError) as caught:
        await channel.send(CHAT, HELLO)
    assert type(caught.value) is DeliveryError
    assert not caught.value.permanent
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))


async def test_a_wrong_token_is_waited_for_and_stays_out_of_the_error(redis: Redis, prefix: str) -> None:
    async with (
        FakeTelegram(token="42:OTHER") as telegram,
        open_channel(redis, telegram, prefix, bot_token="42:SECRET-TOKEN") as channel,
    ):
        with pytest.raises(DeliveryError) as caught:
            await channel.send(CHAT, HELLO)
    assert not caught.value.permanent
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))


async def test_every_style_is_accepted(channel: TelegramChannel, telegram: FakeTelegram) -> None:
    body = render(
        "# Часы\n\n**а** *б* ~~в~~ `г` [д](https://x.ru) [тел](tel:+74951234567)\n\n> е\n\n```python\nж\n```"
    )
    await channel.send(CHAT, Post(body=body))
    kinds = [entity["type"] for entity in telegram.sent(7)[0].entities]
    assert kinds == ["bold", "bold", "italic", "strikethrough", "code", "text_link", "blockquote", "pre"]


async def test_entities_that_telegram_refuses_leave_plain_words(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    bold = Entity(kind=EntityKind.BOLD, offset=1, length=1)  # it begins in the middle of the emoji
    await channel.send(CHAT, Post(body=Formatted(text="😀 да", entities=(bold,))))
    assert [(message.text, message.entities) for message in telegram.sent(7)] == [("😀 да", ())]


async def test_a_reply_to_a_message_that_is_gone_is_sent_all_the_same(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    await channel.send(CHAT, Post(body=HELLO.body, reply_to=999))
    assert telegram.sent(7)[0].reply_to_message_id is None


async def test_an_edit_to_the_same_words_is_a_success(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    message_id = await channel.send(CHAT, HELLO)
    await channel.edit(CHAT, message_id, HELLO)
    assert telegram.sent(7)[0].history == ("Добрый день",)


async def test_an_edit_of_a_missing_message_says_so(channel: TelegramChannel) -> None:
    with pytest.raises(MessageGone):
        await channel.edit(CHAT, 999, HELLO)


async def test_a_probe_tells_our_messages_from_others(
    channel: TelegramChannel, telegram: FakeTelegram
) -> None:
    theirs = telegram.inject.message(7, "вопрос").message_id or 0
    ours = await channel.send(CHAT, HELLO)
    found = [await channel.probe(CHAT, message_id) for message_id in (theirs, ours, ours + 1)]
    assert found == [Probe.NOT_OURS, Probe.OURS, Probe.NOT_OURS]
    assert telegram.sent(7)[0].history == ("Добрый день",)
