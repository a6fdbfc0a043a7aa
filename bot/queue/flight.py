"""One job in flight on the event loop."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from enum import Enum, auto

from rq.serializers import Serializer
from rq.timeouts import JobTimeoutException

from bot.errors import LeaseLost
from bot.queue.calls import Call, read_call
from bot.queue.ledger import Claim
from bot.queue.running import set_running_job
from bot.queue.settling import Ended


class Why(Enum):
    """Why a job in flight is cancelled."""

    LOST = auto()
    """Its lease ran out, and another worker may have it."""
    LEAVING = auto()
    """This worker shuts down and gives it back."""
    STOPPED = auto()
    """Somebody sent RQ's command to stop it."""


class Flight:
    """A job from its claim until RQ's books are closed on it."""

    __slots__ = ("claim", "settling", "task", "why")

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.task: asyncio.Task[None] | None = None
        self.why: Why | None = None
        self.settling = False
        """The function is over; only the books are open."""

    def cancel(self, why: Why) -> None:
        if self.task is not None and self.why is None and not self.settling:
            self.why = why
            self.task.cancel()

    async def fly(self, serializer: Serializer, run_plain: Callable[[Claim], None]) -> Ended | None:
        """Run the job. None: there is nothing to settle, since it was lost, will be given back, or was a
        plain function, which `run_plain` has run and settled in a thread."""
        set_running_job(self.claim.job_id)
        started_at = time.time()
        try:
            call = read_call(self.claim.data, serializer)
            if not call.is_coroutine:
                await _in_daemon_thread(lambda: run_plain(self.claim))
                return None
            value = await _within(self.claim.timeout_s, call)
        except LeaseLost:
            # The turn has another owner; this job has nothing left to do.
            value = None
        except (Exception, asyncio.CancelledError, SystemExit) as error:
            if self.why in (Why.LOST, Why.LEAVING):
                return None
            return Ended(claim=self.claim, started_at=started_at, error=error)
        return Ended(claim=self.claim, started_at=started_at, value=value)


async def _within(timeout_s: float | None, call: Call) -> object:
    timer = asyncio.timeout(timeout_s)
    try:
        async with timer:
            result: object = await call.function(*call.args, **call.kwargs)
            return result
    except TimeoutError as error:
        if timer.expired():
            message = f"Task exceeded maximum timeout value ({timeout_s:g} seconds)"
            raise JobTimeoutException(message) from error
        raise


async def _in_daemon_thread(function: Callable[[], None]) -> None:
    """Unlike an executor's thread, it does not keep the process alive when the worker has to go."""
    loop = asyncio.get_running_loop()
    over: asyncio.Future[None] = loop.create_future()

    def tell(error: BaseException | None) -> None:
        if over.done():
            return
        if error is None:
            over.set_result(None)
        else:
            over.set_exception(error)

    def run() -> None:
        failure: BaseException | None = None
        try:
            function()
        except Exception as error:
            failure = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, failure)

    threading.Thread(target=copy_context().run, args=(run,), daemon=True).start()
    await over
