"""faster-whisper with its stock settings, for the benchmark of speech; imported by name in its process."""

from functools import partial
from pathlib import Path
from typing import Any

from bot.voice.audio import Samples
from bot.voice.local import Recognise
from bot.voice.transcriber import Hints, Progress, Segment, Transcript


def load_stock(model: Path) -> Recognise:
    """faster-whisper as it comes: float32, the language detected, nothing left out."""
    from faster_whisper import WhisperModel

    return partial(_recognise_stock, WhisperModel(str(model), device="cpu", compute_type="float32"))


def _recognise_stock(model: Any, _: Progress, audio: Samples, __: Hints, deadline_s: float, /) -> Transcript:
    segments, about = model.transcribe(audio.values)
    heard = [Segment(text=one.text.strip(), start_s=one.start, end_s=one.end) for one in segments]
    return Transcript(
        text=" ".join(one.text for one in heard),
        language=about.language,
        segments=tuple(heard),
        duration_s=audio.duration_s,
        model="stock",
    )
