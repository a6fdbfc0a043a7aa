"""A database full of the past for `benchmarks.purge`, and what is to be seen of it from outside."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text

from benchmarks.measuring import say
from benchmarks.past import Past
from benchmarks.stack import UNLIMITED, Stack
from bot.people.retention.days import cutoff
from bot.people.tuning import Knob, Tuning
from bot.settings import Settings
from bot.store.engine import database_url, open_engine
from bot.store.job_runs import JobRunStore
from bot.store.migrate import migrate
from bot.store.tunings import TuningStore
from bot.tenant import Tenant
from bot.wiring import load_configured_tenant

MODEL_S = 0.2
TENANT = "mercedes"
KEPT_DAYS = 90
PAST_DAYS = 270
"""Over so many days before the window the old turns are spread evenly."""
_OURS = "turn_id LIKE 'past:%'"
_HELD = "SELECT person_id FROM retention_holds WHERE lifted_at IS NULL"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """Turns of the past, by whether they are to go."""

    to_go: int
    to_stay: int


@dataclass(kw_only=True, slots=True)
class Ground:
    """One database, one Redis, and whatever of the product is started over them."""

    stack: Stack
    engine: Engine
    settings: Mapping[str, str]
    tenant: Tenant
    at: datetime

    @property
    def runs(self) -> JobRunStore:
        return JobRunStore(self.engine, TENANT)

    async def keep_for(self, days: int) -> None:
        """What an admin's `/retention` does, without the screens."""
        await self._tune(Knob.RETENTION_DAYS, days)

    async def pause_purge(self) -> None:
        """It is to begin when the benchmark says so, not on the hour."""
        await self._tune(Knob.JOBS_PAUSED, ["purge"])

    def rows(self) -> Rows:
        counts = f"""
        SELECT sum(CASE WHEN goes THEN 1 ELSE 0 END), sum(CASE WHEN goes THEN 0 ELSE 1 END) FROM (
          SELECT answered_at < :before AND person_id NOT IN ({_HELD}) AS goes
          FROM turns WHERE {_OURS}) AS past
        """
        with self.engine.connect() as connection:
            to_go, to_stay = connection.execute(text(counts), {"before": self._moment(KEPT_DAYS)}).one()
        return Rows(to_go=to_go or 0, to_stay=to_stay or 0)

    def older_than(self, days: int) -> int:
        """How many turns are, held or not; by the index alone."""
        older = text("SELECT count(*) FROM turns WHERE answered_at < :before")
        with self.engine.connect() as connection:
            return int(connection.scalar(older, {"before": self._moment(days)}) or 0)

    def orphans(self) -> int:
        """Dialogues and people of whom nothing is left and nothing is held."""
        statements = (
            f"SELECT count(*) FROM dialogues WHERE last_at < :before AND person_id NOT IN ({_HELD})",
            f"""SELECT count(*) FROM people WHERE last_seen_at < :before
            AND id NOT IN (SELECT person_id FROM dialogues) AND id NOT IN ({_HELD})""",
        )
        before = {"before": self._moment(KEPT_DAYS)}
        with self.engine.connect() as connection:
            return sum(int(connection.scalar(text(statement), before) or 0) for statement in statements)

    def _moment(self, days: int) -> object:
        before = cutoff(self.at, days, self.tenant.zone)
        is_sqlite = self.engine.dialect.name == "sqlite"
        return before.strftime("%Y-%m-%d %H:%M:%S.%f") if is_sqlite else before

    async def _tune(self, knob: Knob, value: object) -> None:
        tuning = Tuning(TuningStore(self.engine, TENANT), self.stack.redis, TENANT)
        known = await tuning.tuned(knob)
        seen = 0 if known is None else known.version
        if not await tuning.change(knob, value, seen=seen, changed_by="bench"):
            raise RuntimeError(f"{knob} was not changed")


@asynccontextmanager
async def open_ground(rows: int, url: str | None) -> AsyncIterator[Ground]:
    """`url`: of an empty PostgreSQL database; None: SQLite."""
    async with Stack.open(latency_s=MODEL_S) as stack:
        more = {} if url is None else {"DATABASE_URL": url, "DATA_KEYS": "0" * 43 + "="}
        settings = stack.settings(TENANT=TENANT, LOG_RETENTION_DAYS=str(KEPT_DAYS), **UNLIMITED, **more)
        url = url or database_url(None, stack.folder)
        await asyncio.to_thread(migrate, url)
        engine = open_engine(url)
        tenant = load_configured_tenant(Settings.model_validate({"tenant": TENANT}))
        ground = Ground(stack=stack, engine=engine, settings=settings, tenant=tenant, at=datetime.now(UTC))
        before = cutoff(ground.at, KEPT_DAYS, tenant.zone) - timedelta(seconds=1)
        began = time.monotonic()
        past = Past(tenant=TENANT, old=rows, before=before, days=PAST_DAYS)
        await asyncio.to_thread(past.fill, engine)
        if engine.dialect.name == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))
        say(f"{engine.dialect.name}: {rows} old turns written in {time.monotonic() - began:.0f} s")
        try:
            yield ground
        finally:
            engine.dispose()
