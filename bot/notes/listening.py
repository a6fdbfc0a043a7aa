"""THE use case of one recording that somebody sent: fetch it, hear it, leave the result for its turn."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import structlog

from bot.domain import Recollection, Utterance
from bot.errors import AudioError, DeliveryError, ServiceError
from bot.notes.folder import NoteFolder
from bot.notes.gate import PriorityGate
from bot.notes.heard import Heard, HearingFault
from bot.queue.notes import Notes
from bot.queue.persistence import AWAY
from bot.recordings import RecordingLimits
from bot.voice.listening import Heard as Listened
from bot.voice.transcriber import Progress

log = structlog.get_logger()

_LONG_WAITS_S = 60.0
"""How long short recordings may go before a long one."""
_LOOKS_EVERY_S = 2.0
"""Whether a recording is still waited for."""
_TRIES = 3
_PAUSE_S = 1.0
_CONTEXT_CHARACTERS = 200


class FetchesFiles(Protocol):
    """Raises AudioError for a file that will never come, DeliveryError when the messenger stays away, and
    SpeechError when there is no room for it."""

    async def fetch(self, file_id: str, to: Path, *, max_bytes: int) -> None: ...


class Listens(Protocol):
    """Raises AudioError, and SpeechError."""

    async def hear(
        self,
        path: Path,
        *,
        declared_s: float | None = None,
        context: str = "",
        progress: Progress | None = None,
    ) -> Listened: ...


Recall = Callable[[str], Awaitable[Recollection]]


class NoteServer:
    """Serves the recordings of one process: they are fetched side by side, and heard one at a time."""

    def __init__(
        self,
        *,
        notes: Notes,
        files: FetchesFiles,
        listener: Listens,
        folder: NoteFolder,
        limits: RecordingLimits,
        recall: Recall,
        poison_tries: int = 3,
    ) -> None:
        """`recall` gives the dialogue of a chat, whose last words the recognition is told."""
        self._notes = notes
        self._files = files
        self._listener = listener
        self._folder = folder
        self._limits = limits
        self._recall = recall
        self._poison_tries = poison_tries
        self._gate = PriorityGate()

    async def hear(self, note_id: str) -> None:
        """Leave a result, once, whatever the recording is. Raises redis errors, and then it is to be heard
        again."""
        taken = await self._notes.take(note_id)
        if taken is None:
            return
        utterance, tries = taken
        with structlog.contextvars.bound_contextvars(note=note_id, attempt=tries):
            if tries > self._poison_tries:
                log.error("note_set_aside")
                heard: Heard | None = Heard(fault=HearingFault.FAILED)
            else:
                heard = await self._unless_interrupted(utterance)
            if heard is not None and await self._notes.store(note_id, heard.to_json()):
                log.info("note_heard", **heard.for_log)

    async def _unless_interrupted(self, utterance: Utterance) -> Heard | None:
        try:
            return await self._result(utterance)
        except asyncio.CancelledError:
            await self._notes.give_back(utterance.note_id)
            raise

    async def _result(self, utterance: Utterance) -> Heard | None:
        """What was heard, or why nothing was. None: nobody waits for it any more."""
        timings = {"queue": (datetime.now(UTC) - utterance.received_at).total_seconds()}
        try:
            return await self._heard(utterance, timings)
        except AudioError as error:
            log.info("note_unusable", reason=error.reason)
            return Heard(fault=error.reason, timings=timings)
        except DeliveryError as error:
            log.warning("note_not_fetched", error=str(error))
            return Heard(fault=HearingFault.UNREACHABLE, timings=timings)
        except ServiceError as error:
            log.error("note_not_heard", error=str(error))
            return Heard(fault=HearingFault.FAILED, timings=timings)

    async def _heard(self, utterance: Utterance, timings: dict[str, float]) -> Heard | None:
        audio = utterance.audio
        assert audio is not None, "only recordings are heard"
        is_short = audio.duration_s is not None and audio.duration_s <= self._limits.short_s
        with self._folder.file() as path:
            with _timed(timings, "download"):
                await self._files.fetch(audio.file_id, path, max_bytes=self._limits.max_bytes)
            waited = time.monotonic()
            async with self._gate.passing(patience_s=0.0 if is_short else _LONG_WAITS_S):
                timings["gate"] = time.monotonic() - waited
                if not await self._notes.is_wanted(utterance.note_id):
                    return None
                context = await self._context(utterance)
                listened = await self._while_wanted(
                    utterance.note_id, self._listened(path, audio.duration_s, context)
                )
        if listened is None:
            return None
        transcript, confidence = listened.transcript, listened.confidence
        taken = transcript.timings
        timings |= {"decode": taken.decode_s, "transcribe": taken.detect_s + taken.recognise_s}
        timings |= {"start": taken.start_s} if taken.start_s else {}
        return Heard(
            text=listened.text,
            language=transcript.language,
            verdict=confidence.trust,
            reasons=tuple(confidence.doubts),
            logprob=confidence.logprob,
            seconds=transcript.duration_s,
            model=transcript.model,
            timings=timings,
        )

    async def _while_wanted(self, note_id: str, hearing: Coroutine[Any, Any, Listened]) -> Listened | None:
        """None: nobody waits for it any more, and the hearing was broken off."""
        task = asyncio.ensure_future(hearing)
        try:
            while True:
                done, _ = await asyncio.wait((task,), timeout=_LOOKS_EVERY_S)
                if done:
                    return task.result()
                if not await self._is_still_wanted(note_id):
                    return None
        finally:
            task.cancel()
            await asyncio.wait((task,))

    async def _is_still_wanted(self, note_id: str) -> bool:
        """While Redis is away nobody can have said no; minutes of hearing are not thrown away for that."""
        try:
            return await self._notes.is_wanted(note_id)
        except AWAY:
            return True

    async def _listened(self, path: Path, declared_s: float | None, context: str) -> Listened:
        """A recognition that has died is started again; it may not have been this recording's fault."""
        for tried in range(1, _TRIES + 1):
            try:
                return await self._listener.hear(path, declared_s=declared_s, context=context)
            except ServiceError as error:
                if error.permanent or tried == _TRIES:
                    raise
                log.warning("hearing_failed", tried=tried, error=str(error))
            await asyncio.sleep(_PAUSE_S * tried)
        raise AssertionError("every try ends above")

    async def _context(self, utterance: Utterance) -> str:
        remarks = (await self._recall(utterance.chat.key)).remarks
        return remarks[-1].text[:_CONTEXT_CHARACTERS] if remarks else ""


@contextmanager
def _timed(timings: dict[str, float], name: str) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    finally:
        timings[name] = time.monotonic() - began
