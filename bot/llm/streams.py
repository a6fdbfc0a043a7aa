"""How many requests to a model may be under way, over all workers of all machines."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.errors import ModelOverloaded, ModelUnavailable

log = structlog.get_logger()

# held: token -> end of its lease; waiting: token -> its number in the queue; fresh: waiting token -> when
# its process counts as dead. A freed place goes straight to the next in the queue: its name is pushed into
# the mailbox of its process, so nobody polls.
_PRELUDE: Final = """
local held, waiting, fresh, base = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local limit, lease = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function wait(token)
  redis.call('ZADD', waiting, redis.call('INCR', base .. ':number'), token)
  redis.call('ZADD', fresh, now + lease, token)
end

local function grant()
  redis.call('ZREMRANGEBYSCORE', held, '-inf', now)
  while redis.call('ZCARD', held) < limit do
    local token = redis.call('ZPOPMIN', waiting)[1]
    if not token then return end
    local alive_until = tonumber(redis.call('ZSCORE', fresh, token) or 0)
    redis.call('ZREM', fresh, token)
    if alive_until > now then
      redis.call('ZADD', held, now + lease, token)
      local box = base .. ':box:' .. string.match(token, '^[^:]+')
      redis.call('RPUSH', box, token)
      redis.call('PEXPIRE', box, 60000)
    end
  end
end
"""

_ACQUIRE: Final = (
    _PRELUDE
    + """
grant()
if redis.call('ZCARD', waiting) == 0 and redis.call('ZCARD', held) < limit then
  redis.call('ZADD', held, now + lease, ARGV[3])
  return 1
end
wait(ARGV[3])
return 0
"""
)

_RELEASE: Final = (
    _PRELUDE
    + """
redis.call('ZREM', held, ARGV[3])
redis.call('ZREM', waiting, ARGV[3])
redis.call('ZREM', fresh, ARGV[3])
grant()
"""
)

# Returns the tokens that hold a place, so that a grant whose push was lost is noticed all the same.
_RENEW: Final = (
    _PRELUDE
    + """
local holding = {}
for index = 4, #ARGV do
  local token = ARGV[index]
  if redis.call('ZSCORE', held, token) then
    redis.call('ZADD', held, now + lease, token)
    holding[#holding + 1] = token
  elseif index > 3 + tonumber(ARGV[3]) then
    if redis.call('ZSCORE', waiting, token) then
      redis.call('ZADD', fresh, now + lease, token)
    else
      wait(token)
    end
  end
end
grant()
return holding
"""
)


class SharedStreams:
    """A semaphore in Redis: first come, first served; a dead holder's place is free again after `lease_s`.

    A free place costs one round trip to take and one to give back. Waiting longer than `wait_s` raises
    ModelOverloaded; a Redis that does not answer raises ModelUnavailable. `per_process` bounds one
    process as well. An instance belongs to one event loop.
    """

    def __init__(
        self,
        redis: Redis,
        name: str,
        *,
        limit: int,
        wait_s: float = 20.0,
        lease_s: float = 6.0,
        per_process: int | None = None,
        prefix: str = "dz",
    ) -> None:
        base = f"{prefix}:streams:{name}"
        self._redis = redis
        self._name = name
        self._limit = limit
        self._wait_s = wait_s
        self._lease_s = lease_s
        self._local = asyncio.Semaphore(per_process) if per_process is not None else None
        self._keys = (f"{base}:held", f"{base}:waiting", f"{base}:fresh", base)
        self._owner = secrets.token_hex(8)
        self._box = f"{base}:box:{self._owner}"
        self._numbers = itertools.count(1)
        self._held: set[str] = set()
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._listener: asyncio.Task[None] | None = None
        self._detached: set[asyncio.Task[None]] = set()
        self._acquire = redis.register_script(_ACQUIRE)
        self._release = redis.register_script(_RELEASE)
        self._renew = redis.register_script(_RENEW)

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[None]:
        """Wait for a place and keep it for the length of the block."""
        token = await self._take()
        try:
            yield
        finally:
            await self._give_back(token)

    async def close(self) -> None:
        """Stop the background tasks. Places that are still held end with their leases."""
        tasks = [task for task in (self._keeper, self._listener, *self._detached) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _take(self) -> str:
        token = f"{self._owner}:{next(self._numbers)}"
        try:
            async with asyncio.timeout(self._wait_s):
                if self._local is not None:
                    await self._local.acquire()
                try:
                    await self._enter(token)
                except BaseException:
                    # What Redis knows of the token by now is uncertain: take it back in any case.
                    self._detach(token)
                    raise
        except TimeoutError:
            raise ModelOverloaded(f"{self._name}: no free stream within {self._wait_s:g} s") from None
        except RedisError as error:
            raise ModelUnavailable(f"{self._name}: streams cannot be counted") from error
        return token

    async def _enter(self, token: str) -> None:
        # Registered first: the grant may come before the answer that tells us to wait.
        place = asyncio.get_running_loop().create_future()
        self._waiting[token] = place
        if await self._acquire(self._keys, (self._limit, self._lease_ms, token)):
            del self._waiting[token]
            self._held.add(token)
            self._watch()
            return
        self._watch()
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        await place

    async def _give_back(self, token: str) -> None:
        await asyncio.shield(self._detach(token))

    def _detach(self, token: str) -> "asyncio.Task[None]":
        """Give the place back in a task of its own, which a cancelled turn does not take with it."""
        self._held.discard(token)
        self._waiting.pop(token, None)
        if self._local is not None:
            self._local.release()
        task = asyncio.create_task(self._forget(token))
        self._detached.add(task)
        task.add_done_callback(self._detached.discard)
        return task

    async def _forget(self, token: str) -> None:
        try:
            await self._release(self._keys, (self._limit, self._lease_ms, token))
        except RedisError as error:
            log.warning("stream_not_given_back", streams=self._name, error=type(error).__name__)

    def _watch(self) -> None:
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        """Renew the leases, and thereby also end those of the dead, while this process has any."""
        while self._held or self._waiting:
            await asyncio.sleep(self._lease_s / 3)
            arguments: list[str | int] = [self._limit, self._lease_ms, len(self._held)]
            try:
                holding = await self._renew(self._keys, [*arguments, *self._held, *self._waiting])
            except RedisError as error:
                log.warning("streams_not_renewed", streams=self._name, error=type(error).__name__)
            else:
                for token in holding:
                    self._granted(token.decode())

    async def _listen(self) -> None:
        while self._waiting:
            try:
                grant = await self._redis.blpop([self._box], timeout=1)
            except RedisError as error:
                # The keeper notices the grants meanwhile.
                log.warning("streams_not_heard", streams=self._name, error=type(error).__name__)
                await asyncio.sleep(self._lease_s / 3)
            else:
                if grant is not None:
                    self._granted(cast(bytes, grant[1]).decode())

    def _granted(self, token: str) -> None:
        place = self._waiting.pop(token, None)
        if place is not None and not place.done():
            self._held.add(token)
            place.set_result(None)

    @property
    def _lease_ms(self) -> int:
        return int(self._lease_s * 1000)
