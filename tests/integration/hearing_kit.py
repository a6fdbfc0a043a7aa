"""Recordings on their way through Redis and Telegram's files, heard by ears that say what a test tells them.

The content of a recording is what is said in it: `b"Когда хлеб свежий?"`. A `~` before it makes it unsure, a
`#` no speech at all.
"""

import asyncio
import pickle
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from bot.delivery.telegram_files import TelegramFiles
from bot.domain import Recollection
from bot.errors import ServiceError
from bot.notes.folder import NoteFolder
from bot.notes.listening import Listens, NoteServer
from bot.queue.inbox import VOICE, VOICE_LONG
from bot.queue.notes import Notes
from bot.recordings import RecordingLimits
from bot.settings import Settings, TelegramSettings
from bot.voice.confidence import Confidence, Doubt, Trust
from bot.voice.listening import Heard
from bot.voice.transcriber import Progress, Timings, Transcript
from tests.assistants import SpokenModel
from tests.fakes.telegram import FakeTelegram
from tests.integration.serving_kit import Desk

YES = "Да, в 9:00."
LIMITS = RecordingLimits(max_seconds=600, max_bytes=1_000_000, short_s=20)


class Ears:
    """A Listener for recordings that are texts. `go_on`, while it is set to an event, is waited for."""

    def __init__(self, *failures: ServiceError) -> None:
        self.failures = list(failures)
        self.heard: list[str] = []
        self.contexts: list[str] = []
        self.go_on: asyncio.Event | None = None
        self.began = asyncio.Event()

    async def hear(
        self,
        path: Path,
        *,
        declared_s: float | None = None,
        context: str = "",
        progress: Progress | None = None,
    ) -> Heard:
        said = path.read_text("utf-8")  # noqa: ASYNC240  a few letters
        self.began.set()
        if self.go_on is not None:
            await self.go_on.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.heard.append(said)
        self.contexts.append(context)
        return _heard(said, declared_s or 1.0)


def _heard(said: str, seconds: float) -> Heard:
    trust = {"~": Trust.CONFIRM, "#": Trust.REPEAT}.get(said[:1], Trust.ANSWER)
    text = said.lstrip("~#")
    doubts = () if trust is Trust.ANSWER else (Doubt.UNCLEAR,)
    return Heard(
        text=text,
        transcript=Transcript(
            text=text,
            language="ru" if any("а" <= sign <= "я" for sign in text.lower()) else "en",
            segments=(),
            duration_s=seconds,
            model="ears",
            timings=Timings(decode_s=0.1, recognise_s=0.5),
        ),
        confidence=Confidence(trust=trust, doubts=doubts, logprob=-0.2),
    )


async def nothing_before(_: str) -> Recollection:
    return Recollection()


class HearingDesk:
    """One voice worker: `work_off` does what its RQ jobs would."""

    def __init__(
        self,
        redis: Redis,
        prefix: str,
        telegram: FakeTelegram,
        folder: Path,
        *,
        ears: Listens | None = None,
        limits: RecordingLimits = LIMITS,
        recall: Callable[[str], Awaitable[Recollection]] = nothing_before,
        patience_s: float = 5.0,
    ) -> None:
        self.redis = redis
        self.prefix = prefix
        self.telegram = telegram
        self.parent = folder
        self.folder = NoteFolder.open(folder)
        self.notes = Notes(redis, prefix=prefix)
        self.files = TelegramFiles.open(telegram_settings(telegram), patience_s=patience_s)
        self.ears = ears if ears is not None else Ears()
        self.server = NoteServer(
            notes=self.notes,
            files=self.files,
            listener=self.ears,
            folder=self.folder,
            limits=limits,
            recall=recall,
        )

    def record(self, said: str | bytes) -> str:
        """Have something recorded; its file id."""
        return self.telegram.book.keep_file("voice", said if isinstance(said, bytes) else said.encode())

    def open_desk(self, *replies: Any, **changes: Any) -> Desk:
        """A desk of the same service, whose assistant says this."""
        return Desk(redis=self.redis, prefix=self.prefix, model=SpokenModel(*replies or (YES,)), **changes)

    async def work_off(self) -> list[str]:
        """Hear all that is queued, the short ones first. Returns the names of the recordings."""
        done: list[str] = []
        for queue in (VOICE, VOICE_LONG):
            while job := await self._pop(queue):
                data: Any = await self.redis.hget(f"rq:job:{job}", "data")
                (note_id,) = pickle.loads(data)[2]
                await self.server.hear(note_id)
                done.append(note_id)
        return done

    async def _pop(self, queue: str) -> str | None:
        job: Any = await self.redis.lpop(f"rq:queue:{queue}")
        return None if job is None else job.decode()

    def files_left(self) -> list[Path]:
        return [path for path in self.parent.rglob("*") if path.is_file() and path.name != "lock"]

    async def close(self) -> None:
        await self.files.close()
        self.folder.close()


@asynccontextmanager
async def open_hearing(
    redis: Redis, prefix: str, telegram: FakeTelegram, folder: Path, **options: Any
) -> AsyncIterator[HearingDesk]:
    """`options` are those of `HearingDesk`."""
    hearing = HearingDesk(redis, prefix, telegram, folder / "notes", **options)
    try:
        yield hearing
    finally:
        await hearing.close()


def telegram_settings(telegram: FakeTelegram, **changes: Any) -> TelegramSettings:
    values = {
        "bot_token": telegram.token,
        "api_base_url": telegram.base_url,
        "request_timeout_s": 2,
        **changes,
    }
    return Settings.model_validate({"telegram": values}).telegram
