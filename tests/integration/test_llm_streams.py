import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis

from bot.errors import ModelOverloaded
from bot.llm.streams import SharedStreams

MakeStreams = Callable[..., SharedStreams]


@pytest.fixture
async def make(redis: Redis, prefix: str) -> AsyncIterator[MakeStreams]:
    made: list[SharedStreams] = []

    def make(*, limit: int = 1, wait_s: float = 10.0, per_process: int | None = None) -> SharedStreams:
        """As another worker would have it."""
        made.append(
            SharedStreams(
                redis,
                "gpt",
                limit=limit,
                wait_s=wait_s,
                lease_s=0.6,
                per_process=per_process,
                prefix=prefix,
            )
        )
        return made[-1]

    yield make
    for streams in made:
        await streams.close()


class Gauge:
    """Counts who is inside."""

    def __init__(self) -> None:
        self.inside = 0
        self.peak = 0
        self.order: list[int] = []

    async def visit(self, streams: SharedStreams, number: int = 0, stay_s: float = 0.01) -> None:
        async with streams.hold():
            self.inside += 1
            self.peak = max(self.peak, self.inside)
            self.order.append(number)
            await asyncio.sleep(stay_s)
            self.inside -= 1


async def test_all_workers_together_stay_within_the_limit(make: MakeStreams) -> None:
    gauge, workers = Gauge(), [make(limit=3) for _ in range(4)]
    await asyncio.gather(*[gauge.visit(worker) for worker in workers for _ in range(10)])
    assert (len(gauge.order), gauge.peak) == (40, 3)


async def test_whoever_came_first_is_served_first(make: MakeStreams) -> None:
    gauge, workers = Gauge(), [make(), make()]
    async with asyncio.TaskGroup() as group, workers[0].hold():
        for number in range(10):
            group.create_task(gauge.visit(workers[number % 2], number))
            await asyncio.sleep(0.02)
    assert gauge.order == list(range(10))


async def test_waiting_too_long_is_an_overload(make: MakeStreams) -> None:
    first, second = make(), make(wait_s=0.1)
    async with first.hold(), AsyncExitStack() as stack:
        with pytest.raises(ModelOverloaded):
            await stack.enter_async_context(second.hold())


async def test_whoever_gave_up_is_not_in_the_queue_any_more(make: MakeStreams) -> None:
    first, impatient, third = make(), make(wait_s=0.1), make()
    gauge = Gauge()
    async with asyncio.TaskGroup() as group, first.hold():
        gone = asyncio.create_task(gauge.visit(impatient, 1))
        await asyncio.sleep(0.03)
        group.create_task(gauge.visit(third, 2))
        await asyncio.wait([gone])
    assert isinstance(gone.exception(), ModelOverloaded)
    assert gauge.order == [2]


async def test_a_cancelled_turn_leaves_no_place_taken(make: MakeStreams) -> None:
    streams, gauge = make(wait_s=2), Gauge()
    holder = asyncio.create_task(gauge.visit(streams, stay_s=60))
    waiter = asyncio.create_task(gauge.visit(streams, stay_s=60))
    await asyncio.sleep(0.05)
    for task in (waiter, holder):
        task.cancel()
    await asyncio.wait([holder, waiter])
    await gauge.visit(streams, 3)
    assert gauge.order[-1] == 3


async def test_a_long_answer_keeps_its_place(make: MakeStreams) -> None:
    gauge = Gauge()
    first, second = make(), make()
    await asyncio.gather(gauge.visit(first, stay_s=1.5), gauge.visit(second, stay_s=0.01))
    assert gauge.peak == 1


async def test_the_place_of_a_killed_worker_comes_free(
    make: MakeStreams, redis_url: str, prefix: str
) -> None:
    program = f"""
import asyncio
from redis.asyncio import Redis
from bot.llm.streams import SharedStreams

async def main():
    streams = SharedStreams(Redis.from_url({redis_url!r}), "gpt", limit=1, lease_s=0.6, prefix={prefix!r})
    async with streams.hold():
        print("held", flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=-1)
    assert worker.stdout is not None
    assert await worker.stdout.readline() == b"held\n"
    gauge = Gauge()
    waiting = asyncio.create_task(gauge.visit(make(), 1))
    await asyncio.sleep(1)
    assert not gauge.order
    worker.send_signal(signal.SIGKILL)
    await worker.wait()
    await waiting
    assert gauge.order == [1]


async def test_a_lost_redis_does_not_strand_those_who_wait(make: MakeStreams, redis: Redis) -> None:
    gauge = Gauge()
    async with make().hold():
        waiting = asyncio.create_task(gauge.visit(make(), 1))
        await asyncio.sleep(0.05)
        await redis.flushall()
        await waiting
    assert gauge.order == [1]


async def test_one_process_may_be_bounded_below_the_limit(make: MakeStreams) -> None:
    gauge, streams = Gauge(), make(limit=10, per_process=2)
    await asyncio.gather(*[gauge.visit(streams) for _ in range(8)])
    assert (len(gauge.order), gauge.peak) == (8, 2)


async def test_a_free_place_costs_one_round_trip(make: MakeStreams, redis: Redis) -> None:
    streams = make(limit=5)
    async with streams.hold():
        pass
    before = (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"]
    async with streams.hold():
        assert (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"] == before + 1
