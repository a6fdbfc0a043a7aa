"""Recordings between the moment they come in and the turn that answers them.

`Inbox.accept` puts them here and `Inbox.finish` takes them away; whoever hears one leaves the result.
"""

from collections.abc import Sequence
from typing import Any, cast

from redis.asyncio import Redis

from bot.domain import Utterance
from bot.queue.inbox import NOTE_KEPT_S
from bot.queue.scripts import load_script, lua_literal, read_lua


class Notes:
    """Recordings by `Utterance.note_id`. Every call may be repeated; all raise redis-py's errors."""

    def __init__(self, redis: Redis, *, prefix: str = "dz") -> None:
        self._redis = redis
        self._prefix = prefix
        prelude = (f"local PREFIX = {lua_literal(prefix)}", read_lua("note_keys"))
        self._take = load_script(redis, "note_take", *prelude)
        self._give_back = load_script(redis, "note_give_back", *prelude)
        self._store = load_script(redis, "note_store", *prelude)

    async def take(self, note_id: str) -> tuple[Utterance, int] | None:
        """The recording, and how often somebody has taken it, now included. None: nothing is to be done."""
        found = await self._take(args=[note_id])
        return None if found is None else (Utterance.from_json(found[0]), int(found[1]))

    async def give_back(self, note_id: str) -> None:
        """Take back that it was taken: whoever had it is told to go, and a later try is as good."""
        await self._give_back(args=[note_id])

    async def is_wanted(self, note_id: str) -> bool:
        """Whether somebody still waits for it: the person may have asked to stop."""
        return bool(await self._redis.exists(f"{self._prefix}:note:{note_id}"))

    async def store(self, note_id: str, heard: str) -> bool:
        """Leave what was heard. False: somebody else has, or nobody waits for it any more."""
        return bool(await self._store(args=[note_id, heard, NOTE_KEPT_S]))

    async def heard(self, note_ids: Sequence[str]) -> list[bytes | None]:
        """What was heard of each; None as long as it is not there."""
        keys = [f"{self._prefix}:heard:{note_id}" for note_id in note_ids]
        return list(await cast(Any, self._redis.mget(keys)))
