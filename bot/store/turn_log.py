"""Moves the records of turns from Redis to SQL, in batches, beside the turns and never in their way."""

import asyncio
import os
import secrets
import socket
import time
from dataclasses import dataclass
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from bot.domain import TurnRecord
from bot.errors import StoreError
from bot.store.turns import TurnStore

log = structlog.get_logger()

GROUP = "sql"
BATCH = 200
REJECTED_KEPT = 10_000
_CONSUMER_FORGOTTEN_MS = 24 * 3600 * 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    entry_id: bytes
    body: bytes
    """The record's JSON; empty if somebody deleted the entry."""


class TurnLog:
    """Drains the stream `<prefix>:turnlog`, whose entries have one field, `record`: a TurnRecord's JSON.

    An entry is deleted only after its record is committed. While SQL or Redis is away the entries wait
    and it tries again; each outage is one line in the log, and one when it is over. A record that SQL
    will never take moves to `<prefix>:turnlog:rejected`. Entries of a consumer that died are taken over
    by the others after `claim_idle_s`. Any number of processes may drain the same stream.
    """

    def __init__(
        self,
        redis: Redis,
        store: TurnStore,
        *,
        prefix: str = "dz",
        interval_s: float = 0.5,
        claim_idle_s: float = 30,
        longest_pause_s: float = 5,
    ) -> None:
        self._redis = redis
        self._store = store
        self._stream = f"{prefix}:turnlog"
        self._rejected = f"{prefix}:turnlog:rejected"
        self._consumer = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._interval_s = interval_s
        self._claim_idle_ms = int(claim_idle_s * 1000)
        self._longest_pause_s = longest_pause_s
        self._next_claim_at = float("-inf")
        self._has_group = False

    async def run(self) -> None:
        """Drain until cancelled; start it as a task. What it held then is left for `drain`."""
        pause_s = 0.0
        while not _cancelled():
            try:
                full = await self._step() == BATCH
                if pause_s:
                    log.info("turn_log_recovered", waiting=await self.lag())
                    pause_s = 0.0
            except (StoreError, RedisError) as error:
                if not pause_s:
                    log.warning("turn_log_stuck", error=str(error))
                pause_s = min(max(pause_s * 2, self._interval_s), self._longest_pause_s)
                await asyncio.sleep(pause_s)
                continue
            if not full:
                await asyncio.sleep(self._interval_s)

    async def drain(self) -> int:
        """Move all that this process can see, and return how many entries that were.

        Raises StoreError or a redis error at the first failure; nothing is lost by it.
        """
        moved = 0
        while count := await self._step():
            moved += count
        return moved

    async def lag(self) -> int:
        """How many records are not in SQL yet."""
        return int(await self._redis.xlen(self._stream))

    async def _step(self) -> int:
        try:
            if not self._has_group:
                await self._create_group()
            if time.monotonic() >= self._next_claim_at:
                await self._claim_from_the_dead()
            # "0": what this consumer was given and has not finished; ">": what nobody was given yet.
            entries = await self._read("0") or await self._read(">")
        except ResponseError as error:
            if str(error).startswith("NOGROUP"):  # Redis came back empty
                self._has_group = False
            raise
        if entries:
            await self._move(entries)
        return len(entries)

    async def _create_group(self) -> None:
        try:
            await self._redis.xgroup_create(self._stream, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise
        self._has_group = True

    async def _claim_from_the_dead(self) -> None:
        """Take over one page of what others left; `_read` finds it among this consumer's own."""
        claimed = await self._redis.xautoclaim(
            self._stream, GROUP, self._consumer, self._claim_idle_ms, count=BATCH, justid=True
        )
        if len(claimed) < BATCH:
            self._next_claim_at = time.monotonic() + self._claim_idle_ms / 2000
            await self._forget_gone_consumers()

    async def _forget_gone_consumers(self) -> None:
        for consumer in await self._redis.xinfo_consumers(self._stream, GROUP):
            if not consumer["pending"] and consumer["idle"] > _CONSUMER_FORGOTTEN_MS:
                await self._redis.xgroup_delconsumer(self._stream, GROUP, consumer["name"])

    async def _read(self, start: str) -> list[_Entry]:
        streams: Any = await self._redis.xreadgroup(GROUP, self._consumer, {self._stream: start}, count=BATCH)
        return [
            _Entry(entry_id=entry_id, body=(fields or {}).get(b"record", b""))
            for _, entries in streams
            for entry_id, fields in entries
        ]

    async def _move(self, entries: list[_Entry]) -> None:
        records: dict[bytes, TurnRecord] = {}
        refused: dict[bytes, str] = {}
        for entry in entries:
            try:
                records[entry.entry_id] = TurnRecord.from_json(entry.body)
            except (ValueError, KeyError, TypeError, OverflowError) as error:
                refused[entry.entry_id] = f"not a turn record: {type(error).__name__}"
        refused |= await self._store_all(records)

        step = self._redis.pipeline(transaction=True)
        for entry in entries:
            if reason := refused.get(entry.entry_id):
                log.error("turn_record_rejected", entry=entry.entry_id.decode(), reason=reason)
                kept: dict[Any, Any] = {"record": entry.body, "reason": reason}
                step.xadd(self._rejected, kept, maxlen=REJECTED_KEPT, approximate=True)
        ids = [entry.entry_id for entry in entries]
        step.xack(self._stream, GROUP, *ids)
        step.xdel(self._stream, *ids)
        await step.execute()

    async def _store_all(self, records: dict[bytes, TurnRecord]) -> dict[bytes, str]:
        """Record them, and return why SQL refuses those which it refuses for good."""
        refused: dict[bytes, str] = {}
        try:
            await asyncio.to_thread(self._store.record, list(records.values()))
        except StoreError as error:
            if not error.permanent:
                raise
            if len(records) == 1:
                return dict.fromkeys(records, str(error))
            for entry_id, record in records.items():
                refused |= await self._store_all({entry_id: record})
        for record in records.values():
            if record.is_undeliverable:
                blocked = (record.chat.channel, record.person_id, record.answered_at)
                await asyncio.to_thread(self._store.mark_blocked, *blocked)
        return refused


def _cancelled() -> bool:
    """Whether this task was cancelled, even if nobody was told.

    With a socket timeout the Redis client writes within `asyncio.wait_for`, which in Python 3.11 loses a
    cancellation that comes as the write ends.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
