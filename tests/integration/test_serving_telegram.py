"""From the inbox to a chat in Telegram: kills, closed doors, refusals, and whatever a model writes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.delivery.delivery import Delivery
from bot.delivery.telegram_channel import TelegramChannel
from bot.delivery.turn_delivery import TurnDelivery
from bot.domain import NOT_TAKEN, Answer, ChannelName, Outcome, UtteranceKind
from bot.errors import DeliveryError
from tests.assistants import SpokenModel
from tests.fakes.telegram import FakeTelegram, Fault, FaultKind
from tests.integration.delivery_kit import open_channel
from tests.integration.serving_kit import TELEGRAM_CHAT, Desk

BREAD = "Когда хлеб свежий?"
YES = "Да, в 9:00."


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
def in_telegram(channel: TelegramChannel, redis: Redis, prefix: str) -> Any:
    def open_desk(*replies: str, patience_s: float = 3.0) -> Desk:
        return Desk(
            redis=redis,
            prefix=prefix,
            model=SpokenModel(*replies),
            channels={ChannelName.TELEGRAM: channel},
            chat=TELEGRAM_CHAT,
            patience_s=patience_s,
        )

    return open_desk


async def killed_turn(desk: Desk) -> TurnDelivery:
    """Hear a question, and let the worker die that took it up; what it may have delivered until then."""
    await desk.hear(BREAD)
    turn = await desk.inbox.begin(desk.chat.key, 1, worker="dies", job="")
    assert turn is not None
    return Delivery(desk.redis, desk.channels, prefix=desk.prefix).for_turn(turn)


@contextmanager
def fault(telegram: FakeTelegram, kind: FaultKind, *methods: str, status: int = 500) -> Iterator[int]:
    number = telegram.faults.add(Fault(kind=kind, methods=methods, status=status))
    try:
        yield number
    finally:
        telegram.faults.remove(number)


def shown(telegram: FakeTelegram) -> list[str]:
    return [message.text for message in telegram.messages(7) if message.from_bot]


async def test_words_that_were_decided_on_are_repeated_after_a_kill(
    in_telegram: Any, telegram: FakeTelegram
) -> None:
    killed, next_one = in_telegram(YES), in_telegram("Другие слова.")
    await killed.hear(BREAD)
    turn = await killed.inbox.begin(killed.chat.key, 1, worker="dies", job="")
    assert turn is not None
    with fault(telegram, FaultKind.HOLD_BEFORE, "sendMessage") as hold:
        serving = asyncio.create_task(killed.serve())
        await telegram.faults.wait_held(hold)
        await next_one.inbox.begin(killed.chat.key, 1, worker="dies too", job="")  # takes the lease away
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        telegram.faults.clear()
    await next_one.serve()
    assert shown(telegram)[-1] == YES
    assert not next_one.model.asked


async def test_a_turn_that_was_given_back_says_what_it_had_decided(
    in_telegram: Any, telegram: FakeTelegram
) -> None:
    first, second = in_telegram(YES, patience_s=0.0), in_telegram("Другие слова.")
    await first.hear(BREAD)
    with fault(telegram, FaultKind.DROP_BEFORE, "sendMessage"), pytest.raises(DeliveryError):
        await first.serve()
    await second.serve()
    assert shown(telegram) == [YES]
    assert not second.model.asked
    assert len(await second.records()) == 1


async def test_a_person_who_blocked_the_bot_holds_nobody_up(in_telegram: Any, telegram: FakeTelegram) -> None:
    desk = in_telegram("Рады вам.")
    telegram.inject.block(7)
    await desk.hear(BREAD)
    await desk.serve()
    (record,) = await desk.records()
    assert [(verdict.check, verdict.passed) for verdict in record.answer.verdicts][-1] == ("delivery", False)

    telegram.inject.unblock(7)
    await desk.hear("Есть ли ржаной?")
    await desk.serve()
    assert shown(telegram) == ["Рады вам."]


async def test_an_answer_that_telegram_will_never_take_holds_nobody_up(
    in_telegram: Any, telegram: FakeTelegram
) -> None:
    desk = in_telegram("Рады вам.", "Рады снова.")
    await desk.hear(BREAD)
    with fault(telegram, FaultKind.ERROR, "sendMessage", status=400):
        await desk.serve()
    await desk.hear("Есть ли ржаной?")
    await desk.serve()
    refused, taken = await desk.records()
    assert refused.answer.verdicts[-1] == NOT_TAKEN
    assert not refused.is_undeliverable
    assert taken.answer.outcome is Outcome.ANSWERED
    assert shown(telegram) == ["Рады снова."]


async def test_an_edit_that_telegram_refuses_does_not_hold_a_cancelled_turn(
    in_telegram: Any, telegram: FakeTelegram
) -> None:
    desk = in_telegram(YES)
    await (await killed_turn(desk)).notice("Ожидайте")
    await desk.hear("/cancel", UtteranceKind.CANCEL)
    with fault(telegram, FaultKind.ERROR, "editMessageText", status=400):
        await desk.serve()
    assert [record.answer.outcome for record in await desk.records()] == [Outcome.CANCELLED]


async def test_a_revoked_token_is_waited_for_and_no_answer_is_lost(
    in_telegram: Any, telegram: FakeTelegram
) -> None:
    desk = in_telegram(YES, patience_s=0.0)
    await desk.hear(BREAD)
    with fault(telegram, FaultKind.ERROR, "sendMessage", status=401):
        for _ in range(5):
            with pytest.raises(DeliveryError) as raised:
                await desk.serve()
    assert len(raised.traceback) < 4, "an outage fills the log with lines of code"
    await desk.serve()
    assert shown(telegram) == [YES]


async def test_an_apology_is_tried_once(in_telegram: Any, telegram: FakeTelegram) -> None:
    desk = in_telegram(YES, patience_s=0.0)
    await desk.hear(BREAD)
    for _ in range(3):
        await desk.inbox.begin(desk.chat.key, 1, worker="dies", job="")
    with fault(telegram, FaultKind.ERROR, "sendMessage", status=401):
        await desk.serve()
    (record,) = await desk.records()
    assert (record.answer.outcome, record.answer.verdicts[-1]) == (Outcome.SET_ASIDE, NOT_TAKEN)


async def test_an_answer_that_breaks_its_delivery_ends_with_an_apology(
    in_telegram: Any, telegram: FakeTelegram
) -> None:
    desk = in_telegram(YES)
    unseen = Answer(text=" ", outcome=Outcome.ANSWERED).to_json()
    await (await killed_turn(desk)).checkpoint(unseen)
    for _ in range(6):
        with pytest.raises(ValueError, match="nothing to see"):
            await desk.serve()
    await desk.serve()
    assert ["Простите" in said for said in shown(telegram)] == [True]
    assert [record.answer.outcome for record in await desk.records()] == [Outcome.SET_ASIDE]


@pytest.mark.parametrize(
    "said", ["**Жирный и _курсив, [ссылка](http://пример\n```python\nкод\n> * 1) ~~", "Слово " * 3_000]
)
async def test_whatever_a_model_writes_arrives(in_telegram: Any, telegram: FakeTelegram, said: str) -> None:
    desk = in_telegram(said)
    await desk.hear("Привет")
    await desk.serve()
    assert shown(telegram)
    assert "неполадка" not in shown(telegram)[0]
    assert not telegram.audit.calls(ok=False)
