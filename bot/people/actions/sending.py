"""Sends a file to who asked for it, once for each request."""

import asyncio
from collections.abc import Mapping

import structlog

from bot.delivery.kept_files import KeptFiles
from bot.domain import FileRef, Outgoing
from bot.domain.bookings import Booker
from bot.domain.moments import Now
from bot.queue.outbox import Outbox
from bot.store.action_runs import ActionRuns

log = structlog.get_logger()


class FileSender:
    """Raises StoreError and redis-py's errors; repeating a call is safe."""

    def __init__(self, *, runs: ActionRuns, outbox: Outbox, files: KeptFiles, now: Now) -> None:
        self._runs = runs
        self._outbox = outbox
        self._files = files
        self._now = now

    async def send(
        self,
        who: Booker,
        content: bytes,
        file_name: str,
        caption: str,
        *,
        action: str,
        request_key: str,
        details: Mapping[str, str | int],
    ) -> bool:
        """False: this request was done before. `details`: what is noted of it, nothing personal."""
        run = await asyncio.to_thread(self._runs.begin, who, action, request_key, details, self._now())
        if run.done_at is not None:
            return False
        key = await self._files.keep(content, f"run-{run.id}")
        outgoing = Outgoing(text=caption, file=FileRef(key=key, name=file_name))
        await self._outbox.post(who.chat, outgoing, name=f"run-{run.id}", language=who.language)
        await asyncio.to_thread(self._runs.mark_done, run.id, self._now())
        log.info("file_queued", run=run.id, action=action, chat=who.chat.key)
        return True
