"""THE use case of one recording: open it, write down what is said, judge it, and write it as people do."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

from bot.voice.confidence import Confidence, Thresholds, judge_said
from bot.voice.decoding import Decoder
from bot.voice.normalising import Normaliser
from bot.voice.transcriber import Hints, Progress, Transcriber, Transcript


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """`text` is for the assistant and for showing, `transcript.text` is as it was heard."""

    text: str
    transcript: Transcript
    confidence: Confidence


class Listener:
    """One at a time: two recordings side by side gain nothing, and wait here for one another."""

    def __init__(
        self,
        *,
        decoder: Decoder,
        transcriber: Transcriber,
        normaliser: Normaliser,
        thresholds: Thresholds,
        hints: Hints,
    ) -> None:
        """`hints` without a context: that comes with each recording."""
        self._decoder = decoder
        self._transcriber = transcriber
        self._normaliser = normaliser
        self._thresholds = thresholds
        self._hints = hints

    @property
    def model(self) -> str:
        return self._transcriber.name

    async def start(self) -> float:
        """Have both processes ready before the first recording; the seconds that took. Raises AudioError with
        TOO_SLOW, and SpeechError: then the first recording tries it again."""
        return await self._decoder.start() + await self._transcriber.start()

    async def hear(
        self,
        path: Path,
        *,
        declared_s: float | None = None,
        context: str = "",
        progress: Progress | None = None,
    ) -> Heard:
        """`declared_s`: how long whoever sent it says it is. Raises AudioError, and SpeechError."""
        began = time.monotonic()
        audio = await self._decoder.decode(path, declared_s)
        decode_s = time.monotonic() - began
        hints = replace(self._hints, context=context)
        transcript = await self._transcriber.transcribe(audio, hints, progress)
        transcript = replace(transcript, timings=replace(transcript.timings, decode_s=decode_s))
        said, confidence = judge_said(transcript, self._thresholds)
        return Heard(text=self._normaliser.normalise(said), transcript=transcript, confidence=confidence)

    async def close(self) -> None:
        await self._decoder.close()
        await self._transcriber.close()
