"""One access token for all workers: kept in Redis, renewed by one of them at a time."""

import asyncio
import hashlib
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Self

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.errors import ModelUnavailable

_LOCK_S: Final = 15.0
_FETCH_S: Final = 10.0
_LOOK_S: Final = 0.05

_DROP_IF_SAME: Final = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessToken:
    """Times are seconds since the epoch. From `renew_at` on nobody takes it for a new request."""

    text: str
    renew_at: float
    expires_at: float

    @classmethod
    def fresh(cls, text: str, *, expires_at: float, now: float, margin_s: float) -> Self:
        """Renewed `margin_s` before it expires, but never in the first three quarters of its life."""
        margin = min(margin_s, (expires_at - now) / 4)
        return cls(text=text, renew_at=expires_at - margin, expires_at=expires_at)

    def to_json(self) -> str:
        return json.dumps([self.text, self.renew_at, self.expires_at])

    @classmethod
    def from_json(cls, value: bytes | str) -> Self:
        text, renew_at, expires_at = json.loads(value)
        return cls(text=text, renew_at=renew_at, expires_at=expires_at)


class SharedToken:
    """`fetch` asks the provider for a token and returns it with its end in seconds since the epoch.

    Never more than one `fetch` runs at a time over all processes that share `account` and Redis.
    `fetch`'s errors reach everyone who waited for it in the same process. Without Redis the token
    belongs to this process alone.
    """

    def __init__(
        self,
        redis: Redis | None,
        account: str,
        fetch: Callable[[], Awaitable[tuple[str, float]]],
        *,
        prefix: str = "dz",
        margin_s: float = 60.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        # The account's name holds its key, so that only its digest is written down.
        digest = hashlib.sha256(account.encode()).hexdigest()[:16]
        self._redis = redis
        self._fetch = fetch
        self._key = f"{prefix}:token:{digest}"
        self._lock = f"{self._key}:lock"
        self._margin_s = margin_s
        self._now = now
        self._token: AccessToken | None = None
        self._renewal: asyncio.Task[AccessToken] | None = None

    async def get(self) -> str:
        """A token that is good for a new request; no round trip while the last one is."""
        if self._token is not None and self._token.renew_at > self._now():
            return self._token.text
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew())
        # Shielded: a turn that is cancelled does not take the token of the others with it.
        self._token = await asyncio.shield(self._renewal)
        return self._token.text

    async def refused(self, text: str) -> None:
        """The provider answered 401 to this token: nobody uses it again."""
        if self._token is not None and self._token.text == text:
            stale, self._token = self._token.to_json(), None
            if self._redis is None:
                return
            try:
                await self._redis.eval(_DROP_IF_SAME, 1, self._key, stale)
            except RedisError as error:
                raise ModelUnavailable("the shared token cannot be dropped") from error

    async def _renew(self) -> AccessToken:
        if self._redis is None:
            return await self._fetched()
        try:
            async with asyncio.timeout(_LOCK_S + _FETCH_S):
                while True:
                    token = await _shared(self._redis, self._key, self._now())
                    token = token or await self._fetch_locked(self._redis)
                    if token is not None:
                        return token
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError as error:
            raise ModelUnavailable("no access token in time") from error
        except RedisError as error:
            raise ModelUnavailable("the shared token cannot be read") from error

    async def _fetch_locked(self, redis: Redis) -> AccessToken | None:
        """None: somebody else is at it. The lock outlives the longest fetch, and its holder's death."""
        mark = secrets.token_hex(8)
        if not await redis.set(self._lock, mark, nx=True, px=int(_LOCK_S * 1000)):
            return None
        try:
            # Between our look and our lock another process may have renewed it.
            token = await _shared(redis, self._key, self._now())
            if token is None:
                token = await self._fetched()
                lifetime_s = token.expires_at - self._now()
                await redis.set(self._key, token.to_json(), px=max(1, int(lifetime_s * 1000)))
            return token
        finally:
            await redis.eval(_DROP_IF_SAME, 1, self._lock, mark)

    async def _fetched(self) -> AccessToken:
        try:
            async with asyncio.timeout(_FETCH_S):
                text, expires_at = await self._fetch()
        except TimeoutError as error:
            raise ModelUnavailable("no access token in time") from error
        return AccessToken.fresh(text, expires_at=expires_at, now=self._now(), margin_s=self._margin_s)


async def _shared(redis: Redis, key: str, now: float) -> AccessToken | None:
    value = await redis.get(key)
    if value is None:
        return None
    token = AccessToken.from_json(value)
    return token if token.renew_at > now else None
