"""Opens whatever people record, by PyAV: Opus, mp3, m4a, wav, the sound of video notes. No ffmpeg program."""

import resource
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bot.errors import AudioError, AudioFault
from bot.voice.audio import RATE, Samples
from bot.voice.levelling import level
from bot.voice.own_process import OwnProcess, Report

if TYPE_CHECKING:
    import av
    import numpy as np
    from numpy.typing import NDArray

_FORMATS: Final = "ogg,mp3,mov,wav,w64,flac,matroska,aac,amr,aiff,au,caf,asf,mpegts"
"""Nothing else is opened: FFmpeg's playlists, for one, would read other files and addresses."""
_KEEPS_LENGTH: Final = ("mov", "wav", "flac")
"""Formats whose header says how long the sound is; elsewhere it is an estimate."""
_LEAST_SHORTFALL_S: Final = 1.5
_SHORTFALL: Final = 0.1
_BAD_PACKETS: Final = 50
_MEMORY_BYTES: Final = 1_500_000_000
"""Beyond what the samples take. Sound needs a tenth; a crafted picture beside it would take all there is."""
_COPIES: Final = 4
_STATM: Final = Path("/proc/self/statm")


@dataclass(frozen=True, kw_only=True, slots=True)
class DecodingLimits:
    max_seconds: float = 600.0
    max_bytes: int = 20_000_000


class Decoder:
    """Decodes and levels in a process of its own, killed when a file keeps it beyond `deadline_s`."""

    def __init__(self, limits: DecodingLimits, *, deadline_s: float = 30.0) -> None:
        self._limits = limits
        self._deadline_s = deadline_s
        self._process = OwnProcess(partial(_build, limits), name="decoding")

    async def start(self) -> float:
        """Have the process ready before the first recording; the seconds that took."""
        return await self._process.start()

    async def decode(self, path: Path, declared_s: float | None = None) -> Samples:
        """`declared_s`: how long whoever sent it says it is. Raises AudioError, and SpeechError."""
        decoded: Samples = await self._process.call(path, self._limits, declared_s, within_s=self._deadline_s)
        return decoded

    async def close(self) -> None:
        await self._process.close()


def _build(limits: DecodingLimits) -> Any:
    import av  # noqa: F401  so that the first file does not wait for it

    bound_memory(_MEMORY_BYTES + int(limits.max_seconds * RATE * 4) * _COPIES)
    return _decode


def bound_memory(more_bytes: int) -> None:
    """Refuse this process more than so much beyond what it has, where Linux tells what that is."""
    if _STATM.exists():
        has_bytes = int(_STATM.read_text().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = has_bytes + more_bytes
        resource.setrlimit(resource.RLIMIT_AS, (wanted if hard < 0 else min(wanted, hard), hard))


def _decode(_: Report, path: Path, limits: DecodingLimits, declared_s: float | None) -> Samples:
    try:
        return level(decode_file(path, limits, declared_s))
    except MemoryError as error:
        raise AudioError(AudioFault.BROKEN, "it takes too much memory") from error


def decode_file(path: Path, limits: DecodingLimits, declared_s: float | None = None) -> Samples:
    """The sound as `Samples`, its channels mixed. Raises AudioError, and may hang where the file does."""
    _check_size(path, limits)
    if declared_s is not None and declared_s > limits.max_seconds:
        raise AudioError(AudioFault.TOO_LONG, f"{declared_s:g} s")
    with closing(_open(path)) as container:
        stream = _sound_of(container)
        told_s = _told_s(container, stream)
        if told_s > limits.max_seconds:
            raise AudioError(AudioFault.TOO_LONG, f"{told_s:.0f} s")
        values = _joined(_pieces(container, stream, limits.max_seconds))
    expected_s = max(declared_s or 0.0, told_s)
    missing_s = expected_s - len(values) / RATE
    if not len(values):
        raise AudioError(AudioFault.BROKEN if expected_s else AudioFault.EMPTY)
    if missing_s > max(_LEAST_SHORTFALL_S, _SHORTFALL * expected_s):
        raise AudioError(AudioFault.BROKEN, f"{missing_s:.1f} of {expected_s:.1f} s are missing")
    return Samples(values)


def _check_size(path: Path, limits: DecodingLimits) -> None:
    try:
        facts = path.stat()
    except OSError as error:
        raise AudioError(AudioFault.MISSING, error.strerror) from error
    if stat.S_ISDIR(facts.st_mode):
        raise AudioError(AudioFault.MISSING, "it is a folder")
    if stat.S_ISREG(facts.st_mode) and not facts.st_size:
        raise AudioError(AudioFault.EMPTY)
    if facts.st_size > limits.max_bytes:
        raise AudioError(AudioFault.TOO_LARGE, f"{facts.st_size} bytes")


def _open(path: Path) -> "av.container.InputContainer":
    import av

    try:
        return av.open(
            f"file:{path}",
            options={"format_whitelist": _FORMATS, "protocol_whitelist": "file"},
            metadata_errors="ignore",
        )
    except PermissionError as error:
        raise AudioError(AudioFault.MISSING, error.strerror) from error
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise AudioError(AudioFault.NOT_AUDIO, type(error).__name__) from error


def _sound_of(container: "av.container.InputContainer") -> "av.AudioStream":
    if not container.streams.audio:
        raise AudioError(AudioFault.NO_SOUND)
    stream = container.streams.audio[0]
    if stream.codec_context is None:
        raise AudioError(AudioFault.UNKNOWN_CODEC)
    return stream


def _told_s(container: "av.container.InputContainer", stream: "av.AudioStream") -> float:
    """How long the file says its sound is; 0 where it does not say."""
    if not any(name in container.format.name.split(",") for name in _KEEPS_LENGTH):
        return 0.0
    if stream.duration is None or stream.time_base is None:
        return 0.0
    return float(stream.duration * stream.time_base)


def _pieces(
    container: "av.container.InputContainer", stream: "av.AudioStream", max_seconds: float
) -> Iterator["NDArray[np.float32]"]:
    """The sound piece by piece. Some packets may be bad; what is missing then is judged by the whole.

    Two hours of silence are a small file, and so are hours of sound at a few samples a second in one frame:
    the length is watched before anything is resampled.
    """
    import av

    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    bad, sounding_s = 0, 0.0
    packets = container.demux(stream)
    while bad < _BAD_PACKETS:
        try:
            packet = next(packets, None)
            if packet is None:
                break
            frames = stream.decode(packet)
        except (av.FFmpegError, ValueError):
            bad += 1
            continue
        for frame in frames:
            sounding_s += frame.samples / max(frame.sample_rate, 1)
            if sounding_s > max_seconds:
                raise AudioError(AudioFault.TOO_LONG, f"more than {max_seconds:g} s")
            frame.pts = None
            yield from (piece.to_ndarray()[0] for piece in resampler.resample(frame))
    yield from (piece.to_ndarray()[0] for piece in resampler.resample(None))


def _joined(pieces: Iterator["NDArray[np.float32]"]) -> "NDArray[np.float32]":
    import av
    import numpy as np

    try:
        kept = list(pieces)
    except (av.FFmpegError, ValueError) as error:
        raise AudioError(AudioFault.BROKEN, type(error).__name__) from error
    whole = np.concatenate(kept) if kept else np.zeros(0, dtype=np.float32)
    return np.clip(np.nan_to_num(whole), -1.0, 1.0).astype(np.float32, copy=False)
