"""Telegram's limits, kept by all processes together in Redis.

A call asks one Lua script for a moment at which it may leave, and sleeps until then. The script is a
generic cell rate algorithm with a burst of one, by the clock of Redis, so that neither bursts nor the
clocks of hosts matter. See docs/decisions/delivery.md.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from typing import TypeVar

import structlog
from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from bot.domain import ChatRef
from bot.settings import TelegramSettings

log = structlog.get_logger()
T = TypeVar("T")

HEADROOM = 1.1
"""A chat's distances are longer than Telegram asks by this factor: a call may be late, the next early."""
BOT_HEADROOM = 1.2
"""The same for the bot's: between Redis's leave and Telegram's ear a busy machine may stand still.
With 1.04 such a one let 33 arrive within a second, with 1.1 still 31."""
_REDIS_PAUSE_S = 0.5
_AHEAD_US = 8_000
"""So long before its moment a broadcast may take it: if it came for each when that is free, it would wake too
late for half of them. A turn that comes just then waits so much longer."""


_FLOODS_KEPT_S = 26 * 3600


def flood_key(prefix: str, hour: datetime) -> str:
    """Under which it is counted how often Telegram has asked for a pause within that hour."""
    return f"{prefix}:floods:{hour:%Y%m%d%H}"


class Priority(StrEnum):
    TURN = "turn"
    """Gets the next free moment, in the order of asking."""
    BROADCAST = "broadcast"
    """Gets a moment only when no turn is waiting for one."""


class _Verdict(IntEnum):
    """What a script says to a call, along with how long to sleep."""

    ASK_AGAIN = 0
    GO = 1
    WAIT = 2
    """The moment is reserved; confirm it then."""


class Limiter:
    """Hands out the moments at which messages may be sent."""

    def __init__(self, redis: Redis, settings: TelegramSettings, *, prefix: str = "dz") -> None:
        self._bot_gap_us = round(1e6 / settings.messages_per_second * BOT_HEADROOM)
        self._private_gap_us = round(1e6 * settings.chat_interval_s * HEADROOM)
        self._group_gap_us = round(
            max(60e6 / settings.group_messages_per_minute, 1e6 * settings.chat_interval_s) * HEADROOM
        )
        self._most_in_a_second = max(1, int(settings.messages_per_second / BOT_HEADROOM))
        self._redis = redis
        self._one_broadcast = asyncio.Lock()
        self._prefix = f"{prefix}:limiter"
        self._shared_keys = [f"{self._prefix}:{name}" for name in ("front", "later", "pause", "left")]
        self._reserve = redis.register_script(_RESERVE)
        self._confirm = redis.register_script(_CONFIRM)
        self._pause = redis.register_script(_PAUSE)

    async def acquire(self, chat: ChatRef | None, *, priority: Priority = Priority.TURN) -> None:
        """Return when a call may leave; None stands for a call that no chat's own limit counts.

        While Redis is away nothing leaves.
        """
        while True:
            verdict, wait_us = await self._ask(chat, priority)
            while verdict is _Verdict.WAIT:
                await asyncio.sleep(wait_us / 1e6)
                verdict, wait_us = await self._persist(lambda: self._run(self._confirm, chat))
            if verdict is _Verdict.GO:
                return
            await asyncio.sleep(wait_us / 1e6)

    async def _ask(self, chat: ChatRef | None, priority: Priority) -> tuple["_Verdict", int]:
        """Of broadcasts one asks at a time: if all woke for the next free moment, most would in vain."""
        if priority is Priority.TURN:
            return await self._persist(lambda: self._run(self._reserve, chat, priority))
        async with self._one_broadcast:
            verdict, wait_us = await self._persist(lambda: self._run(self._reserve, chat, priority))
            if verdict is not _Verdict.ASK_AGAIN:
                return verdict, wait_us
            # A chat's own limit or a pause takes longer, and holds up nobody else.
            rest_us = min(wait_us, self._bot_gap_us)
            await asyncio.sleep(rest_us / 1e6)
            return verdict, wait_us - rest_us

    async def try_acquire(self, chat: ChatRef | None) -> bool:
        """Whether a call may leave right now; for previews, which nobody misses."""
        try:
            verdict, _ = await self._run(self._reserve, chat, "optional")
        except RedisError:
            return False
        return verdict is _Verdict.GO

    async def pause(self, retry_after_s: float) -> None:
        """Let nothing leave for so long, whichever process asks."""
        log.warning("telegram_paused", retry_after_s=retry_after_s)
        await self._persist(lambda: self._count_flood())
        await self._persist(lambda: self._pause(keys=self._shared_keys, args=[round(retry_after_s * 1e6)]))

    async def _count_flood(self) -> None:
        key = flood_key(self._prefix, datetime.now(UTC))
        async with self._redis.pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, _FLOODS_KEPT_S)
            await pipe.execute()

    async def _run(self, script: AsyncScript, chat: ChatRef | None, mode: str = "") -> tuple["_Verdict", int]:
        verdict, wait_us = await script(
            keys=[*self._shared_keys, self._chat_key(chat), f"{self._chat_key(chat)}:left"],
            args=[self._bot_gap_us, self._gap(chat), self._most_in_a_second, mode, _AHEAD_US],
        )
        return _Verdict(verdict), wait_us

    async def _persist(self, command: Callable[[], Awaitable[T]]) -> T:
        """Ask again until Redis answers."""
        while True:
            try:
                return await command()
            except RedisError as error:
                log.warning("limiter_without_redis", reason=type(error).__name__)
                await asyncio.sleep(_REDIS_PAUSE_S)

    def _gap(self, chat: ChatRef | None) -> int:
        if chat is None:
            return 0
        return self._private_gap_us if chat.private else self._group_gap_us

    def _chat_key(self, chat: ChatRef | None) -> str:
        return f"{self._prefix}:chat:{chat.key if chat else ''}"


