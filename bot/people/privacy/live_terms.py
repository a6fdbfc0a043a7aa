"""The terms as they stand in the tenant's folder now: an edit is asked about without a restart."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from bot.errors import TenantError
from bot.tenant.terms import FILE, Terms, read_terms

log = structlog.get_logger()

_LOOK_EVERY_S = 1.0
_Stamp = tuple[tuple[str, int, int], ...]


class LiveTerms:
    """One tenant's terms. What is broken, or gone, leaves those before in service.

    Whether anybody is asked at all is settled when the process starts.
    """

    def __init__(
        self,
        terms: Terms,
        folder: Path,
        *,
        look_every_s: float = _LOOK_EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`terms`: what was read in the folder at the start."""
        self.now = terms
        self._folder = folder
        self._look_every_s = look_every_s
        self._clock = clock
        self._looked_at = clock()
        self._stamp = _stamp(folder)

    async def look(self) -> Terms:
        """The terms as they are now, at most a second old."""
        if self._clock() - self._looked_at >= self._look_every_s:
            self._looked_at = self._clock()
            stamp = _stamp(self._folder)
            if stamp != self._stamp:
                self._stamp = stamp
                await self._read()
        return self.now

    async def _read(self) -> None:
        try:
            terms = await asyncio.to_thread(read_terms, self._folder / FILE)
        except TenantError as error:
            log.warning("terms_refused", problems=[str(problem) for problem in error.problems])
            return
        if terms is None:
            log.warning("terms_gone", kept=self.now.version)
            return
        if terms.version == self.now.version and terms != self.now:
            log.warning("terms_changed_without_a_new_version", version=terms.version)
        log.info("terms_read", version=terms.version, before=self.now.version)
        self.now = terms


def _stamp(folder: Path) -> _Stamp:
    """Of the files of which terms are made; a file that goes while it is looked at is as good as gone."""
    stamps = []
    for file in sorted(folder.glob("terms.*")):
        try:
            state = file.stat()
        except FileNotFoundError:
            continue
        stamps.append((file.name, state.st_mtime_ns, state.st_size))
    return tuple(stamps)
