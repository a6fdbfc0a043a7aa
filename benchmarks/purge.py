"""A purge of a million turns beside real turns: `python -m benchmarks.purge`, or with ROWS=10000000.

The product's own worker does it, as the scheduler's job, on SQLite and on PostgreSQL. The days are shortened
step by step, as an admin would; between the steps turns are measured without a purge, so that whatever else
the machine does meanwhile weighs on both. One step's worker is killed; the next worker takes the job up.
"""

import argparse
import asyncio
import os
import signal
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from benchmarks.console import Console
from benchmarks.measuring import Peak, Started, peak_memory, percentile, report, say
from benchmarks.purge_ground import KEPT_DAYS, PAST_DAYS, Ground, Rows, open_ground
from bot.store.job_runs import JobRun, RunOutcome
from tests.postgres import PostgresServer

ROWS = 1_000_000
EVERY_S = 0.05
STEPS = 6
_KILLED_IN = 2
"""The step whose worker is killed; its turns are not measured, since nobody answers for a while."""
_KILLED_AT = 0.3
"""Of the step's rows, how many are gone when the worker is killed."""
_ALONE_S = 5.0
"""So long at least turns are measured alone before each step; else as long as the step before took."""
_WAIT_S = 1_800.0


@dataclass(kw_only=True, slots=True)
class Measured:
    """Seconds from a question to its answer without and beside the purge; and what the purge took."""

    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    peaks: list[Peak] = field(default_factory=list)
    purge_s: float = 0.0


async def measure(rows: int, url: str | None) -> dict[str, float]:
    async with open_ground(rows, url) as ground:
        expected = await asyncio.to_thread(ground.rows)
        stack, console, measured = ground.stack, Console(ground.stack.redis_url), Measured()
        await ground.pause_purge()
        await stack.start_product(ground.settings, "worker", "scheduler")
        await console.ask(["first"])
        await _alone(console, _ALONE_S)  # what a worker does once, it has done
        step_s = 0.0
        for step in range(STEPS):
            measured.alone += await _alone(console, max(_ALONE_S, step_s))
            days = KEPT_DAYS + PAST_DAYS - PAST_DAYS * (step + 1) // STEPS
            await ground.keep_for(days)
            began = time.monotonic()
            if step == _KILLED_IN:
                await _killed(ground, console, measured, days)
            else:
                await _beside(ground, console, measured, days)
            step_s = time.monotonic() - began
            measured.purge_s += step_s
        await console.close()
        return await asyncio.to_thread(_figures, ground, measured, expected)


async def _alone(console: Console, seconds: float) -> list[float]:
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, over.set)
    return await console.ask_steadily(f"alone-{time.monotonic()}", EVERY_S, over)


async def _beside(ground: Ground, console: Console, measured: Measured, days: int) -> None:
    """Have all that is older purged, and measure turns from when a worker has begun until it is done."""
    run_id = _ask(ground, days)
    await _begun(ground, run_id, days)
    over = asyncio.Event()
    with peak_memory(ground.stack.processes["worker"]) as peak:
        asking = asyncio.create_task(console.ask_steadily(f"beside-{days}", EVERY_S, over))
        await _ended(ground, days)
        over.set()
        measured.beside += await asking
    measured.peaks.append(peak)


async def _killed(ground: Ground, console: Console, measured: Measured, days: int) -> None:
    """Kill the worker when a part is gone, start another, and wait until all is."""
    all_rows = await asyncio.to_thread(ground.older_than, days)
    _ask(ground, days)
    async with asyncio.timeout(_WAIT_S):
        while await asyncio.to_thread(ground.older_than, days) > all_rows * (1 - _KILLED_AT):
            ground.stack.check()
            await asyncio.sleep(0.02)
    await asyncio.to_thread(_kill, ground.stack.processes.pop("worker"))
    run = await asyncio.to_thread(ground.runs.run, "purge", f"{days}")
    if run is None or not run.is_open:
        raise RuntimeError("the purge was over before its worker was killed: take more rows")
    await ground.stack.start_product(ground.settings, "worker")
    await console.ask(["again"])
    with peak_memory(ground.stack.processes["worker"]) as peak:
        await _ended(ground, days)
    measured.peaks.append(peak)


