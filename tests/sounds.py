"""Recordings made for tests: tones and noise in whatever file people may send."""

from pathlib import Path
from typing import Any

import av
import numpy as np

from bot.voice.audio import RATE, Samples


def tone(seconds: float, *, hertz: float = 440.0, loudness: float = 0.3) -> Samples:
    times = np.arange(round(seconds * RATE)) / RATE
    return Samples((loudness * np.sin(2 * np.pi * hertz * times)).astype(np.float32))


def silence(seconds: float) -> Samples:
    return Samples(np.zeros(round(seconds * RATE), dtype=np.float32))


def write(
    path: Path, audio: Samples, *, codec: str, rate: int = 48_000, layout: str = "mono", **container: Any
) -> Path:
    """The sound in a file of the kind that its ending says."""
    with av.open(str(path), "w", **container) as file:
        stream = file.add_stream(codec, rate=rate, layout=layout)
        frame = av.AudioFrame.from_ndarray(audio.values[None, :], format="flt", layout="mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(
            format=stream.codec_context.format,
            layout=layout,
            rate=rate,
            frame_size=stream.codec_context.frame_size,
        )
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            piece.pts = None
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    return path


def write_video(path: Path, seconds: float = 1.0) -> Path:
    """A grey picture without a sound track."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=10)
        stream.width, stream.height = 64, 64
        for _ in range(round(seconds * 10)):
            grey = np.full((64, 64, 3), 128, dtype=np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        file.mux(stream.encode(None))
    return path
