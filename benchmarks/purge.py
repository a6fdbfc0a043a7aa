"""A purge of a million turns beside real turns: `python -m benchmarks.purge`, or with ROWS=10000000.

The product's own worker does it, as the scheduler's job, on SQLite and on PostgreSQL. It is killed in the
middle; the next worker takes the job up, and turns are measured while it goes on.
"""

import argparse
import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text

from benchmarks.console import Console
from benchmarks.measuring import peak_memory, percentile, report, say
from benchmarks.past import Past
from benchmarks.stack import UNLIMITED, Stack
from bot.people.retention.days import cutoff
from bot.people.tuning import Knob
from bot.settings import Settings
from bot.store.engine import database_url, open_engine
from bot.store.job_runs import JobRun, JobRunStore, RunOutcome
from bot.store.migrate import migrate
from bot.store.tunings import TuningStore
from bot.wiring import load_configured_tenant
from tests.postgres import PostgresServer

ROWS = 1_000_000
MODEL_S = 0.2
EVERY_S = 0.1
ALONE_S = 20.0
TENANT = "mercedes"
KEY = "bench"
_KILLED_AT = 0.2
"""Of the rows, how many are gone when the worker is killed."""
_WAIT_S = 1_800.0
_OURS = "turn_id LIKE 'past:%'"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """Turns of the past, by whether they are to go."""

    to_go: int
    to_stay: int


@dataclass(kw_only=True, slots=True)
class Ground:
    """One database, one Redis, and the product's worker over them."""

    stack: Stack
    engine: Engine
    settings: Mapping[str, str]
    before: datetime

    def rows(self) -> Rows:
        counts = f"""
        SELECT sum(CASE WHEN goes THEN 1 ELSE 0 END), sum(CASE WHEN goes THEN 0 ELSE 1 END) FROM (
          SELECT answered_at < :before AND person_id NOT IN (
            SELECT person_id FROM retention_holds WHERE lifted_at IS NULL) AS goes
          FROM turns WHERE {_OURS}) AS past
        """
        with self.engine.connect() as connection:
            to_go, to_stay = connection.execute(text(counts), {"before": self._moment}).one()
        return Rows(to_go=to_go or 0, to_stay=to_stay or 0)

    def left(self) -> int:
        """About how many turns there are, quickly."""
        with self.engine.connect() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM turns")) or 0)

    def orphans(self) -> int:
        """Dialogues and people of whom nothing is left and nothing is held."""
        held = "SELECT person_id FROM retention_holds WHERE lifted_at IS NULL"
        statements = (
            f"SELECT count(*) FROM dialogues WHERE last_at < :before AND person_id NOT IN ({held})",
            f"""SELECT count(*) FROM people WHERE last_seen_at < :before
            AND id NOT IN (SELECT person_id FROM dialogues) AND id NOT IN ({held})""",
        )
        with self.engine.connect() as connection:
            return sum(
                int(connection.scalar(text(statement), {"before": self._moment}) or 0)
                for statement in statements
            )

    @property
    def _moment(self) -> object:
        is_sqlite = self.engine.dialect.name == "sqlite"
        return self.before.strftime("%Y-%m-%d %H:%M:%S.%f") if is_sqlite else self.before