def _kill(worker: Started) -> None:
    if worker.popen is None:
        raise RuntimeError("there is no worker")
    worker.popen.send_signal(signal.SIGKILL)
    worker.popen.wait()


def _ask(ground: Ground, days: int) -> int:
    """Ask for it as an admin does."""
    run_id = ground.runs.claim("purge", f"{days}", datetime.now(UTC), asked_by="bench")
    if run_id is None:
        raise RuntimeError("another purge is not over")
    return run_id


async def _begun(ground: Ground, run_id: int, days: int) -> None:
    """Return when a worker has the run in its hands, or is through with it already."""
    async with asyncio.timeout(_WAIT_S):
        while await ground.stack.redis.hget(f"rq:job:dz-duty-{run_id}", "status") != b"started":
            run = await asyncio.to_thread(ground.runs.run, "purge", f"{days}")
            if run is not None and not run.is_open:
                return
            ground.stack.check()
            await asyncio.sleep(0.02)


async def _ended(ground: Ground, days: int) -> JobRun:
    """Raises RuntimeError if it has failed."""
    async with asyncio.timeout(_WAIT_S):
        while True:
            run = await asyncio.to_thread(ground.runs.run, "purge", f"{days}")
            if run is not None and not run.is_open:
                break
            ground.stack.check()
            await asyncio.sleep(0.1)
    if run.outcome is not RunOutcome.DONE:
        told = ground.stack.log("worker").read_text()[-2_000:]
        raise RuntimeError(f"the purge has failed: {run.error}: {told}")
    return run


def _figures(ground: Ground, measured: Measured, expected: Rows) -> dict[str, float]:
    after, name = ground.rows(), ground.engine.dialect.name
    alone, beside = measured.alone, measured.beside
    figures = {
        "purge_s": measured.purge_s,
        "rows_per_s": expected.to_go / measured.purge_s,
        "turn_p50_alone_s": percentile(alone, 0.5),
        "turn_p50_beside_s": percentile(beside, 0.5),
        "turn_p99_alone_s": percentile(alone, 0.99),
        "turn_p99_beside_s": percentile(beside, 0.99),
        "turn_p99_ratio": percentile(beside, 0.99) / percentile(alone, 0.99),
        "turns_measured": len(beside),
        "idle_mb": min(peak.before_mb for peak in measured.peaks),
        "peak_mb": max(peak.mb for peak in measured.peaks),
        "left_behind": after.to_go + abs(expected.to_stay - after.to_stay) + ground.orphans(),
    }
    say(
        f"{name}: {expected.to_go} turns in {measured.purge_s:.1f} s, killed once on the way; p99 of turns"
        f" {figures['turn_p99_alone_s']:.3f} s alone, {figures['turn_p99_beside_s']:.3f} s beside it"
        f" ({len(alone)} and {len(beside)} turns); worker {figures['idle_mb']:.0f} to"
        f" {figures['peak_mb']:.0f} MB"
    )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.purge", description=__doc__)
    parser.add_argument("--rows", type=int, default=int(os.environ.get("ROWS", ROWS)), help="turns to go")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one database")
    options = parser.parse_args()
    found: dict[str, dict[str, float]] = {}
    if options.only != "postgresql":
        found["sqlite"] = asyncio.run(measure(options.rows, None))
    if options.only != "sqlite":
        with PostgresServer() as server:
            found["postgresql"] = asyncio.run(measure(options.rows, server.create("bench")))
    report(
        {
            "rows": options.rows,
            "turn_p99_ratio": max(figures["turn_p99_ratio"] for figures in found.values()),
            "peak_mb": max(figures["peak_mb"] for figures in found.values()),
            "left_behind": sum(figures["left_behind"] for figures in found.values()),
            "purge_s": max(figures["purge_s"] for figures in found.values()),
            **{
                f"{name}_{key}": round(value, 3)
                for name, figures in found.items()
                for key, value in figures.items()
            },
        }
    )


if __name__ == "__main__":
    main()
