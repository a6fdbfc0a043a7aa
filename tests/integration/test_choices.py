"""Buttons that say something for the customer: how they are shown, and what a tap does."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.delivery.telegram_channel import TelegramChannel
from bot.domain import ChannelName
from tests.assistants import SpokenModel
from tests.fakes.telegram import FakeTelegram, Fault, FaultKind
from tests.integration.delivery_kit import open_channel
from tests.integration.receiving_kit import Ears, polling
from tests.integration.serving_kit import TELEGRAM_CHAT, Desk

VAGUE = "хлеб"


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        telegram.inject.open_chat(7)
        yield telegram


@pytest.fixture
async def channel(telegram: FakeTelegram, redis: Redis, prefix: str) -> AsyncIterator[TelegramChannel]:
    async with open_channel(redis, telegram, prefix) as channel:
        yield channel


@pytest.fixture
def desk(channel: TelegramChannel, redis: Redis, prefix: str) -> Desk:
    return Desk(
        redis=redis,
        prefix=prefix,
        model=SpokenModel("нет", composes=False),
        channels={ChannelName.TELEGRAM: channel},
        chat=TELEGRAM_CHAT,
    )


@pytest.fixture
async def polled(telegram: FakeTelegram, redis: Redis, desk: Desk) -> AsyncIterator[Ears]:
    ears = Ears(inbox=desk.inbox)
    async with polling(telegram, ears):
        yield ears


def buttons(telegram: FakeTelegram) -> list[str]:
    (message,) = [message for message in telegram.messages(7) if message.from_bot]
    rows = (message.reply_markup or {}).get("inline_keyboard", ())
    return [button["text"] for row in rows for button in row]


async def asked_back(desk: Desk) -> None:
    await desk.hear(VAGUE)
    await desk.serve()


async def test_what_may_be_meant_stands_on_buttons(telegram: FakeTelegram, desk: Desk) -> None:
    await asked_back(desk)
    shown = buttons(telegram)
    assert len(shown) >= 2
    assert all(choice in telegram.messages(7)[-1].text for choice in shown)


async def test_a_tap_says_what_stands_on_the_button(telegram: FakeTelegram, desk: Desk, polled: Ears) -> None:
    await asked_back(desk)
    chosen = buttons(telegram)[1]
    telegram.inject.press(7, "say:1")
    assert await polled.texts(1) == [chosen]
    await desk.serve()
    assert "1. " not in telegram.messages(7)[-1].text


async def test_the_buttons_go_away_with_the_tap(telegram: FakeTelegram, desk: Desk, polled: Ears) -> None:
    await asked_back(desk)
    telegram.inject.press(7, "say:0")
    telegram.inject.message(7, "и ещё")
    await polled.texts(2)
    assert buttons(telegram) == []


async def test_a_tap_that_is_delivered_twice_counts_once(
    telegram: FakeTelegram, desk: Desk, polled: Ears
) -> None:
    await asked_back(desk)
    pressed = telegram.inject.press(7, "say:0")
    await polled.texts(1)
    telegram.inject.redeliver(pressed.update_id)
    telegram.inject.message(7, "и ещё")
    await polled.texts(2)
    assert [utterance.text for utterance in polled.heard][1:] == ["и ещё"]


async def test_two_taps_before_the_buttons_go_away_count_once(
    telegram: FakeTelegram, desk: Desk, polled: Ears
) -> None:
    await asked_back(desk)
    chosen = buttons(telegram)[0]
    telegram.inject.press(7, "say:0")
    telegram.inject.press(7, "say:1")
    telegram.inject.message(7, "и ещё")
    await polled.texts(2)
    assert [utterance.text for utterance in await desk.inbox.waiting("telegram:7")] == [chosen, "и ещё"]


@pytest.mark.parametrize("data", ["say:7", "say:", "say:\u0000", "sya:1", "rate:5", ""])
async def test_a_forged_or_outdated_button_says_nothing(
    telegram: FakeTelegram, desk: Desk, polled: Ears, data: str
) -> None:
    await asked_back(desk)
    (message,) = [message for message in telegram.messages(7) if message.from_bot]
    telegram.inject.raw(
        {
            "callback_query": {
                "id": "1",
                "from": {"id": 7, "is_bot": False, "first_name": "Анна"},
                "chat_instance": "1",
                "data": data,
                "message": {
                    "message_id": message.message_id,
                    "date": 1,
                    "chat": {"id": 7, "type": "private"},
                    "text": message.text,
                    "reply_markup": message.reply_markup,
                },
            }
        }
    )
    telegram.inject.message(7, "и ещё")
    assert await polled.texts(1) == ["и ещё"]


async def test_without_buttons_the_text_says_enough(telegram: FakeTelegram, desk: Desk) -> None:
    telegram.faults.add(Fault(kind=FaultKind.ERROR, methods=("editMessageReplyMarkup",), status=400))
    await asked_back(desk)
    assert buttons(telegram) == []
    assert "2. " in telegram.messages(7)[-1].text
