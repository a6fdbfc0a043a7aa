"""Half an hour's worth of turns in a burst: `python -m benchmarks.soak`.

Waves of messages by Telegram, each from as many chats as the last, for as long as `--within` allows. Memory
of each process at a quarter of the way and at the end. Redis keeps something of every finished turn for two
days and of every update for three: that is told apart from the rest, which must not grow.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from benchmarks.measuring import report, say
from benchmarks.stack import UNLIMITED, Stack

TURNS = 20_000
WAVE = 400
WITHIN_S = 240.0
_TAIL = 0.05
"""The share of the samples that makes one reading: the memory of a process goes up and down."""
_SAMPLE = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What Redis holds when nobody is being answered."""

    turns: int
    used: int
    """Bytes in all."""
    lasting_keys: int
    """Those that never expire."""
    passing: dict[str, float]
    """By kind of key that expires: how many bytes of it there are for each turn so far."""


async def measure(turns: int, wave: int, within_s: float) -> dict[str, object]:
    samples: dict[str, list[float]] = {}
    began = time.monotonic()
    async with Stack.open() as stack:
        telegram = await stack.start_product(stack.settings(**UNLIMITED), "bot", "worker", "scheduler")
        waves, done = max(4, turns // wave), 0
        readings: list[Kept] = []
        while done < waves and (done < 4 or time.monotonic() - began < within_s):
            await telegram.ask(range(1, wave + 1))
            done += 1
            stack.check()
            for name, process in stack.processes.items():
                samples.setdefault(name, []).append(process.memory_mb)
            if done % max(1, waves // 20) == 0:
                memory = ", ".join(f"{name} {found[-1]:.0f}" for name, found in samples.items())
                say(f"{done * wave} turns after {time.monotonic() - began:.0f} s; MB: {memory}")
            past = max(done / waves, (time.monotonic() - began) / within_s)
            if not readings and past >= 0.25:
                readings.append(await _kept(stack, done * wave))
        readings.append(await _kept(stack, done * wave))
    growth = {name: round(_growth_percent(found), 1) for name, found in samples.items()}
    return {
        "turns": done * wave,
        "turns_left_out": (waves - done) * wave,
        "seconds": time.monotonic() - began,
        "memory_growth_percent": growth,
        "memory_mb": {name: round(found[-1], 1) for name, found in samples.items()},
        **_redis(readings[0], readings[-1]),
    }


async def _kept(stack: Stack, turns: int) -> Kept:
    await stack.until_logged()
    redis: Redis = stack.redis
    keyspace = (await redis.info("keyspace"))["db0"]
    kinds: dict[str, list[bytes]] = {}
    async for key in redis.scan_iter(count=5_000):
        kinds.setdefault(":".join(key.decode().split(":")[:2]), []).append(key)
    passing = {}
    for kind, keys in kinds.items():
        sample = keys[:: max(1, len(keys) // _SAMPLE)]
        if await redis.ttl(sample[0]) > 0:
            async with redis.pipeline(transaction=False) as calls:
                for key in sample:
                    calls.memory_usage(key, samples=0)
                sizes = [size for size in await calls.execute() if size]
            passing[kind] = statistics.mean(sizes) * len(keys) / turns if sizes else 0.0
    return Kept(
        turns=turns,
        used=int((await redis.info("memory"))["used_memory"]),
        lasting_keys=int(keyspace["keys"]) - int(keyspace["expires"]),
        passing=passing,
    )


def _redis(first: Kept, last: Kept) -> dict[str, object]:
    turns = max(1, last.turns - first.turns)
    by_kind = {kind: round(size) for kind, size in sorted(last.passing.items()) if size >= 1}
    grown = (last.used - first.used) / turns
    kept = (_passing(last) - _passing(first)) / turns
    return {
        "redis_bytes_per_turn": round(grown),
        "redis_passing_bytes_per_turn": round(kept),
        "redis_other_bytes_per_turn": round(grown - kept),
        "redis_passing_bytes_by_kind": by_kind,
        "redis_lasting_keys": [first.lasting_keys, last.lasting_keys],
    }


def _passing(kept: Kept) -> float:
    return sum(kept.passing.values()) * kept.turns


def _growth_percent(samples: Sequence[float]) -> float:
    """From the first quarter to the end."""
    width = max(1, round(len(samples) * _TAIL))
    quarter = len(samples) // 4
    before = statistics.mean(samples[max(0, quarter - width) : quarter])
    return (statistics.mean(samples[-width:]) / before - 1) * 100


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--wave", type=int, default=WAVE, help="chats, each with one message a wave")
    parser.add_argument("--within", type=float, default=WITHIN_S, help="seconds, then no further wave")
    options = parser.parse_args()
    report(asyncio.run(measure(options.turns, options.wave, options.within)))


if __name__ == "__main__":
    main()
