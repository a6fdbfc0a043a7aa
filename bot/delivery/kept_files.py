"""Files that wait in Redis until they are sent."""

import secrets

from redis.asyncio import Redis

_KEPT_S = 24 * 3600


class KeptFiles:
    """A day is longer than any send takes; what is older is gone."""

    def __init__(self, redis: Redis, *, prefix: str = "dz") -> None:
        self._redis = redis
        self._prefix = prefix

    async def keep(self, content: bytes, key: str = "") -> str:
        """Under `key`, or a new one; returns it."""
        key = key or secrets.token_hex(12)
        await self._redis.set(self._name(key), content, ex=_KEPT_S)
        return key

    async def read(self, key: str) -> bytes | None:
        content = await self._redis.get(self._name(key))
        return content if isinstance(content, bytes) else None

    async def forget(self, key: str) -> None:
        await self._redis.delete(self._name(key))

    def _name(self, key: str) -> str:
        return f"{self._prefix}:file:{key}"
