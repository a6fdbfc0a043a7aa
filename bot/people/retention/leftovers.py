"""What is old outside of SQL: entries of Redis that never expire, and files beside the data."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

from redis.asyncio import Redis

FILES: Final = ("log/*.log.*", "backups/*", "exports/*")
"""Below the data's folder: which files go by their age."""
PASSING: Final = ("backups/replaced-*", "backups/*.tmp", "*.restored.tmp*")
"""Those that nobody makes to last: what a backup has replaced, and what a kill has left half done."""
PASSING_FOR = timedelta(days=7)
_AT_ONCE = 500


class Leftovers:
    """One installation's. Methods raise redis-py's errors; a file that cannot be deleted is left there."""

    def __init__(self, redis: Redis, data_dir: Path | None, *, prefix: str = "dz") -> None:
        self._redis = redis
        self._data_dir = data_dir
        self._prefix = prefix

    async def purge(self, before: datetime, *, now: datetime) -> Mapping[str, int]:
        """Delete what is older than the aware moment `before`; how many of each kind went."""
        gone = {
            "set_aside": await self._set_aside(before),
            "turnlog": await self._stream("turnlog:rejected", before),
            "files": await asyncio.to_thread(self._all_files, before, now),
        }
        return {kind: count for kind, count in gone.items() if count}

    async def _set_aside(self, before: datetime) -> int:
        """Turns that killed their workers, the oldest first."""
        key, gone = f"{self._prefix}:set_aside", 0
        while True:
            entries = await cast(Any, self._redis.lrange(key, 0, _AT_ONCE - 1))
            old = [entry for entry in entries if _aside_at(entry) < before]
            for entry in old:
                gone += await cast(Any, self._redis.lrem(key, 1, entry))
            if len(old) < _AT_ONCE:
                return gone

    async def _stream(self, name: str, before: datetime) -> int:
        """An entry's name begins with the time at which it was written."""
        first = f"{int(before.timestamp() * 1000)}-0"
        return int(await self._redis.xtrim(f"{self._prefix}:{name}", minid=first, approximate=False))

    def _all_files(self, before: datetime, now: datetime) -> int:
        return self._files(PASSING, max(before, now - PASSING_FOR)) + self._files(FILES, before)

    def _files(self, patterns: Sequence[str], before: datetime) -> int:
        gone = 0
        for pattern in patterns if self._data_dir is not None else ():
            for path in (self._data_dir or Path()).glob(pattern):
                try:
                    if path.is_file() and path.stat().st_mtime < before.timestamp():
                        path.unlink()
                        gone += 1
                except OSError:
                    continue  # somebody else was quicker, or it is not ours
        return gone


def _aside_at(entry: bytes) -> datetime:
    """When it was set aside; one that nobody can read is as old as can be."""
    try:
        return datetime.fromtimestamp(float(json.loads(entry)["set_aside_at"]), UTC)
    except (ValueError, KeyError, TypeError):
        return datetime.min.replace(tzinfo=UTC)
