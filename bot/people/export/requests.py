"""Exports that admins ask for in a chat: waiting in Redis, done by a worker, sent as a file, each once."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import structlog
from redis.asyncio import Redis

from bot.delivery.kept_files import KeptFiles
from bot.domain import ChannelName, ChatRef, FileRef, Outgoing, Purpose
from bot.domain.staff import Role
from bot.errors import ExportFailed, SettingsError
from bot.people.export.exporting import Exports
from bot.people.export.files import JsonLines, TooLarge
from bot.queue.outbox import Outbox
from bot.staff.roles import Staff
from bot.texts.catalogue import Texts
from bot.texts.exporting import ExportText

log = structlog.get_logger()

MOST_BYTES = 45_000_000
"""Telegram takes files of 50 MB from bots."""
_DONE_KNOWN_S = 3 * 24 * 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportRequest:
    """`key`: the same however often the tap is delivered. `since`: an ISO day, empty: from the first."""

    key: str
    chat_id: str
    private: bool
    thread_id: int | None
    asked_by: str
    """The admin's id in Telegram."""
    since: str
    language: str


class ExportRequests:
    """One tenant's. Methods raise redis-py's errors and StoreError; repeating a call is safe.

    `exports`: what is left to whom by the terms as they are when it is called.
    """

    def __init__(
        self,
        exports: Callable[[], Awaitable[Exports]],
        *,
        tenant: str,
        staff: Staff,
        outbox: Outbox,
        files: KeptFiles,
        redis: Redis,
        texts: Texts,
        prefix: str = "dz",
    ) -> None:
        self._exports = exports
        self._staff = staff
        self._outbox = outbox
        self._files = files
        self._redis = redis
        self._texts = texts
        self._tenant = tenant
        self._waiting = f"{prefix}:exports:{tenant}"

    async def count(self, since: date | None) -> int:
        exports = await self._exports()
        return await asyncio.to_thread(exports.count, since)

    async def expect_training_agreed(self) -> None:
        """Raises SettingsError where the terms say nothing of it."""
        (await self._exports()).expect_training_agreed()

    async def is_known(self, key: str) -> bool:
        """Whether it was asked for, and waits or is done."""
        if await self._redis.exists(self._done(key)):
            return True
        return bool(await self._redis.hexists(self._waiting, key))

    async def ask(self, request: ExportRequest) -> None:
        """Have it done, once for its key."""
        if not await self._redis.exists(self._done(request.key)):
            value = json.dumps(asdict(request))
            await self._redis.hsetnx(self._waiting, request.key, value)

    async def look_after(self) -> None:
        """Do all that wait, one after another."""
        waiting = await cast(Awaitable[Mapping[bytes, bytes]], self._redis.hgetall(self._waiting))
        for key, value in waiting.items():
            request = ExportRequest(**json.loads(value))
            await self._do(request)
            await self._redis.set(self._done(request.key), "1", ex=_DONE_KNOWN_S)
            await self._redis.hdel(self._waiting, cast(Any, key))

    def _done(self, key: str) -> str:
        return f"{self._waiting}:done:{key}"

    async def _do(self, request: ExportRequest) -> None:
        role = await self._staff.role_of(ChannelName.TELEGRAM, request.asked_by)
        if role is not Role.ADMIN:
            log.info("export_refused", request=request.key)
            return
        try:
            count, content = await asyncio.to_thread(_written, await self._exports(), request)
        except TooLarge:
            await self._post(request, ExportText.TOO_LARGE, megabytes=MOST_BYTES // 1_000_000)
        except SettingsError:  # the terms have changed since it was asked for
            await self._post(request, ExportText.NOT_AGREED)
        except ExportFailed as error:
            log.warning("export_failed", request=request.key, error=str(error))
            await self._post(request, ExportText.FAILED)
        else:
            log.info("export_made", request=request.key, dialogues=count, bytes=len(content))
            if count:
                await self._post(request, ExportText.READY, content, count=count)
            else:
                await self._post(request, ExportText.NOBODY)

    async def _post(
        self, request: ExportRequest, text: ExportText, content: bytes = b"", **blanks: str | int
    ) -> None:
        file = None
        if content:
            name = f"{self._tenant}-{request.since or 'all'}.jsonl"
            file = FileRef(key=await self._files.keep(content, f"export-{request.key}"), name=name)
        outgoing = Outgoing(
            text=self._texts.say(text, request.language, **blanks),
            file=file,
            thread_id=request.thread_id,
            purpose=Purpose.EXPORT if file else Purpose.SCREEN,
        )
        chat = ChatRef(channel=ChannelName.TELEGRAM, chat_id=request.chat_id, private=request.private)
        await self._outbox.post(chat, outgoing, name=f"export-{request.key}", language=request.language)


def _written(exports: Exports, request: ExportRequest) -> tuple[int, bytes]:
    since = date.fromisoformat(request.since) if request.since else None
    with TemporaryDirectory(prefix="export-") as folder:
        file = JsonLines(Path(folder) / "export.jsonl", most_bytes=MOST_BYTES)
        count = exports.write(since, file, pause=time.sleep)
        return count, file.path.read_bytes()
