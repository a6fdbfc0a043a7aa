"""The table in service, in memory: swapped whole when the version in SQL has changed."""

import math
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.errors import StockError, StoreError
from bot.stock.refreshing import KeepsStock, State, StockRefresher, utc_now
from bot.stock.snapshot import Dated, NotOfSchema, Snapshot
from bot.stock.vocabulary import Vocabulary
from bot.tenant.stock import StockSchema

log = structlog.get_logger()

_CHECK_EVERY_S = 2.0
_FIRST_PAUSE_S = 30.0
"""Between two tries to get a first table; each pause is twice the one before, up to the schema's minutes."""


class InService:
    """A snapshot with the words for what is in it: both of the same version."""

    def __init__(self, snapshot: Snapshot, vocabulary: Vocabulary) -> None:
        self.snapshot = snapshot
        self.vocabulary = vocabulary


class StockTable:
    """Gives the current snapshot. A question takes one and keeps it, so that it never sees two halves.

    `current` returns what is in memory at once and looks for a newer version in a thread of its own. Only in
    a process that has never called `check` the first call reads what is near: the database, and a file.
    """

    def __init__(
        self,
        refresher: StockRefresher,
        store: KeepsStock,
        new_vocabulary: Callable[[Snapshot], Vocabulary],
        *,
        check_every_s: float = _CHECK_EVERY_S,
        now: Callable[[], datetime] = utc_now,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`ticks`: the seconds by which pauses are counted."""
        self._refresher = refresher
        self._store = store
        self._new_vocabulary = new_vocabulary
        self._check_every_s = check_every_s
        self._now = now
        self._ticks = ticks
        self._loading = threading.Lock()
        self._in_service: InService | None = None
        self._as_of: datetime | None = None
        self._checked_at = -math.inf
        self._seen_file: tuple[int, int] | None = None
        self._unusable: int | None = None
        self._pause_s = 0.0
        self._try_again_at = -math.inf

    @property
    def schema(self) -> StockSchema:
        return self._refresher.schema

    def current(self) -> InService | None:
        """What is in service; None where nothing is yet. Waits for no source elsewhere; raises nothing."""
        if self._ticks() - self._checked_at >= self._check_every_s:
            if math.isinf(self._checked_at):
                self._check(fetches=self._refresher.file is not None)
            elif not self._loading.locked():
                self._checked_at = self._ticks()
                threading.Thread(target=self.check, name="stock", daemon=True).start()
        return self._in_service

    def dated(self, snapshot: Snapshot) -> Dated:
        as_of = self._as_of or self._now()
        limit = timedelta(hours=self.schema.stale_after_hours)
        return Dated(snapshot=snapshot, as_of=as_of, is_stale=self._now() - as_of > limit)

    def check(self) -> None:
        """Take over a newer version, and refresh where a file has changed or nothing can be served.

        Blocks for as long as the source may take; raises nothing.
        """
        self._check(fetches=True)

    def _check(self, *, fetches: bool) -> None:
        with self._loading:
            self._checked_at = self._ticks()
            try:
                taken = self._take(self._refreshed(fetches=fetches))
                if not taken and self._unusable is not None:
                    self._take(self._refreshed(fetches=fetches))
            except StoreError as error:
                log.warning("stock_not_loaded", error=str(error))

    def _refreshed(self, *, fetches: bool) -> State:
        """What is stored, after a refresh if one is due."""
        state = self._store.state()
        if not fetches or not self._must_refresh(state):
            return state
        self._refresh()
        return self._store.state()

    def _must_refresh(self, state: State) -> bool:
        """Nothing was ever loaded, or the file is another: nobody else need be there to refresh."""
        file = self._refresher.file
        stamp = _stamp(file) if file is not None else None
        is_first, is_changed = self._in_service is None, stamp != self._seen_file
        self._seen_file = stamp
        if is_first and state.version_id in (None, self._unusable):
            return is_changed or self._may_try_again()
        if file is None or not is_changed:
            return False
        due = timedelta(minutes=self.schema.refresh_minutes)
        # The file is as of now whenever it is read, and reading it again is cheap.
        return (
            not is_first
            or state.as_of is None
            or max(_changed_at(file), _changed_at(self._refresher.schema_file)) > state.as_of.timestamp()
            or (self._now() - state.as_of >= due)
        )

    def _may_try_again(self) -> bool:
        """Whether the pause is over, and no other process has tried meanwhile."""
        if self._ticks() < self._try_again_at:
            return False
        return not self._pause_s or self._store.claim(self._now(), timedelta(seconds=self._pause_s))

    def _refresh(self) -> None:
        try:
            self._refresher.refresh()
        except StockError as error:
            log.debug("stock_kept", error=str(error))
        longest = self.schema.refresh_minutes * 60.0
        self._pause_s = min(self._pause_s * 2 or _FIRST_PAUSE_S, longest)
        self._try_again_at = self._ticks() + self._pause_s

    def _take(self, state: State) -> bool:
        """Put a stored version in service; False where it cannot be."""
        if state.version_id in (None, self._unusable):
            return False
        if self._in_service is None or self._in_service.snapshot.version != state.version_id:
            columns, rows = self._store.rows(state.version_id)
            if not columns:
                return False  # dropped since: the next check finds the newer one
            try:
                snapshot = Snapshot(self.schema, columns, rows, state.version_id)
            except NotOfSchema as error:
                self._unusable = state.version_id
                log.error("stock_version_unusable", version=state.version_id, reason=str(error))
                return False
            self._in_service = InService(snapshot, self._new_vocabulary(snapshot))
            log.info("stock_in_service", version=state.version_id, rows=snapshot.size)
        self._as_of = state.as_of
        self._pause_s = 0.0
        return True


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _changed_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
