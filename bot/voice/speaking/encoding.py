"""Speech as a voice note: made even, without the silence at its ends, in Opus."""

import io
from typing import Any, Final

from bot.errors import SpeechError
from bot.recordings import SpokenNote
from bot.voice.audio import Samples
from bot.voice.levelling import joined, trim_silence

_NOTE_RATE: Final = 48_000
_BITS_A_SECOND: Final = 32_000
_FORMATS: Final = "wav,ogg,mp3,flac,aac"
_LONGEST_S: Final = 300


def note_of(sound: bytes) -> SpokenNote:
    """The voice note of what an engine has spoken. Raises SpeechError for what is no sound, or silence."""
    audio = joined([trim_silence(_decoded(sound))])
    if not len(audio.values):
        raise SpeechError("what was spoken is silence", permanent=True)
    return SpokenNote(content=_encoded(audio), duration_s=audio.duration_s)


def _decoded(sound: bytes) -> Samples:
    import av
    import numpy as np

    try:
        with av.open(io.BytesIO(sound), "r", options={"format_whitelist": _FORMATS}) as container:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=_NOTE_RATE)
            pieces = [piece for frame in container.decode(audio=0) for piece in _resampled(resampler, frame)]
            pieces += _resampled(resampler, None)
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise SpeechError(f"what was spoken cannot be decoded: {type(error).__name__}") from error
    whole = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.float32)
    return Samples(np.clip(np.nan_to_num(whole[: _LONGEST_S * _NOTE_RATE]), -1.0, 1.0), _NOTE_RATE)


def _resampled(resampler: Any, frame: Any) -> list[Any]:
    if frame is not None:
        frame.pts = None
    return [piece.to_ndarray()[0] for piece in resampler.resample(frame)]


def _encoded(audio: Samples) -> bytes:
    import av

    target = io.BytesIO()
    with av.open(target, "w", format="ogg") as file:
        stream = file.add_stream("libopus", rate=_NOTE_RATE, layout="mono", options={"application": "voip"})
        stream.bit_rate = _BITS_A_SECOND
        frame = av.AudioFrame.from_ndarray(audio.values[None, :], format="flt", layout="mono")
        frame.sample_rate = _NOTE_RATE
        size = stream.codec_context.frame_size
        resampler = av.AudioResampler(
            format=stream.codec_context.format, layout="mono", rate=_NOTE_RATE, frame_size=size
        )
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            piece.pts = None
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    return target.getvalue()
