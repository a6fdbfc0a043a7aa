"""The moments that the limiter hands out, by the clock of Redis."""

import asyncio
import time

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.delivery.limiter import Limiter, Priority
from bot.domain import ChannelName, ChatRef
from bot.settings import TelegramSettings


def chat(number: int) -> ChatRef:
    return ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(number), private=number > 0)


def limits(**values: float) -> TelegramSettings:
    return TelegramSettings.model_validate(values)


@pytest.fixture
def limiter(redis: Redis, prefix: str) -> Limiter:
    settings = limits(messages_per_second=50, chat_interval_s=0.2, group_messages_per_minute=150)
    return Limiter(redis, settings, prefix=prefix)


async def moments(limiter: Limiter, chats: list[ChatRef]) -> list[float]:
    """When each of the calls was let through, in the order of asking."""

    async def one(ref: ChatRef) -> float:
        await limiter.acquire(ref)
        return time.monotonic()

    return await asyncio.gather(*(one(ref) for ref in chats))


async def test_calls_leave_one_by_one(limiter: Limiter) -> None:
    times = sorted(await moments(limiter, [chat(number) for number in range(1, 31)]))
    assert times[-1] - times[0] >= 0.55


async def test_calls_leave_in_the_order_of_asking(redis: Redis, prefix: str) -> None:
    limiter = Limiter(redis, limits(messages_per_second=20), prefix=prefix)
    order: list[int] = []

    async def leave(number: int) -> None:
        await limiter.acquire(chat(number))
        order.append(number)

    async with asyncio.TaskGroup() as group:
        for number in range(1, 8):
            group.create_task(leave(number))
            await asyncio.sleep(0.02)
    assert order == sorted(order)


async def test_one_chat_waits_for_its_own_interval(limiter: Limiter) -> None:
    first, second, third = sorted(await moments(limiter, [chat(1)] * 3))
    assert second - first >= 0.2
    assert third - second >= 0.2


async def test_a_group_has_its_own_figure(limiter: Limiter) -> None:
    first, second = sorted(await moments(limiter, [chat(-5)] * 2))
    assert second - first >= 0.4


async def test_a_chat_that_waits_holds_up_nobody_else(limiter: Limiter) -> None:
    started = time.monotonic()
    times = await moments(limiter, [chat(1), chat(1), chat(1), chat(2), chat(3)])
    assert times[3] - started < 0.15
    assert times[4] - started < 0.15


async def test_a_later_moment_taken_by_one_chat_is_not_given_twice(limiter: Limiter) -> None:
    chats = [chat(number) for number in range(1, 16)] * 2
    times = sorted(await moments(limiter, chats))
    assert all(times[place + 10] - times[place] >= 0.17 for place in range(len(times) - 10))


async def test_a_preview_gets_a_free_moment_or_none(limiter: Limiter) -> None:
    assert await limiter.try_acquire(chat(1))
    assert not await limiter.try_acquire(chat(1))
    assert not await limiter.try_acquire(None)


async def test_a_preview_gives_way_to_waiting_turns(limiter: Limiter) -> None:
    waiting = [asyncio.create_task(limiter.acquire(chat(number))) for number in range(1, 21)]
    await asyncio.sleep(0.03)
    assert not await limiter.try_acquire(chat(99))
    await asyncio.gather(*waiting)


async def test_a_broadcast_waits_until_no_turn_does(limiter: Limiter) -> None:
    order: list[str] = []

    async def leave(name: str, number: int, priority: Priority) -> None:
        await limiter.acquire(chat(number), priority=priority)
        order.append(name)

    turns = [asyncio.create_task(leave("turn", number, Priority.TURN)) for number in range(1, 21)]
    await asyncio.sleep(0.1)
    await asyncio.gather(leave("broadcast", 51, Priority.BROADCAST), *turns)
    assert order[-1] == "broadcast"


async def test_broadcasts_that_take_moments_beforehand_leave_no_faster(redis: Redis, prefix: str) -> None:
    limiter = Limiter(redis, limits(messages_per_second=200, chat_interval_s=0.2), prefix=prefix)
    started = time.monotonic()
    calls = [limiter.acquire(chat(number), priority=Priority.BROADCAST) for number in range(1, 41)]
    await asyncio.gather(*calls)
    assert time.monotonic() - started >= 39 * 0.006


async def test_a_pause_holds_everybody_those_asleep_too(limiter: Limiter, redis: Redis, prefix: str) -> None:
    settings = limits(messages_per_second=100, chat_interval_s=0.2)
    other = Limiter(redis, settings, prefix=prefix)
    await limiter.acquire(chat(1))
    asleep = asyncio.create_task(moments(limiter, [chat(1)]))
    await asyncio.sleep(0.05)
    started = time.monotonic()
    await other.pause(0.5)
    assert not await limiter.try_acquire(None)
    times = await moments(other, [chat(2), chat(3)]) + await asleep
    assert min(times) - started >= 0.5


async def test_nothing_leaves_while_redis_is_away(prefix: str, tmp_path: object) -> None:
    nowhere = Redis(unix_socket_path=f"{tmp_path}/none", retry=Retry(NoBackoff(), 0))
    limiter = Limiter(nowhere, limits(), prefix=prefix)
    assert not await limiter.try_acquire(chat(1))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(limiter.acquire(chat(1)), 0.2)
    await nowhere.aclose()
