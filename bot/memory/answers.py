"""Answers that were written and checked, in Redis, for the same question asked again."""

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.domain import Answer


class RedisAnswerCache:
    """One string `<prefix>:answer:<key>` per answer, for `ttl_s`. A cache that is away has nothing."""

    def __init__(self, redis: Redis, ttl_s: int, *, prefix: str = "dz") -> None:
        self._redis = redis
        self._ttl_s = ttl_s
        self._prefix = prefix

    async def get(self, key: str) -> Answer | None:
        try:
            found = await self._redis.get(f"{self._prefix}:answer:{key}")
        except RedisError:
            return None
        return None if found is None else Answer.from_json(found)

    async def put(self, key: str, answer: Answer) -> None:
        try:
            await self._redis.set(f"{self._prefix}:answer:{key}", answer.to_json(), ex=self._ttl_s)
        except RedisError:
            return
