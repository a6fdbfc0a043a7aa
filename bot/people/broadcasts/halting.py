"""What every worker has to know at once, between two looks at the database: who is to get no more."""

from typing import Final

from redis.asyncio import Redis

from bot.domain.broadcasts import Broadcast
from bot.people.privacy.consent import no_news_key

_KNOWN_S: Final = 60
"""The database is looked at far more often than that."""


class Halts:
    """Methods raise redis-py's errors; repeating a call is safe."""

    def __init__(self, redis: Redis, *, prefix: str = "dz") -> None:
        self._redis = redis
        self._prefix = prefix

    async def halt(self, broadcast: Broadcast) -> None:
        """Let nothing of it leave any more."""
        await self._redis.set(self._key(broadcast), "1", ex=_KNOWN_S)

    async def lift(self, broadcast: Broadcast) -> None:
        await self._redis.delete(self._key(broadcast))

    async def found(self, broadcast: Broadcast, person_key: str) -> tuple[bool, bool]:
        """Whether it is halted, and whether this person has just said that they want no news."""
        halted, unwanted = await self._redis.mget(self._key(broadcast), no_news_key(self._prefix, person_key))
        return halted is not None, unwanted is not None

    def _key(self, broadcast: Broadcast) -> str:
        return f"{self._prefix}:broadcast:{broadcast.broadcast_id}:halted"
