"""All jobs in flight of one worker, and how they land."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import structlog

from bot.queue.flight import Flight, Why
from bot.queue.ledger import Claim, Done, Ledger
from bot.queue.persistence import AWAY, Patience
from bot.queue.settling import Ended, SettlingWorker

log = structlog.get_logger()

FINISH_AT_ONCE = 200
CANCELLING_S = 2.0
"""How long cancelled jobs may take to clean up after themselves."""


class Flights:
    """Keep `finish_for_ever` going beside them. `redis_is_away` is told of every failure to reach Redis."""

    def __init__(
        self, ledger: Ledger, worker: SettlingWorker, redis_is_away: Callable[[BaseException], None]
    ) -> None:
        self._ledger = ledger
        self._worker = worker
        self._redis_is_away = redis_is_away
        self._flights: dict[str, Flight] = {}
        self._done: list[Done] = []
        self._done_came = asyncio.Event()
        self._landed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._flights)

    @property
    def claims(self) -> list[Claim]:
        return [flight.claim for flight in self._flights.values()]

    def take_off(self, claims: Iterable[Claim]) -> None:
        for claim in claims:
            flight = self._flights[claim.execution_id] = Flight(claim)
            flight.task = asyncio.create_task(self._carry_out(flight))

    def cancel_lost(self, claims: Iterable[Claim]) -> None:
        for claim in claims:
            if flight := self._flights.get(claim.execution_id):
                flight.cancel(Why.LOST)

    def cancel_stopped(self, job_id: str) -> bool:
        """Cancel the job as RQ's command says. Returns whether it was in flight."""
        found = [flight for flight in self._flights.values() if flight.claim.job_id == job_id]
        for flight in found:
            flight.cancel(Why.STOPPED)
        return bool(found)

    async def one_landed(self) -> None:
        self._landed.clear()
        await self._landed.wait()

    async def all_landed(self) -> None:
        while self._flights:
            await self.one_landed()

    async def give_back(self) -> None:
        """Cancel the jobs in flight and put them back at the queue's front."""
        tasks = [flight.task for flight in self._flights.values() if flight.task]
        for flight in self._flights.values():
            flight.cancel(Why.LEAVING)
        if tasks:
            await asyncio.wait(tasks, timeout=CANCELLING_S)
        given_back = [flight.claim for flight in self._flights.values() if not flight.settling]
        if given_back:
            with suppress(*AWAY):
                log.info("jobs_given_back", jobs=await self._ledger.put_back(given_back))
        for claim in given_back:
            self._land(claim)
        with suppress(TimeoutError):
            async with asyncio.timeout(CANCELLING_S):
                await self.all_landed()

    async def finish_for_ever(self) -> None:
        """Close RQ's books on the jobs that returned nothing, many at once."""
        patience = Patience()
        while True:
            await self._done_came.wait()
            # The other jobs that end in this turn of the loop share the script.
            await asyncio.sleep(0)
            self._done_came.clear()
            while batch := self._done[:FINISH_AT_ONCE]:
                try:
                    answers = await self._ledger.finish(batch, idle=len(self) == len(batch))
                except AWAY as error:
                    self._redis_is_away(error)
                    await patience.pause()
                    continue
                patience.reset()
                del self._done[: len(batch)]
                for done, answer in zip(batch, answers, strict=True):
                    await self._close(done, answer)

    async def _carry_out(self, flight: Flight) -> None:
        ended = await flight.fly(self._worker.serializer, self._worker.run_plain)
        flight.settling = ended is not None
        if ended is None:
            # A job that is given back stays in flight until it is.
            if flight.why is not Why.LEAVING:
                self._land(flight.claim)
        elif ended.error is None and ended.value is None and not flight.claim.unusual:
            self._done.append(Done(claim=flight.claim, started_at=ended.started_at, ended_at=time.time()))
            self._done_came.set()
        else:
            await self._settle(ended)

    async def _close(self, done: Done, answer: str) -> None:
        if answer == "unusual":
            await self._settle(Ended(claim=done.claim, started_at=done.started_at))
            return
        if answer == "lost":
            log.warning("job_lost", job=done.claim.job_id)
        self._land(done.claim)

    async def _settle(self, ended: Ended) -> None:
        """RQ's own way. If it fails, the lease runs out and the job is taken up again."""
        patience = Patience()
        try:
            while True:
                try:
                    await asyncio.to_thread(self._worker.settle, ended)
                    return
                except AWAY as error:
                    self._redis_is_away(error)
                    await patience.pause()
        except Exception:
            log.exception("job_not_settled", job=ended.claim.job_id)
        finally:
            self._land(ended.claim)

    def _land(self, claim: Claim) -> None:
        self._flights.pop(claim.execution_id, None)
        self._landed.set()
