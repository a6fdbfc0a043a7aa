"""The knowledge of a tenant as it is now: an edited document is used in the very next answer."""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

import structlog

from bot.domain import join_heading
from bot.errors import Problem, TenantError
from bot.knowledge.contradictions import Contradiction, contradictions
from bot.tenant import Tenant, load_tenant

log = structlog.get_logger()

_LOOK_EVERY_S: Final = 1.0
_TRY_AGAIN_AFTER_S: Final = 30.0
"""Where a reading failed for no fault of the folder, and nobody has edited it since."""
Built = TypeVar("Built")
_Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Knowledge(Generic[Built]):
    """One version of a tenant and what is built of it; replaced whole."""

    tenant: Tenant
    built: Built
    number: int
    """Counts the versions since the start, from 1."""


class LiveKnowledge(Generic[Built]):
    """Watches a tenant's folder. What is broken leaves the version before in service."""

    def __init__(
        self,
        folder: Path,
        build: Callable[[Tenant], Built],
        *,
        at_first: Callable[[Tenant], Built] | None = None,
        look_every_s: float = _LOOK_EVERY_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Reads the folder at once. Raises TenantError where it cannot be used at all.

        `build`: makes of a tenant what answers; it is called in a thread. Articles that cannot be read are
        left out and logged. `at_first`: makes something plainer at once, which answers until `ripen` is done.
        """
        self._folder = folder
        self._build = build
        self._look_every_s = look_every_s
        self._now = now
        self._looked_at = now()
        self._stamp = _stamp(folder)
        self._try_again_at = math.inf
        self._reading: asyncio.Task[None] | None = None
        self._number = 0
        self._contradictions: tuple[Contradiction, ...] = ()
        self._is_ripe = at_first is None
        self._knowledge = self._read(at_first or build)
        self._refusals: tuple[Problem, ...] = self._knowledge.tenant.articles.problems
        self._tell(self._refusals)

    @property
    def knowledge(self) -> Knowledge[Built]:
        """What is in service, without a look at the folder."""
        return self._knowledge

    async def tenant(self) -> Tenant:
        """That of `current`."""
        return (await self.current()).tenant

    @property
    def refusals(self) -> tuple[Problem, ...]:
        """Why the folder as it lies there is not, or not wholly, in service; empty if it is."""
        return self._refusals

    async def current(self) -> Knowledge[Built]:
        """The knowledge of the folder as it is now, at most a second old.

        It is read in a thread; all who ask meanwhile wait for the same reading.
        """
        if self._reading is None and self._now() - self._looked_at >= self._look_every_s:
            self._looked_at = self._now()
            stamp = _stamp(self._folder)
            if stamp != self._stamp or self._now() >= self._try_again_at:
                self._stamp, self._try_again_at = stamp, math.inf
                self._reading = asyncio.create_task(self._renew())
        if self._reading is not None:
            await asyncio.shield(self._reading)
        return self._knowledge

    async def ripen(self) -> None:
        """Build in a thread what `at_first` only stood in for; those who ask meanwhile need not wait."""
        if self._is_ripe:
            return
        number = self._knowledge.number
        try:
            ripe = await asyncio.to_thread(self._read, self._build)
        except TenantError as error:  # it has been broken meanwhile; the edit that mends it builds the whole
            self._tell(error.problems)
            return
        if self._knowledge.number == number:
            self._knowledge = ripe
        self._is_ripe = True
        log.info("knowledge_ripe", number=self._knowledge.number)

    async def _renew(self) -> None:
        try:
            renewed = await asyncio.to_thread(self._read, self._build)
            refused = renewed.tenant.articles.problems
        except TenantError as error:
            renewed, refused = None, error.problems
        except Exception as error:  # whatever it is, the customer in whose turn it happens has no part in it
            renewed, refused = None, (self._failed(error),)
        finally:
            self._reading = None
        served = self._knowledge.tenant.articles.problems
        if renewed is not None and set(map(_place, refused)) <= set(map(_place, served)):
            self._knowledge = renewed
            log.info("knowledge_renewed", number=renewed.number)
        self._tell([problem for problem in refused if problem not in self._refusals])
        self._refusals = tuple(refused)

    def _failed(self, error: Exception) -> Problem:
        """Has the folder read again after a pause; what the error says stays out of the log."""
        self._try_again_at = self._now() + _TRY_AGAIN_AFTER_S
        log.error("knowledge_failed", error=type(error).__name__)
        return Problem(file=self._folder, line=None, message=f"cannot be used: {type(error).__name__}")

    @property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """What two places of the knowledge say differently, for staff to look at."""
        return self._contradictions

    def _read(self, build: Callable[[Tenant], Built]) -> Knowledge[Built]:
        tenant = load_tenant(self._folder)
        self._number += 1
        number = self._number
        self._compare(tenant)
        return Knowledge(tenant=tenant, built=build(tenant), number=number)

    def _compare(self, tenant: Tenant) -> None:
        """Log what contradicts itself and did not before."""
        found = tuple(contradictions(tenant.passages, tenant.lexicon))
        known = {one.sentences for one in self._contradictions}
        for one in found:
            if one.sentences not in known:
                places = [join_heading(passage) for passage in one.passages]
                log.warning("sources_contradict", places=places, figures=one.figures)
        self._contradictions = found

    def _tell(self, problems: Sequence[Problem]) -> None:
        for problem in problems:
            log.warning(
                "knowledge_refused", file=str(problem.file), line=problem.line, reason=problem.message
            )


def _place(problem: Problem) -> Path:
    return problem.file


def _stamp(folder: Path) -> _Stamp:
    """Changes with any file of the folder: its name, size or time of change."""
    found = []
    for path in sorted(folder.rglob("*")):
        try:
            state = path.stat()
        except FileNotFoundError:  # taken away in between
            continue
        found.append((str(path.relative_to(folder)), state.st_mtime_ns, state.st_size))
    return tuple(found)
