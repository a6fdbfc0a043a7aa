"""Whisper by faster-whisper: int8 on the processor, silence left out before the model hears anything."""

import math
import os
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bot.errors import AudioError, AudioFault, SpeechError
from bot.voice.audio import RATE, Samples
from bot.voice.local import LocalTranscriber, Recognise
from bot.voice.transcriber import Hints, Progress, Segment, Timings, Transcript

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BEAM: Final = 5
_HEARS_NAMES_FROM_S: Final = 1.2
"""In a shorter recording the model repeats the names that it was told to expect."""
_HEARS_CONTEXT_FROM_S: Final = 3.0
_NO_SPEECH: Final = 0.6
_WINDOW_S: Final = 30
_FRAMES_A_SECOND: Final = 100
_SILENCE_S: Final = 8.0
"""The model was trained on half-minutes filled up with silence. With half a second of it every sixth
sentence was written twice, with two to six a word more in a hundred was wrong; with eight none was."""
_SURE_LOGPROB: Final = -0.5
"""Plain speech has more mostly, names have less. Hints come into play only then: they change how plain
speech is written, and cost a second hearing of half a minute."""
_FOR_HINTS: Final = 0.1
_TAIL_S: Final = 3.0
_TAIL_NO_SPEECH: Final = 0.28
"""No speech had more."""
_TAIL_LOGPROB: Final = -0.7
_LETTERS_PER_S: Final = 25.0
_LOOPS_FROM: Final = 2.0
"""A compression ratio; no speech had more than 1.72."""
_TEMPERATURES: Final = (0.0, 0.4)
"""Tried in turn where a window comes out badly; the model's usual four more only cost time."""


def faster_whisper(model: Path, *, threads: int = 0, deadline_s: float = 180.0) -> LocalTranscriber:
    """A Transcriber. `model` is a folder with CTranslate2's files; `threads` 0: the cores, 4 at most."""
    name = f"faster-whisper {model.name}"
    return LocalTranscriber(name, partial(load, model, threads, name), deadline_s=deadline_s)


