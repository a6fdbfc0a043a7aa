"""RQ's entry points: ids in, None out. The worker that runs them sets `services` first."""

from contextvars import ContextVar

from bot.wiring import WorkerServices

services: ContextVar[WorkerServices] = ContextVar("services")


async def answer_chat(chat_key: str) -> None:
    """Serve one turn of the chat."""
    await services.get().turns.serve(chat_key)
