"""Many chats at once with a model that takes 2 s: `python -m benchmarks.parallel`.

50 in Telegram within its true limits (30 messages a second: the last of 50 leaves after 1.7 s, whoever
sends it); 50, 200 and 1,000 at the console, where no limit rules but the worker's own.
"""

import argparse
import asyncio
from collections.abc import Sequence

from benchmarks.console import Console
from benchmarks.measuring import most_within, peak_memory, percentile, report, say
from benchmarks.stack import UNLIMITED, Stack

MODEL_S = 2.0
TELEGRAM_CHATS = 50
FRAGMENT = "тест-драйв в субботу"
"""Not plainly a whole question, so that the default burst window waits for more of it."""


async def in_telegram(chats: int, model_s: float, burst_window_s: str | None) -> dict[str, float]:
    """p50 and p99 with Telegram's own limits."""
    window = {} if burst_window_s is None else {"BURST_WINDOW_S": burst_window_s}
    async with Stack.open(latency_s=model_s) as stack:
        telegram = await stack.start_product(stack.settings(**window))
        await telegram.ask([1])
        answered = await telegram.ask(range(1_001, 1_001 + chats), FRAGMENT)
        figures = {
            "p50_s": percentile(answered["latencies_s"], 0.5),
            "p99_s": percentile(answered["latencies_s"], 0.99),
        }
        say(
            f"telegram, {chats} chats, burst window {burst_window_s or 'by default'}:"
            f" p50 {figures['p50_s']:.2f} s, p99 {figures['p99_s']:.2f} s,"
            f" at most {most_within(answered['sent_at'])} sent within a second"
        )
        return figures


async def at_the_worker(sizes: Sequence[int], model_s: float) -> dict[str, float]:
    """p50, p99 and the worker's peak of memory for so many consoles at once."""
    figures: dict[str, float] = {}
    async with Stack.open(latency_s=model_s) as stack:
        await stack.start_product(stack.settings(**UNLIMITED), "worker")
        worker = stack.processes["worker"]
        console = Console(stack.redis_url)
        await console.ask(["first"])
        figures["worker_idle_mb"] = worker.memory_mb
        for size in sizes:
            with peak_memory(worker) as peak:
                cpu = worker.cpu_s
                latencies = await console.ask([f"{size}-{number}" for number in range(size)])
            p50, p99 = percentile(latencies, 0.5), percentile(latencies, 0.99)
            figures |= {f"worker_{size}_p50_s": p50, f"worker_{size}_p99_s": p99}
            figures[f"worker_{size}_mb"] = peak.mb
            say(
                f"console, {size} chats: p50 {p50:.2f} s, p99 {p99:.2f} s, worker {peak.mb:.0f} MB"
                f" ({peak.before_mb:.0f} before), {(worker.cpu_s - cpu) / size * 1000:.1f} ms CPU a turn"
            )
        await console.close()
    return figures


async def measure(sizes: Sequence[int], telegram_chats: int, model_s: float) -> dict[str, float]:
    at_once = await in_telegram(telegram_chats, model_s, "0")
    by_default = await in_telegram(telegram_chats, model_s, None)
    return {
        f"telegram_{telegram_chats}_p50_s": at_once["p50_s"],
        f"telegram_{telegram_chats}_p99_s": at_once["p99_s"],
        f"telegram_{telegram_chats}_default_window_p99_s": by_default["p99_s"],
        **await at_the_worker(sizes, model_s),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parallel", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 200, 1_000], help="chats at the console")
    parser.add_argument("--telegram", type=int, default=TELEGRAM_CHATS, help="chats in Telegram")
    parser.add_argument("--model", type=float, default=MODEL_S, help="seconds that the model takes")
    options = parser.parse_args()
    report(asyncio.run(measure(options.sizes, options.telegram, options.model)))


if __name__ == "__main__":
    main()
