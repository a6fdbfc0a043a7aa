"""Two processes of one bot never go above Telegram's limits, and a pause holds them both."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from tests.fakes.telegram import FakeTelegram, FaultKind, Limits
from tests.integration.delivery_kit import Scene, open_channel

REAL = {"messages_per_second": 30, "chat_interval_s": 1.0, "group_messages_per_minute": 20}


@pytest.fixture
async def scenes(redis: Redis, prefix: str) -> AsyncIterator[tuple[Scene, Scene]]:
    async with (
        FakeTelegram(limits=Limits(private_burst=1)) as telegram,
        open_channel(redis, telegram, prefix, **REAL) as one,
        open_channel(redis, telegram, prefix, **REAL) as other,
    ):
        yield (
            Scene(redis=redis, telegram=telegram, channel=one, prefix=prefix),
            Scene(redis=redis, telegram=telegram, channel=other, prefix=prefix),
        )


async def test_a_flood_of_answers_stays_within_the_limits(scenes: tuple[Scene, Scene]) -> None:
    turns = [(scenes[chat_id % 2], await scenes[0].turn(chat_id)) for chat_id in range(1, 46)]
    turns += [(scenes[chat_id % 2], await scenes[0].turn(chat_id)) for chat_id in range(1, 6)]
    await asyncio.gather(*(scene.at(turn).finish("Готово") for scene, turn in turns))
    audit = scenes[0].telegram.audit
    assert len(audit.calls("sendMessage", ok=True)) == 50
    assert audit.calls(ok=False) == []
    assert audit.worst_second() <= 30
    assert audit.worst_second_of_any_chat() == 1


async def test_parts_of_one_answer_keep_their_distance(scenes: tuple[Scene, Scene]) -> None:
    await scenes[0].at(await scenes[0].turn()).finish("слово " * 1300)
    audit = scenes[0].telegram.audit
    assert len(audit.calls("sendMessage", ok=True)) == 2
    assert audit.worst_second_of_any_chat() == 1


async def test_a_429_for_one_process_silences_the_other(scenes: tuple[Scene, Scene]) -> None:
    one, other = scenes
    turns = [await one.turn(chat_id) for chat_id in range(1, 9)]
    one.fault(FaultKind.TOO_MANY, "sendMessage", times=1, retry_after_s=1)
    await asyncio.gather(*((one, other)[place % 2].at(turn).finish("да") for place, turn in enumerate(turns)))
    assert one.telegram.audit.sends_during_pause() == []
    assert [one.shown(chat_id) for chat_id in range(1, 9)] == [["да"]] * 8


async def test_drafts_take_no_moment_from_answers(scenes: tuple[Scene, Scene]) -> None:
    scene, _ = scenes
    delivery = scene.at(await scene.turn())
    await delivery.grow("GLE")
    await asyncio.sleep(0.1)
    await delivery.finish("Готово")
    draft, answer = scene.telegram.audit.calls({"sendMessageDraft", "sendMessage"})
    assert answer.at - draft.at < 0.5
