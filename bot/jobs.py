"""RQ's entry points: ids in, None out. The worker that runs them sets `services` first."""

from contextvars import ContextVar

import structlog

from bot.errors import LeaseLost
from bot.wiring.worker import WorkerServices

log = structlog.get_logger()

services: ContextVar[WorkerServices] = ContextVar("services")


async def answer_chat(chat_key: str) -> None:
    """Serve one turn of the chat. A turn that another worker has taken over is that worker's to finish."""
    try:
        await services.get().turns.serve(chat_key)
    except LeaseLost:
        log.info("lease_lost", chat=chat_key)
