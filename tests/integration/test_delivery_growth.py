"""What the customer sees while the answer is being written."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from tests.fakes.telegram import FakeTelegram, FaultKind
from tests.integration.delivery_kit import Scene, open_channel


@pytest.fixture(params=[True, False], ids=["drafts", "no drafts"])
def drafts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
async def scene(redis: Redis, prefix: str, drafts: bool) -> AsyncIterator[Scene]:
    async with FakeTelegram(drafts=drafts) as telegram, open_channel(redis, telegram, prefix) as channel:
        channel.growth_interval_s = 0.05
        yield Scene(redis=redis, telegram=telegram, channel=channel, prefix=prefix)


def previews(scene: Scene) -> list[str]:
    """Every state of the growing answer that reached the server."""
    methods = {"sendMessageDraft", "sendMessage", "editMessageText"}
    return [call.text or "" for call in scene.telegram.audit.calls(methods, chat_id=7, ok=True)]


async def test_the_answer_grows_and_ends_as_one_message(scene: Scene) -> None:
    delivery = scene.at(await scene.turn())
    for text in ("GLE", "GLE стоит", "GLE стоит **9"):
        await delivery.grow(text)
        await asyncio.sleep(0.15)
    await delivery.finish("GLE стоит **9 млн**")
    assert previews(scene)[-3:] == ["GLE стоит", "GLE стоит 9", "GLE стоит 9 млн"]
    assert scene.shown() == ["GLE стоит 9 млн"]
    assert scene.telegram.draft(7) is None


async def test_the_latest_text_wins_and_the_rest_is_left_out(scene: Scene) -> None:
    delivery = scene.at(await scene.turn())
    for number in range(100):
        await delivery.grow(f"слово {number}")
        await asyncio.sleep(0.002)
    await asyncio.sleep(0.1)
    assert previews(scene)[-1] == "слово 99"
    assert len(previews(scene)) < 12


async def test_nothing_is_shown_after_the_answer(scene: Scene) -> None:
    delivery = scene.at(await scene.turn())
    await delivery.grow("GLE")
    await delivery.grow("GLE стоит")
    await delivery.finish("Готово")
    await delivery.grow("GLE стоит 9")
    await asyncio.sleep(0.1)
    assert scene.shown() == ["Готово"]
    assert previews(scene)[-1] == "Готово"


async def test_growth_goes_on_where_the_notice_stands(scene: Scene) -> None:
    delivery = scene.at(await scene.turn())
    await delivery.notice("Ожидайте")
    async with asyncio.timeout(5):
        while scene.shown() != ["GLE стоит"]:  # one that finds no moment free is left out
            await delivery.grow("GLE стоит")
            await asyncio.sleep(0.02)
    await delivery.finish("GLE стоит 9 млн")
    assert [message.history for message in scene.telegram.sent(7)] == [
        ("Ожидайте", "GLE стоит", "GLE стоит 9 млн")
    ]


async def test_failures_of_previews_do_not_touch_the_answer(scene: Scene) -> None:
    number = scene.fault(FaultKind.ERROR, status=500)
    delivery = scene.at(await scene.turn())
    await delivery.grow("GLE")
    await asyncio.sleep(0.1)
    scene.telegram.faults.remove(number)
    await delivery.finish("Готово")
    assert scene.shown() == ["Готово"]


async def test_a_preview_that_may_have_arrived_becomes_the_answer(scene: Scene) -> None:
    scene.fault(FaultKind.DROP_AFTER, "sendMessage", "sendMessageDraft", skip=0, times=1)
    delivery = scene.at(await scene.turn())
    await delivery.grow("GLE")
    await asyncio.sleep(0.1)
    await delivery.finish("Готово")
    assert scene.shown() == ["Готово"]
    assert scene.ever_sent() == 1


async def test_a_worker_without_the_lease_does_not_write_over_the_answer(scene: Scene) -> None:
    turn = await scene.turn()
    late = scene.at(turn)
    await late.notice("Ожидайте")
    await scene.at(await scene.again(turn)).finish("Готово")
    await late.grow("GLE стоит")
    await asyncio.sleep(0.1)
    assert scene.shown() == ["Готово"]


@pytest.mark.parametrize("drafts", [False], indirect=True, ids=["no drafts"])
async def test_a_server_without_drafts_is_asked_once(scene: Scene) -> None:
    for chat_id in (7, 8):
        delivery = scene.at(await scene.turn(chat_id))
        await delivery.grow("GLE")
        await asyncio.sleep(0.1)
        await delivery.finish("Готово")
    assert len(scene.telegram.audit.calls("sendMessageDraft")) == 1
    assert scene.shown(8) == ["Готово"]


@pytest.mark.parametrize("drafts", [True], indirect=True, ids=["drafts"])
async def test_a_group_gets_a_message_that_is_edited(scene: Scene) -> None:
    delivery = scene.at(await scene.turn(-77))
    await delivery.grow("GLE")
    await asyncio.sleep(0.1)
    assert scene.shown(-77) == ["GLE"]
    await delivery.finish("Готово")
    assert scene.shown(-77) == ["Готово"]


@pytest.mark.parametrize("drafts", [True], indirect=True, ids=["drafts"])
@pytest.mark.parametrize("speaking", [True, False])
async def test_typing_shows_for_as_long_as_it_takes(scene: Scene, speaking: bool) -> None:
    delivery = scene.at(await scene.turn())
    async with delivery.typing(speaking=speaking):
        await asyncio.sleep(0.1)
    assert len(scene.telegram.audit.calls("sendChatAction", ok=True)) == 1


@pytest.mark.parametrize("drafts", [True], indirect=True, ids=["drafts"])
async def test_an_answer_that_is_there_at_once_costs_one_call(scene: Scene) -> None:
    delivery = scene.new_delivery(first_sign_after_s=0.4).for_turn(await scene.turn())
    async with delivery.typing():
        await delivery.grow("GLE")
    await delivery.finish("Готово")
    assert [call.method for call in scene.telegram.audit.calls()] == ["sendMessage"]
