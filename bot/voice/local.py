"""Recognition on this machine: the model is loaded once, in a process that yields to everything else."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final, Protocol

from bot.voice.audio import Samples
from bot.voice.own_process import OwnProcess
from bot.voice.transcriber import Hints, Progress, Transcript

_GRACE_S: Final = 5.0
"""Between the deadline that the model watches between segments, and the one that kills it."""
_NICENESS: Final = 10


class Recognise(Protocol):
    """A loaded model. Stops between segments when `deadline_s` is over: AudioError with TOO_SLOW."""

    def __call__(
        self, report: Progress, audio: Samples, hints: Hints, deadline_s: float, /
    ) -> Transcript: ...


class LocalTranscriber:
    """A Transcriber. `load` is called in the process; it and what it returns are importable by name."""

    def __init__(self, name: str, load: Callable[[], Recognise], *, deadline_s: float = 180.0) -> None:
        self._name = name
        self._deadline_s = deadline_s
        self._process = OwnProcess(partial(_load_yielding, load), name=name)

    @property
    def name(self) -> str:
        return self._name

    @property
    def pid(self) -> int | None:
        """Of the process that holds the model."""
        return self._process.pid

    async def start(self) -> float:
        return await self._process.start()

    async def transcribe(
        self,
        audio: Samples,
        hints: Hints = Hints(),  # noqa: B008  frozen
        progress: Progress | None = None,
    ) -> Transcript:
        start_s = await self._process.start()
        transcript: Transcript = await self._process.call(
            *(audio, hints, self._deadline_s), within_s=self._deadline_s + _GRACE_S, on_report=progress
        )
        return replace(transcript, timings=replace(transcript.timings, start_s=start_s))

    async def close(self) -> None:
        await self._process.close()


def _load_yielding(load: Callable[[], Recognise]) -> Recognise:
    """Typed chats are answered first, by whichever process does it."""
    os.nice(_NICENESS)
    return load()
