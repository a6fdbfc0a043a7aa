"""Which of the running schedulers works: decided without asking any clock that can be set.

Whoever works says so every few seconds by counting in a row of SQL. If the count stands still for a while,
by the steady clock of who watches it, its owner is taken to be dead, and the watcher takes its place.
"""

import time
from collections.abc import Callable

import structlog

from bot.store.job_runs import LeaseStore

log = structlog.get_logger()

DEAD_AFTER_S = 8.0


class Leadership:
    """Call `beat` every second or two; it blocks and raises StoreError."""

    def __init__(
        self,
        store: LeaseStore,
        holder: str,
        *,
        dead_after_s: float = DEAD_AFTER_S,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        """`holder` names this process, and no other that ever was."""
        self._store = store
        self._holder = holder
        self._dead_after_s = dead_after_s
        self._elapsed = elapsed
        self._seen: tuple[str, int] | None = None
        self._seen_since = 0.0

    def beat(self) -> bool:
        """Whether this process is the one that works."""
        if self._store.beat(self._holder):
            return True
        seen = self._store.look()
        holder, beats = seen
        if seen != self._seen:
            self._seen, self._seen_since = seen, self._elapsed()
        is_dead = self._elapsed() - self._seen_since >= self._dead_after_s
        if (holder and not is_dead) or not self._store.take(self._holder, beats):
            return False
        log.info("scheduler_leads", holder=self._holder, instead_of=holder)
        return True

    def give_back(self) -> None:
        """Let another take over at once."""
        self._store.give_back(self._holder)
