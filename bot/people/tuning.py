"""What admins change while all runs: in force for the next turn of every process, and after a restart."""

import asyncio
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

import structlog
from pydantic import TypeAdapter
from redis.asyncio import Redis

from bot.errors import StoreError
from bot.store.staff import Act
from bot.store.tunings import Tuned, TuningStore


class Knob(StrEnum):
    """What can be changed. The value of each is JSON."""

    REVIEW_MODE = "review_mode"
    """adviser, partial or automatic"""
    RETENTION_DAYS = "retention_days"
    """A whole number from 1"""
    FORBIDDEN = "forbidden"
    """{"added": [{name, words, phrases}], "removed": [name]}"""
    HOURS = "hours"
    """{"week": {monday: "09:00-18:00", ...}, "departments": {name: {monday: ...}},
    "holidays": [{day, hours, name}], "removed": [day of a holiday]}"""
    MODEL = "model"
    """{"provider": "local" | "openai" | "gigachat" | "off" | null}"""
    JOBS_PAUSED = "jobs_paused"
    """[name of a job]"""


log = structlog.get_logger()

_TUNED: Final = TypeAdapter(dict[str, Tuned])
_NEVER: Final = object()
_TRY_AGAIN_S: Final = 5.0
"""So long the database is left alone after it did not answer."""


class Tuning:
    """One tenant's knobs. The truth is in SQL; a stamp in Redis tells when to read it again.

    While the database is away, what was known last holds. Raises redis-py's errors; `change` and `reset`
    StoreError too.
    """

    def __init__(self, store: TuningStore, redis: Redis, tenant: str, *, prefix: str = "dz") -> None:
        self._store = store
        self._redis = redis
        self._stamp = f"{prefix}:tuning:{tenant}"
        self._copy = f"{prefix}:tuning_copy:{tenant}"
        self._known: Mapping[str, Tuned] = {}
        self._read_at: object = _NEVER
        """The stamp when it was read last."""
        self._left_alone_until = 0.0

    async def get(self, knob: Knob) -> Any:
        """The value as it was changed last; None if it never was."""
        tuned = await self.tuned(knob)
        return None if tuned is None else tuned.value

    async def tuned(self, knob: Knob) -> Tuned | None:
        return (await self.all()).get(knob)

    async def surely(self, knob: Knob) -> Tuned | None:
        """As the database has it now, for what cannot be undone; raises StoreError where it is away."""
        return (await asyncio.to_thread(self._store.all)).get(knob)

    async def all(self) -> Mapping[str, Tuned]:
        """Every knob that was ever changed; the same object until another change."""
        stamp = await self._redis.get(self._stamp)
        if stamp != self._read_at and time.monotonic() >= self._left_alone_until:
            await self._read(stamp)
        return self._known

    async def _read(self, stamp: object) -> None:
        try:
            self._known = await asyncio.to_thread(self._store.all)
        except StoreError as error:
            log.warning("tuning_not_read", error=type(error).__name__)
            self._left_alone_until = time.monotonic() + _TRY_AGAIN_S
            if self._read_at is _NEVER and (copy := await self._redis.get(self._copy)) is not None:
                self._known = _TUNED.validate_json(copy)
            return
        self._read_at = stamp
        await self._redis.set(self._copy, _TUNED.dump_json(dict(self._known)))

    async def change(
        self, knob: Knob, value: Any, *, seen: int, changed_by: str, act: Act | None = None
    ) -> bool:
        """Change it unless somebody has since version `seen`; False then. In force when this returns.

        `act` is noted with the change or not at all.
        """
        at = datetime.now(UTC)
        is_changed = await asyncio.to_thread(
            self._store.put, knob.value, value, seen=seen, changed_by=changed_by, at=at, act=act
        )
        await self._renew()
        return is_changed

    async def reset(self, knob: Knob) -> None:
        """Let what the files and the environment say hold again."""
        await asyncio.to_thread(self._store.drop, knob.value)
        await self._renew()

    async def _renew(self) -> None:
        await self._redis.set(self._stamp, secrets.token_hex(8))
        self._left_alone_until = 0.0