# In all scripts KEYS: front, later, pause, left, the chat's next moment, the chat's last departure.
# `front` is the first moment that is not taken; `later` holds the moments beyond it that chats have
# taken because they had to wait for their own limit, so that nobody else waits with them; `left` holds
# the last departures, because a sleeper may wake late and the next one in time.
# ARGV: the bot's gap, the chat's gap (0: no limit), the most in a second, mode, how long before its moment a
# broadcast may take it. Times are microseconds.
_COMMON = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local function text(time) return string.format('%.0f', time) end
local function at(key) return tonumber(redis.call('GET', key) or '0') end
local function keep(key, time)
  redis.call('SET', key, text(time), 'PX', math.max(1, math.ceil((time - now) / 1000)))
end
local function depart(chat_gap, most)
  local oldest = tonumber(redis.call('LINDEX', KEYS[4], most - 1) or '0')
  local wait = math.max(oldest + 1000000 - now, 0)
  if chat_gap > 0 then wait = math.max(wait, at(KEYS[6]) - now) end
  if wait > 0 then return {2, wait} end
  redis.call('LPUSH', KEYS[4], text(now))
  redis.call('LTRIM', KEYS[4], 0, most - 1)
  redis.call('PEXPIRE', KEYS[4], 2000)
  if chat_gap > 0 then
    keep(KEYS[6], now + chat_gap)
    if at(KEYS[5]) < now + chat_gap then keep(KEYS[5], now + chat_gap) end
  end
  return {1, 0}
end
"""

_RESERVE = (
    _COMMON
    + """
local gap, chat_gap, most, mode = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local front = math.max(now, at(KEYS[1]))
local time = math.max(front, at(KEYS[3]))
if chat_gap > 0 then time = math.max(time, at(KEYS[5])) end
local is_later = time > front
local function neighbour()
  return redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. text(time - gap), '(' .. text(time + gap),
    'LIMIT', 0, 1)[1]
end
local taken = neighbour()
while taken do
  time = tonumber(taken) + gap
  taken = neighbour()
end
local ahead = mode == 'broadcast' and tonumber(ARGV[5]) or 0
if mode ~= 'turn' and time > now + ahead then return {0, math.max(time - now - ahead, 1000)} end
if mode ~= 'turn' and time <= now then
  local verdict = depart(chat_gap, most)
  if verdict[1] == 1 then keep(KEYS[1], time + gap) else verdict[1] = 0 end
  return verdict
end
if is_later then
  redis.call('ZADD', KEYS[2], text(time), text(time))
  redis.call('PEXPIRE', KEYS[2], 600000)
else
  keep(KEYS[1], time + gap)
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. text(time - gap))
end
if chat_gap > 0 then keep(KEYS[5], time + chat_gap) end
if time > now then return {2, time - now} end
return depart(chat_gap, most)
"""
)

_CONFIRM = (
    _COMMON
    + """
if at(KEYS[3]) > now then return {0, 0} end
return depart(tonumber(ARGV[2]), tonumber(ARGV[3]))
"""
)

_PAUSE = (
    _COMMON
    + """
local ends = math.max(now + tonumber(ARGV[1]), at(KEYS[3]))
keep(KEYS[3], ends)
if at(KEYS[1]) < ends then keep(KEYS[1], ends) end
return 1
"""
)