async def measure(rows: int, url: str | None) -> dict[str, float]:
    async with _ground(rows, url) as ground:
        expected = await asyncio.to_thread(ground.rows)
        stack, console = ground.stack, Console(ground.stack.redis_url)
        _pause_purge(ground)
        await stack.start_product(ground.settings, "worker", "scheduler")
        await console.ask(["first"])
        alone = await _for_a_while(console, ALONE_S)
        killed_after_s = await _kill_in_the_middle(ground, expected)
        stack.processes.pop("worker")
        began = time.monotonic()
        await stack.start_product(ground.settings, "worker")
        await console.ask(["again"])
        worker, over = stack.processes["worker"], asyncio.Event()
        with peak_memory(worker) as peak:
            asking = asyncio.create_task(console.ask_steadily("beside", EVERY_S, over))
            run = await _ended(ground)
            took_s = killed_after_s + time.monotonic() - began
            over.set()
            beside = await asking
        await console.close()
        after = await asyncio.to_thread(ground.rows)
        if run.outcome is not RunOutcome.DONE:
            told = stack.log("worker").read_text()[-2_000:]
            raise RuntimeError(f"the purge has failed: {run.error}: {told}")
        orphans = await asyncio.to_thread(ground.orphans)
        figures = {
            "purge_s": took_s,
            "rows_per_s": expected.to_go / took_s,
            "turn_p99_alone_s": percentile(alone, 0.99),
            "turn_p99_beside_s": percentile(beside, 0.99),
            "turn_p99_ratio": percentile(beside, 0.99) / percentile(alone, 0.99),
            "turns_measured": len(beside),
            "idle_mb": peak.before_mb,
            "peak_mb": peak.mb,
            "left_behind": after.to_go + abs(expected.to_stay - after.to_stay) + orphans,
        }
        say(
            f"{ground.engine.dialect.name}: {expected.to_go} turns in {took_s:.1f} s, killed once on the way;"
            f" p99 of turns {figures['turn_p99_alone_s']:.3f} s alone, {figures['turn_p99_beside_s']:.3f} s"
            f" beside it ({len(alone)} and {len(beside)} turns);"
            f" worker {peak.before_mb:.0f} to {peak.mb:.0f} MB"
        )
        return figures


async def _for_a_while(console: Console, seconds: float) -> list[float]:
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, over.set)
    return await console.ask_steadily("alone", EVERY_S, over)


async def _kill_in_the_middle(ground: Ground, expected: Rows) -> float:
    """Ask for it as an admin does, and kill the worker when a part is gone. Returns the seconds."""
    began, all_rows = time.monotonic(), await asyncio.to_thread(ground.left)
    JobRunStore(ground.engine, TENANT).claim("purge", KEY, datetime.now(UTC), asked_by="bench")
    async with asyncio.timeout(_WAIT_S):
        while await asyncio.to_thread(ground.left) > all_rows - expected.to_go * _KILLED_AT:
            ground.stack.check()
            await asyncio.sleep(0.2)
    worker = ground.stack.processes["worker"].popen
    assert worker is not None
    worker.send_signal(signal.SIGKILL)
    took_s = time.monotonic() - began
    await asyncio.to_thread(worker.wait)
    return took_s


async def _ended(ground: Ground) -> JobRun:
    runs = JobRunStore(ground.engine, TENANT)
    async with asyncio.timeout(_WAIT_S):
        while True:
            run = await asyncio.to_thread(runs.run, "purge", KEY)
            if run is not None and not run.is_open:
                return run
            ground.stack.check()
            await asyncio.sleep(0.1)


def _pause_purge(ground: Ground) -> None:
    """It is to begin when the benchmark says so."""
    tunings = TuningStore(ground.engine, TENANT)
    at = datetime.now(UTC)
    tunings.put(Knob.JOBS_PAUSED.value, ["purge"], seen=0, changed_by="bench", at=at)


@asynccontextmanager
async def _ground(rows: int, url: str | None) -> AsyncIterator[Ground]:
    async with Stack.open(latency_s=MODEL_S) as stack:
        more = {} if url is None else {"DATABASE_URL": url, "DATA_KEYS": "0" * 43 + "="}
        settings = stack.settings(TENANT=TENANT, LOG_RETENTION_DAYS="90", **UNLIMITED, **more)
        url = url or database_url(None, stack.folder)
        await asyncio.to_thread(migrate, url)
        engine = open_engine(url)
        tenant = load_configured_tenant(Settings.model_validate({"tenant": TENANT}))
        before = cutoff(datetime.now(UTC), 90, tenant.zone)
        began = time.monotonic()
        past = Past(tenant=TENANT, old=rows, before=before - timedelta(seconds=1))
        await asyncio.to_thread(past.fill, engine)
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))
        say(f"{engine.dialect.name}: {rows} old turns written in {time.monotonic() - began:.0f} s")
        try:
            yield Ground(stack=stack, engine=engine, settings=settings, before=before)
        finally:
            engine.dispose()


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
