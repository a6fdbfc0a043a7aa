"""Half an hour's worth of turns in a burst: `python -m benchmarks.soak`.

Waves of messages by Telegram, each from as many chats as the last. Memory of each process at a quarter of
the way and at the end.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence

from benchmarks.measuring import report, say
from benchmarks.stack import UNLIMITED, Stack

TURNS = 20_000
WAVE = 400
_TAIL = 0.05
"""The share of the samples that makes one reading: the memory of a process goes up and down."""


async def measure(turns: int, wave: int) -> dict[str, object]:
    samples: dict[str, list[float]] = {}
    began = time.monotonic()
    async with Stack.open() as stack:
        telegram = await stack.start_product(stack.settings(**UNLIMITED), "bot", "worker", "scheduler")
        waves = max(4, turns // wave)
        for number in range(waves):
            await telegram.ask(range(1, wave + 1))
            stack.check()
            for name, process in stack.processes.items():
                samples.setdefault(name, []).append(process.memory_mb)
            if number % max(1, waves // 20) == 0:
                memory = ", ".join(f"{name} {found[-1]:.0f}" for name, found in samples.items())
                say(f"{(number + 1) * wave} turns after {time.monotonic() - began:.0f} s; MB: {memory}")
        await stack.until_logged()
    growth = {name: _growth_percent(found) for name, found in samples.items()}
    return {
        "turns": waves * wave,
        "seconds": time.monotonic() - began,
        "memory_growth_percent": {name: round(percent, 1) for name, percent in growth.items()},
        "memory_mb": {name: round(found[-1], 1) for name, found in samples.items()},
    }


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
    options = parser.parse_args()
    report(asyncio.run(measure(options.turns, options.wave)))


if __name__ == "__main__":
    main()
