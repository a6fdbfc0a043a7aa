"""Telegram's limits, kept by all processes together in Redis.

A call asks one Lua script for a moment at which it may leave, and sleeps until then. The script is a
generic cell rate algorithm with a burst of one, by the clock of Redis, so that neither bursts nor the
clocks of hosts matter. See docs/decisions/delivery.md.
"""

import asyncio
from enum import StrEnum
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.domain import ChatRef
from bot.settings import TelegramSettings

log = structlog.get_logger()

HEADROOM = 1.04
"""Distances are longer than Telegram asks by this factor: a call may be late on its way, the next early."""
_REDIS_PAUSE_S = 0.5


class Priority(StrEnum):
    TURN = "turn"
    """Gets the next free moment, in the order of asking."""
    BROADCAST = "broadcast"
    """Gets a moment only when no turn is waiting for one."""


class Limiter:
    """Hands out the moments at which messages may be sent."""

    def __init__(self, redis: Redis, settings: TelegramSettings, *, prefix: str = "dz") -> None:
        self._bot_gap_us = round(1e6 / settings.messages_per_second * HEADROOM)
        self._private_gap_us = round(1e6 * settings.chat_interval_s * HEADROOM)
        self._group_gap_us = round(
            max(60e6 / settings.group_messages_per_minute, 1e6 * settings.chat_interval_s) * HEADROOM
        )
        self._prefix = f"{prefix}:limiter"
        self._shared_keys = [f"{self._prefix}:front", f"{self._prefix}:later", f"{self._prefix}:pause"]
        self._reserve = redis.register_script(_RESERVE)
        self._confirm = redis.register_script(_CONFIRM)
        self._pause = redis.register_script(_PAUSE)

    async def acquire(self, chat: ChatRef | None, *, priority: Priority = Priority.TURN) -> None:
        """Return when a call may leave; None stands for a call that no chat's own limit counts.

        While Redis is away nothing leaves.
        """
        while True:
            granted, wait_us = await self._ask(chat, priority)
            if wait_us:
                await asyncio.sleep(wait_us / 1e6)
            if granted and (not wait_us or await self._is_still_valid(chat)):
                return

    async def try_acquire(self, chat: ChatRef | None) -> bool:
        """Whether a call may leave right now; for previews, which nobody misses."""
        try:
            granted, _ = await self._run_reserve(chat, "optional")
        except RedisError:
            return False
        return granted

    async def pause(self, retry_after_s: float) -> None:
        """Let nothing leave for so long, whichever process asks."""
        log.warning("telegram_paused", retry_after_s=retry_after_s)
        await self._persist(
            lambda: self._pause(keys=self._shared_keys, args=[round(retry_after_s * 1e6), self._bot_gap_us])
        )

    async def _ask(self, chat: ChatRef | None, priority: Priority) -> tuple[bool, int]:
        answer: tuple[bool, int] = await self._persist(lambda: self._run_reserve(chat, priority))
        return answer

    async def _is_still_valid(self, chat: ChatRef | None) -> bool:
        """Whether no pause began during the sleep. The chat's next moment counts from the real one."""
        keys = [*self._shared_keys, self._chat_key(chat)]
        return bool(await self._persist(lambda: self._confirm(keys=keys, args=[self._gap(chat)])))

    async def _run_reserve(self, chat: ChatRef | None, mode: str) -> tuple[bool, int]:
        granted, wait_us = await self._reserve(
            keys=[*self._shared_keys, self._chat_key(chat)],
            args=[self._bot_gap_us, self._gap(chat), mode],
        )
        return bool(granted), wait_us

    async def _persist(self, command: Any) -> Any:
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


_NOW = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local function at(key) return tonumber(redis.call('GET', key) or '0') end
local function keep(key, time)
  redis.call('SET', key, string.format('%.0f', time), 'PX', math.max(1, math.ceil((time - now) / 1000)))
end
"""

# KEYS: front, later, pause, chat. ARGV: the bot's gap, the chat's gap (0: no limit), mode.
# `front` is the first moment that is not taken; `later` holds the moments beyond it that chats have
# taken because they had to wait for their own limit, so that nobody else waits with them.
# Returns {granted, microseconds to sleep}.
_RESERVE = (
    _NOW
    + """
local gap, chat_gap, mode = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local front = math.max(now, at(KEYS[1]))
local time = math.max(front, at(KEYS[3]))
local chat = 0
if chat_gap > 0 then chat = at(KEYS[4]) end
time = math.max(time, chat)
local is_later = time > front
local taken = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. string.format('%.0f', time - gap),
  '(' .. string.format('%.0f', time + gap), 'LIMIT', 0, 1)
while taken[1] do
  time = tonumber(taken[1]) + gap
  taken = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. string.format('%.0f', time - gap),
    '(' .. string.format('%.0f', time + gap), 'LIMIT', 0, 1)
end
if mode ~= 'turn' and time > now then return {0, math.max(time - now, 1000)} end
if is_later then
  local member = string.format('%.0f', time)
  redis.call('ZADD', KEYS[2], member, member)
  redis.call('PEXPIRE', KEYS[2], 600000)
else
  keep(KEYS[1], time + gap)
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. string.format('%.0f', time - gap))
end
if chat_gap > 0 then keep(KEYS[4], time + chat_gap) end
return {1, time - now}
"""
)

_CONFIRM = (
    _NOW
    + """
if at(KEYS[3]) > now then return 0 end
local chat_gap = tonumber(ARGV[1])
if chat_gap > 0 and at(KEYS[4]) < now + chat_gap then keep(KEYS[4], now + chat_gap) end
return 1
"""
)

_PAUSE = (
    _NOW
    + """
local ends = math.max(now + tonumber(ARGV[1]), at(KEYS[3]))
keep(KEYS[3], ends)
if at(KEYS[1]) < ends then keep(KEYS[1], ends) end
return 1
"""
)
