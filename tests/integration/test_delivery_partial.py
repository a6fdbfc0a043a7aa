"""Servers that speak only a part of the Bot API, each in its own words: the chat goes on."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from tests.fakes.telegram import FakeTelegram, FaultKind
from tests.integration.delivery_kit import Scene, open_channel

ANSWER = "GLE стоит 9 млн."
PROBE = "editMessageReplyMarkup"
REFUSALS = [
    pytest.param(FaultKind.ERROR, 404, id="404 in JSON"),
    pytest.param(FaultKind.BAD_GATEWAY, 404, id="404 in words"),
    pytest.param(FaultKind.BAD_GATEWAY, 405, id="405"),
    pytest.param(FaultKind.ERROR, 501, id="501"),
]


@pytest.fixture
async def scene(redis: Redis, prefix: str) -> AsyncIterator[Scene]:
    async with FakeTelegram() as telegram, open_channel(redis, telegram, prefix) as channel:
        channel.growth_interval_s = 0.05
        yield Scene(redis=redis, telegram=telegram, channel=channel, prefix=prefix)


@pytest.mark.parametrize(("kind", "status"), REFUSALS)
async def test_without_probes_a_lost_message_is_sent_again_and_they_are_tried_once(
    scene: Scene, kind: FaultKind, status: int
) -> None:
    scene.fault(kind, PROBE, status=status)
    for chat_id in (7, 8):
        scene.fault(FaultKind.DROP_BEFORE, "sendMessage", times=1)
        await scene.at(await scene.turn(chat_id)).finish(ANSWER)
        assert scene.shown(chat_id) == [ANSWER]
    assert await scene.statistic("unknown_resent") == 2
    assert len(scene.telegram.audit.calls(PROBE)) == 1


@pytest.mark.parametrize("status", [400, 403])
async def test_a_refused_probe_says_nothing_of_the_chat_or_of_the_next_probe(
    scene: Scene, status: int
) -> None:
    number = scene.fault(FaultKind.ERROR, PROBE, status=status)
    scene.fault(FaultKind.DROP_BEFORE, "sendMessage", times=1)
    await scene.at(await scene.turn()).finish(ANSWER)
    assert scene.shown() == [ANSWER]
    scene.telegram.faults.remove(number)
    scene.fault(FaultKind.DROP_AFTER, "sendMessage", times=1)
    await scene.at(await scene.turn(8)).finish(ANSWER)
    assert scene.ever_sent(8) == 1


@pytest.mark.parametrize(
    ("kind", "status"), [(FaultKind.ERROR, 500), (FaultKind.BAD_GATEWAY, 403), (FaultKind.MALFORMED, 200)]
)
async def test_probes_that_are_never_answered_clearly_are_given_up(
    scene: Scene, kind: FaultKind, status: int
) -> None:
    scene.fault(kind, PROBE, status=status)
    scene.fault(FaultKind.DROP_BEFORE, "sendMessage", times=1)
    await scene.new_delivery(patience_s=1.0).for_turn(await scene.turn()).finish(ANSWER)
    assert scene.shown() == [ANSWER]


async def test_a_probe_that_is_answered_oddly_once_is_repeated(scene: Scene) -> None:
    scene.fault(FaultKind.ERROR, PROBE, status=500, times=1)
    scene.fault(FaultKind.DROP_AFTER, "sendMessage", times=1)
    await scene.at(await scene.turn()).finish(ANSWER)
    assert scene.ever_sent() == 1
    assert await scene.statistic("unknown_found") == 1


@pytest.mark.parametrize(("kind", "status"), REFUSALS)
async def test_without_drafts_the_answer_grows_in_a_message(
    scene: Scene, kind: FaultKind, status: int
) -> None:
    scene.fault(kind, "sendMessageDraft", status=status)
    delivery = scene.at(await scene.turn())
    for text in ("GLE", "GLE стоит"):
        await delivery.grow(text)
        await asyncio.sleep(0.15)
    await delivery.finish(ANSWER)
    assert len(scene.telegram.audit.calls("sendMessageDraft")) == 1
    assert [message.history[-2:] for message in scene.telegram.sent(7)] == [("GLE стоит", ANSWER)]


@pytest.mark.parametrize(("kind", "status"), REFUSALS)
async def test_without_typing_the_notice_and_the_answer_arrive(
    scene: Scene, kind: FaultKind, status: int
) -> None:
    scene.fault(kind, "sendChatAction", status=status)
    delivery = scene.at(await scene.turn())
    async with delivery.typing():
        await asyncio.sleep(0.05)
        await delivery.notice("Ожидайте")
    await delivery.finish(ANSWER)
    assert len(scene.telegram.audit.calls("sendChatAction")) == 1
    assert [message.history for message in scene.telegram.sent(7)] == [("Ожидайте", ANSWER)]


@pytest.mark.parametrize(("kind", "status"), REFUSALS)
async def test_without_edits_the_answer_is_a_message_of_its_own(
    scene: Scene, kind: FaultKind, status: int
) -> None:
    scene.fault(kind, "editMessageText", status=status)
    delivery = scene.at(await scene.turn())
    await delivery.notice("Ожидайте")
    await delivery.finish(ANSWER)
    assert scene.shown() == ["Ожидайте", ANSWER]
