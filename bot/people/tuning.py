"""What admins change while all runs: in force for the next turn of every process, and after a restart."""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from redis.asyncio import Redis

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
    """{"week": {monday: "09:00-18:00", ...}, "holidays": [{day, hours, name}]}"""
    MODEL = "model"
    """{"provider": "local" | "openai" | "gigachat" | "off"}"""
    JOBS_PAUSED = "jobs_paused"
    """[name of a job]"""


_NEVER: Final = object()


class Tuning:
    """One tenant's knobs. The truth is in SQL; a stamp in Redis tells when to read it again.

    Raises redis-py's errors and StoreError.
    """

    def __init__(self, store: TuningStore, redis: Redis, tenant: str, *, prefix: str = "dz") -> None:
        self._store = store
        self._redis = redis
        self._stamp = f"{prefix}:tuning:{tenant}"
        self._known: Mapping[str, Tuned] = {}
        self._read_at: object = _NEVER
        """The stamp when it was read last."""

    async def get(self, knob: Knob) -> Any:
        """The value as it was changed last; None if it never was."""
        tuned = await self.tuned(knob)
        return None if tuned is None else tuned.value

    async def tuned(self, knob: Knob) -> Tuned | None:
        stamp = await self._redis.get(self._stamp)
        if stamp != self._read_at:
            self._known = await asyncio.to_thread(self._store.all)
            self._read_at = stamp
        return self._known.get(knob)

    async def change(self, knob: Knob, value: Any, *, seen: int, changed_by: str) -> bool:
        """Change it unless somebody has since version `seen`; False then. In force when this returns."""
        at = datetime.now(UTC)
        is_changed = await asyncio.to_thread(
            self._store.put, knob.value, value, seen=seen, changed_by=changed_by, at=at
        )
        await self._renew()
        return is_changed

    async def reset(self, knob: Knob) -> None:
        """Let what the files and the environment say hold again."""
        await asyncio.to_thread(self._store.drop, knob.value)
        await self._renew()

    async def _renew(self) -> None:
        await self._redis.set(self._stamp, secrets.token_hex(8))
