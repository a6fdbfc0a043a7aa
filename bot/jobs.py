"""RQ's entry points: ids in, None out. The worker that runs them sets what they need first."""

from contextvars import ContextVar
from typing import TYPE_CHECKING

import structlog

from bot.errors import LeaseLost

if TYPE_CHECKING:  # each worker imports what its own jobs need, and not the other's
    from bot.notes.listening import NoteServer
    from bot.wiring.worker import WorkerServices

log = structlog.get_logger()

services: "ContextVar[WorkerServices]" = ContextVar("services")
note_server: "ContextVar[NoteServer]" = ContextVar("note_server")


async def answer_chat(chat_key: str) -> None:
    """Serve one turn of the chat. A turn that another worker has taken over is that worker's to finish."""
    try:
        await services.get().turns.serve(chat_key)
    except LeaseLost:
        log.info("lease_lost", chat=chat_key)


async def hear_note(note_id: str) -> None:
    """Hear one recording for the turn that waits for it."""
    await note_server.get().hear(note_id)


async def do_duty(name: str, run_id: int) -> None:
    """Do what the clock wants done now, or an admin."""
    await services.get().duties.do(name, run_id)