def load(model: Path, threads: int, name: str) -> Recognise:
    """Raises SpeechError where the files are no model."""
    import faster_whisper as package
    import numpy as np

    class Whisper(package.WhisperModel):  # type: ignore[misc]
        """Encodes the sound and a little silence behind it, not always half a minute; and what it has just
        encoded only once: the language is told from the same sound."""

        silence_s: float = _SILENCE_S
        _features: Any = None
        _encoded: Any = None

        def encode(self, features: Any) -> Any:
            sounding = np.flatnonzero(np.any(features != 0, axis=0))
            end = (int(sounding[-1]) + 1 if len(sounding) else 0) + round(self.silence_s * _FRAMES_A_SECOND)
            features = features[:, : min(end + end % 2, features.shape[1])]
            if self._features is None or not np.array_equal(features, self._features):
                self._features, self._encoded = features, super().encode(features)
            return self._encoded

    try:
        loaded = Whisper(
            str(model),
            device="cpu",
            compute_type="int8",
            cpu_threads=threads or min(os.cpu_count() or 1, 4),
            local_files_only=True,
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise SpeechError(f"{model} is no model that faster-whisper can load", permanent=True) from error
    return _Recognition(loaded, name)


class _Recognition:
    def __init__(self, model: Any, name: str) -> None:
        self._model = model
        self._name = name

    def __call__(self, report: Progress, audio: Samples, hints: Hints, deadline_s: float, /) -> Transcript:
        began = time.monotonic()
        speech, chunks = _speech_in(audio)
        language = self._language(speech, hints.languages) if chunks else ""
        detected = time.monotonic()
        segments: Sequence[Segment] = ()
        if chunks:
            watched = _Watch(report, audio, began + deadline_s)
            segments = watched(self._segments(speech, chunks, language, Hints(), silence_s=_SILENCE_S))
            if _is_unsure(segments, hints):
                more = watched(self._segments(speech, chunks, language, hints, silence_s=_WINDOW_S))
                segments = more if _is_no_worse(more, segments) else segments
        kept = [segment for segment in segments if (segment.no_speech_prob or 0.0) <= _NO_SPEECH]
        return Transcript(
            text=" ".join(segment.text for segment in kept),
            language=language,
            segments=tuple(segments),
            duration_s=audio.duration_s,
            model=self._name,
            timings=Timings(detect_s=detected - began, recognise_s=time.monotonic() - detected),
        )

    def _language(self, speech: "NDArray[np.float32]", allowed: Sequence[str]) -> str:
        if len(allowed) == 1:
            return allowed[0]
        # Without the last frame, as `transcribe` cuts it: then what is encoded here serves there too.
        features = self._model.feature_extractor(speech[: _WINDOW_S * RATE])[..., :-1]
        likeliest, _, shares = self._model.detect_language(features=features)
        return max(allowed, key=lambda name: dict(shares).get(name, 0.0)) if allowed else str(likeliest)

    def _segments(
        self,
        speech: "NDArray[np.float32]",
        chunks: list[dict[str, int]],
        language: str,
        hints: Hints,
        *,
        silence_s: float,
    ) -> Iterator[Segment]:
        from faster_whisper.transcribe import restore_speech_timestamps

        self._model.silence_s = silence_s
        duration_s = len(speech) / RATE
        found, _ = self._model.transcribe(
            speech,
            language=language,
            beam_size=_BEAM,
            temperature=_TEMPERATURES,
            condition_on_previous_text=False,
            hotwords=(duration_s > _HEARS_NAMES_FROM_S and hints.hotwords) or None,
            initial_prompt=(duration_s > _HEARS_CONTEXT_FROM_S and hints.context) or None,
        )
        heard = (piece for piece in found if not _is_made_up(piece, duration_s))
        for segment in restore_speech_timestamps(heard, chunks, RATE):
            yield Segment(
                text=segment.text.strip(),
                start_s=segment.start,
                end_s=segment.end,
                avg_logprob=segment.avg_logprob,
                no_speech_prob=segment.no_speech_prob,
                compression_ratio=segment.compression_ratio,
            )


def _is_made_up(piece: Any, duration_s: float) -> bool:
    """Whether it is what the model says when a window begins just before the end: «Смотрите!», «Музыка»."""
    left_s = duration_s - piece.seek / _FRAMES_A_SECOND
    is_weak = piece.no_speech_prob > _TAIL_NO_SPEECH or piece.avg_logprob < _TAIL_LOGPROB
    return piece.seek > 0 and left_s < _TAIL_S and bool(is_weak)


class _Watch:
    """Tells how far the recognition is, and stops it when its time is over."""

    def __init__(self, report: Progress, audio: Samples, ends_at: float) -> None:
        self._report = report
        self._audio = audio
        self._ends_at = ends_at

    def __call__(self, segments: Iterator[Segment]) -> Sequence[Segment]:
        heard = []
        for segment in segments:
            heard.append(segment)
            self._report(segment.end_s)
            if time.monotonic() > self._ends_at:
                done = f"{segment.end_s:.0f} of {self._audio.duration_s:.0f} s"
                raise AudioError(AudioFault.TOO_SLOW, done)
        return heard


def _is_unsure(segments: Sequence[Segment], hints: Hints) -> bool:
    """Whether to hear it again in its half-minutes, with the names that may have been said."""
    is_straight, logprob = _sureness(segments)
    has_hints = bool(hints.hotwords or hints.context)
    return not is_straight or (has_hints and logprob < _SURE_LOGPROB)


def _is_no_worse(hinted: Sequence[Segment], plain: Sequence[Segment]) -> bool:
    """Names are less likely words than those that sound like them, so that a little is given for them."""
    is_straight, logprob = _sureness(plain)
    return _sureness(hinted) >= (is_straight, logprob - _FOR_HINTS)


def _sureness(segments: Sequence[Segment]) -> tuple[bool, float]:
    """Whatever loops is the worse."""
    length = sum(len(segment.text) for segment in segments)
    total = sum((segment.avg_logprob or 0.0) * len(segment.text) for segment in segments)
    return not any(map(_loops, segments)), total / length if length else -math.inf


def _loops(segment: Segment) -> bool:
    """Whether it was perhaps written down more than once."""
    is_dense = len(segment.text) > _LETTERS_PER_S * max(segment.end_s - segment.start_s, 1.0)
    return is_dense or (segment.compression_ratio or 0.0) > _LOOPS_FROM


def _speech_in(audio: Samples) -> tuple["NDArray[np.float32]", list[dict[str, int]]]:
    """The speech without the silence, and where its pieces were."""
    import numpy as np
    from faster_whisper.vad import VadOptions, collect_chunks, get_speech_timestamps

    chunks = get_speech_timestamps(audio.values, VadOptions())
    pieces, _ = collect_chunks(audio.values, chunks)
    return np.concatenate(pieces), chunks
