"""What every speech recognition looks like to the rest of the project."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.voice.audio import Samples

Progress = Callable[[float], None]
"""Called with the seconds of the recording that are written down so far."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hints:
    """What is known before the recording is heard."""

    languages: tuple[str, ...] = ()
    """One is taken for granted, of several the likeliest is taken; none: it may be any."""
    hotwords: str = ""
    """Names that may be said, as one phrase."""
    context: str = ""
    """The last words of the dialogue."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A piece of speech. None is what the recognition does not tell."""

    text: str
    start_s: float
    end_s: float
    avg_logprob: float | None = None
    no_speech_prob: float | None = None
    compression_ratio: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Timings:
    """Seconds. `start_s` is for a process or model that had to be started first, `detect_s` for telling
    speech from silence and one language from another."""

    start_s: float = 0.0
    decode_s: float = 0.0
    detect_s: float = 0.0
    recognise_s: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Transcript:
    """Speech as text. No segment at all: nobody spoke."""

    text: str
    language: str
    segments: tuple[Segment, ...]
    duration_s: float
    model: str
    timings: Timings = Timings()


class Transcriber(Protocol):
    """Writes down speech. Calls raise AudioError with TOO_SLOW, and SpeechError."""

    @property
    def name(self) -> str: ...

    async def start(self) -> float:
        """Load now what the first recording would have to wait for; the seconds that took."""
        ...

    async def transcribe(
        self, audio: Samples, hints: Hints = ..., progress: Progress | None = None
    ) -> Transcript: ...

    async def close(self) -> None: ...
