"""Telegram's own limits, for those who want them enforced."""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.telegram.wire import too_many


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """30 a second for the bot, one a second per private chat on average, 20 a minute per group."""

    bot_per_s: int = 30
    private_per_s: float = 1.0
    private_burst: int = 3
    """How many messages a private chat takes at once before the average counts."""
    group_per_minute: int = 20


class Meter:
    """Counts the sends and edits; raises 429 for the one that goes above."""

    def __init__(self, limits: Limits, *, now: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._now = now
        self._bot: deque[float] = deque()
        self._groups: dict[int, deque[float]] = {}
        self._private: dict[int, tuple[float, float]] = {}
        """Per chat: the tokens left and when they were counted."""

    def count(self, chat_id: int, *, private: bool) -> None:
        now = self._now()
        _check_window(self._bot, now, self._limits.bot_per_s, 1.0)
        if private:
            self._take_token(chat_id, now)
        else:
            group = self._groups.setdefault(chat_id, deque())
            _check_window(group, now, self._limits.group_per_minute, 60.0)
            group.append(now)
        self._bot.append(now)

    def _take_token(self, chat_id: int, now: float) -> None:
        limits = self._limits
        tokens, at = self._private.get(chat_id, (float(limits.private_burst), now))
        tokens = min(float(limits.private_burst), tokens + (now - at) * limits.private_per_s)
        if tokens < 1.0:
            raise too_many(math.ceil((1.0 - tokens) / limits.private_per_s))
        self._private[chat_id] = (tokens - 1.0, now)


def _check_window(times: deque[float], now: float, most: int, window_s: float) -> None:
    while times and now - times[0] >= window_s:
        times.popleft()
    if len(times) >= most:
        raise too_many(max(1, math.ceil(times[0] + window_s - now)))
