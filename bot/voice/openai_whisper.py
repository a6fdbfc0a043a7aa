"""OpenAI's own Whisper, over PyTorch: the extra `whisper`. Its weights come from their own server.

What was tested is this adapter, with a model that is scripted: neither PyTorch nor the weights were there.
"""

import time
from functools import partial
from typing import Any, Final

from bot.errors import AudioError, AudioFault, SpeechError
from bot.voice.audio import RATE, Samples
from bot.voice.local import LocalTranscriber, Recognise
from bot.voice.transcriber import Hints, Progress, Segment, Timings, Transcript

USUAL_MODEL: Final = "base"
_BEAM: Final = 5
_WINDOW_S: Final = 30


def openai_whisper(*, model: str = "", threads: int = 0, deadline_s: float = 180.0) -> LocalTranscriber:
    """A Transcriber. `model` is a name that the package knows, or the path of a .pt file."""
    name = f"openai-whisper {model or USUAL_MODEL}"
    load_model = partial(load, model or USUAL_MODEL, threads, name)
    return LocalTranscriber(name, load_model, deadline_s=deadline_s)


def load(model: str, threads: int, name: str) -> Recognise:
    """Raises SpeechError where the package or the model is not there."""
    try:
        import torch
        import whisper
    except ImportError as error:
        message = "openai-whisper is missing; install it with: pip install 'dezhurny[whisper]'"
        raise SpeechError(message, permanent=True) from error
    if threads:
        torch.set_num_threads(threads)
    try:
        return Recognition(whisper.load_model(model, device="cpu"), name)
    except (RuntimeError, OSError) as error:
        raise SpeechError(f"openai-whisper cannot load {model}", permanent=True) from error


class Recognition:
    """Listens to half a minute at a time, so that a deadline can stop it in between."""

    def __init__(self, model: Any, name: str) -> None:
        self._model = model
        self._name = name

    def __call__(self, report: Progress, audio: Samples, hints: Hints, deadline_s: float, /) -> Transcript:
        began = time.monotonic()
        language = hints.languages[0] if len(hints.languages) == 1 else ""
        segments: list[Segment] = []
        for start in range(0, len(audio.values), _WINDOW_S * RATE):
            if time.monotonic() - began > deadline_s:
                done_s = start / RATE
                raise AudioError(AudioFault.TOO_SLOW, f"{done_s:.0f} of {audio.duration_s:.0f} s")
            told = self._model.transcribe(
                audio.values[start : start + _WINDOW_S * RATE],
                language=language or None,
                beam_size=_BEAM,
                fp16=False,
                condition_on_previous_text=False,
                initial_prompt=" ".join(filter(None, (hints.hotwords, hints.context))) or None,
            )
            language = language or told["language"]
            segments += [_segment(piece, start / RATE) for piece in told["segments"]]
            report(min(start / RATE + _WINDOW_S, audio.duration_s))
        return Transcript(
            text=" ".join(segment.text for segment in segments),
            language=language,
            segments=tuple(segments),
            duration_s=audio.duration_s,
            model=self._name,
            timings=Timings(recognise_s=time.monotonic() - began),
        )


def _segment(told: Any, offset_s: float) -> Segment:
    return Segment(
        text=told["text"].strip(),
        start_s=told["start"] + offset_s,
        end_s=told["end"] + offset_s,
        avg_logprob=told["avg_logprob"],
        no_speech_prob=told["no_speech_prob"],
        compression_ratio=told["compression_ratio"],
    )
