"""Sound made even, by pydub on decoded samples: its way of opening files needs a program and much memory."""

import io
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from bot.voice.audio import RATE, Samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_USUAL_DBFS: Final = -20.0
"""About what a voice note has."""
_QUIET_DBFS: Final = -35.0
_MOST_GAIN_DB: Final = 40.0
_HEADROOM_DB: Final = 1.0
_SILENCE_BELOW_DB: Final = 30.0
"""Quieter than the whole by so much is silence."""
_KEPT_MS: Final = 200


def level(audio: Samples) -> Samples:
    """What is too quiet to be told from silence, louder; anything else as it is."""
    segment = _to_segment(audio)
    if not segment.rms or segment.dBFS >= _QUIET_DBFS:
        return audio
    gain = min(_USUAL_DBFS - segment.dBFS, -segment.max_dBFS - _HEADROOM_DB, _MOST_GAIN_DB)
    return Samples(_scaled(audio, gain), audio.rate) if gain > 0 else audio


def trim_silence(audio: Samples) -> Samples:
    """Without the silence at both ends, but for a fifth of a second; nothing where all is silence."""
    segment = _to_segment(audio)
    if not segment.rms:
        return Samples(audio.values[:0], audio.rate)
    from pydub.silence import detect_leading_silence  # pydub is imported by now, and has warned

    threshold = segment.dBFS - _SILENCE_BELOW_DB
    start = detect_leading_silence(segment, threshold)
    end = len(segment) - detect_leading_silence(segment.reverse(), threshold)
    first, last = max(0, start - _KEPT_MS), min(len(segment), end + _KEPT_MS)
    return Samples(audio.values[first * audio.rate // 1000 : last * audio.rate // 1000], audio.rate)


def joined(pieces: Sequence[Samples], pause_s: float = 0.2) -> Samples:
    """One after another, each as loud as a voice note, with pauses in between. All have the same rate."""
    rate = pieces[0].rate if pieces else RATE
    whole = _silent(0.0, rate)
    for number, piece in enumerate(pieces):
        segment = _to_segment(piece)
        gain = min(_USUAL_DBFS - segment.dBFS, -segment.max_dBFS - _HEADROOM_DB) if segment.rms else 0.0
        whole += _silent(pause_s if number else 0.0, rate) + segment.apply_gain(gain)
    return _to_samples(whole)


def wav_of(audio: Samples) -> bytes:
    """A WAV file of 16 bits."""
    target = io.BytesIO()
    _to_segment(audio).export(target, format="wav")
    return target.getvalue()


def _scaled(audio: Samples, gain_db: float) -> "NDArray[np.float32]":
    """In floats: 16 bits of what is 60 dB too quiet are 6."""
    import numpy as np

    louder: NDArray[np.float32] = np.clip(audio.values * np.float32(10 ** (gain_db / 20)), -1.0, 1.0)
    return louder


def _to_segment(audio: Samples) -> Any:
    import numpy as np

    values = (np.clip(audio.values, -1.0, 1.0) * 32_767).astype("<i2")
    return _pydub().AudioSegment(values.tobytes(), frame_rate=audio.rate, sample_width=2, channels=1)


def _to_samples(segment: Any) -> Samples:
    import numpy as np

    values = np.frombuffer(segment.raw_data, dtype="<i2").astype(np.float32)
    return Samples(values / np.float32(32_768), segment.frame_rate)


def _silent(seconds: float, rate: int) -> Any:
    return _pydub().AudioSegment.silent(duration=round(seconds * 1000), frame_rate=rate)


def _pydub() -> Any:
    """It warns of a missing ffmpeg, which nothing here needs, and of a module that Python 3.13 leaves out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pydub
    return pydub
