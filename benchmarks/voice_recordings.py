"""What the benchmark of speech hears: recordings of people, a synthetic voice, and sounds that are no speech.

The recordings and the voice are Debian's `festvox-ru` (BSD-like), spoken by festival; both are fetched from
Debian's mirror into the user's cache and never kept here.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.voice.audio import RATE, Samples
from bot.voice.decoding import DecodingLimits, decode_file

_SENTENCES = Path(__file__).parent / "data" / "voice_sentences.tsv"
_VOICE = "usr/share/festival/voices/russian/msu_ru_nsh_clunits"
_FESTIVAL = (
    "festival libestools2.5 libpulse0 libsndfile1 libasyncns0 libflac12 libvorbis0a libvorbisenc2 libogg0 "
    "libopus0 libmpg123-0 libmp3lame0 libdbus-1-3 libasound2 libncurses6 libtinfo6"
)
_LIMITS = DecodingLimits(max_seconds=120)
Sound = NDArray[np.float32]


class NotToBeHad(Exception):
    """There is no mirror of Debian, or not on this system."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    name: str
    audio: Samples
    text: str


def people(cache: Path) -> list[Recording]:
    """The sixty sentences that the benchmark may use; the others of the package are not looked at."""
    rows = [line.split("\t") for line in _SENTENCES.read_text("utf-8").splitlines() if "\t" in line]
    folder = cache / "festvox-ru-sixty"
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(dir=_made(cache)) as scratch:
            _take_recordings(
                _debian("festvox-ru", Path(scratch)), [name for name, _ in rows], Path(scratch, "wav")
            )
            Path(scratch, "wav").rename(folder)
    return [
        Recording(name=name, audio=decode_file(folder / f"{name}.wav", _LIMITS), text=text)
        for name, text in rows
    ]


def spoken(sentences: Sequence[str], cache: Path) -> list[Samples]:
    """The sentences in festival's Russian voice. Raises NotToBeHad."""
    root = cache / "festival"
    if not root.is_dir():
        with tempfile.TemporaryDirectory(dir=_made(cache)) as scratch:
            for package in (*_FESTIVAL.split(), "festvox-ru"):
                archive = _debian(package, Path(scratch))
                _run("dpkg-deb", "-x", str(archive), str(Path(scratch, "root")))
                archive.unlink()
            Path(scratch, "root").rename(root)
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{number}.wav") for number in range(len(sentences))]
        _speak(root, sentences, files)
        return [decode_file(file, _LIMITS) for file in files]


def _speak(root: Path, sentences: Sequence[str], files: Sequence[Path]) -> None:
    said = "".join(
        f'(utt.save.wave (utt.synth (Utterance Text "{sentence}")) "{file}" (quote riff))'
        for sentence, file in zip(sentences, files, strict=True)
    )
    libraries = [root / "usr/lib/x86_64-linux-gnu", root / "lib/x86_64-linux-gnu"]
    libraries.append(libraries[0] / "pulseaudio")
    _run(
        *(str(root / "usr/bin/festival"), "--datadir", str(root / "usr/share/festival")),
        *("--libdir", str(root / "usr/lib/festival"), "-b", f"(begin (voice_msu_ru_nsh_clunits) {said})"),
        env={**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(map(str, libraries))},
    )


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _debian(package: str, folder: Path) -> Path:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise NotToBeHad(f"{package} is a package of Debian, and this is not Debian")
    _run("apt-get", "download", "--quiet", package, cwd=folder)
    found = sorted(folder.glob(f"{package}_*.deb"))
    if not found:
        raise NotToBeHad(f"apt-get brought no {package}")
    return found[0]


def _take_recordings(archive: Path, names: Sequence[str], folder: Path) -> None:
    folder.mkdir()
    wanted = {f"./{_VOICE}/wav/{name}.wav": folder / f"{name}.wav" for name in names}
    command = ("dpkg-deb", "--fsys-tarfile", str(archive))
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as unpacking,
        tarfile.open(fileobj=unpacking.stdout, mode="r|") as members,
    ):
        for member in members:
            content = members.extractfile(member) if member.name in wanted else None
            if content is not None:
                wanted[member.name].write_bytes(content.read())


def _run(*command: str, **options: Any) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, **options)
    if done.returncode != 0:
        last = (done.stderr.strip() or "no reason given").splitlines()[-1]
        raise NotToBeHad(f"{Path(command[0]).name}: {last}")


def with_noise(audio: Samples, decibels: float, seed: int) -> Samples:
    """White noise so much quieter than the speech."""
    noise = np.random.default_rng(seed).standard_normal(len(audio.values)).astype(np.float32)
    loudness = float(np.sqrt(np.mean(audio.values**2))) / 10 ** (decibels / 20)
    return Samples(np.clip(audio.values + noise * np.float32(loudness), -1, 1))


def no_speech() -> Iterator[tuple[str, Samples]]:
    """Fifty clips of 2 to 12 s: ten of each kind but silence and a tune, of which there are five."""
    for number in range(10):
        seconds = 2 + number * 1.1
        times = np.arange(round(seconds * RATE)) / RATE
        random = np.random.default_rng(number)
        loud = np.float32(0.05 + 0.05 * number)
        if number < 5:
            yield "silence", Samples(np.zeros(len(times), dtype=np.float32))
            yield "tune", _clip(_tune(times, random), loud)
        yield "noise", _clip(random.standard_normal(len(times)) / 3, loud)
        yield "chords", _clip(_chords(times, random), loud)
        yield "dial tone", _clip(_dial(times, number), loud)
        yield "hum and clicks", _clip(_hum(times, random), loud)


def _clip(values: NDArray[Any], loud: np.float32) -> Samples:
    return Samples(np.clip(values.astype(np.float32) * loud, -1, 1))


def _chords(times: NDArray[Any], random: np.random.Generator) -> Any:
    root = 110 * 2 ** (random.integers(0, 12, size=1 + int(times[-1])) / 12)
    now = root[times.astype(int)]
    phases = [np.cumsum(2 * np.pi * now * step / RATE) for step in (1, 1.26, 1.5, 2)]
    fading = np.exp(-2 * (times % 1))
    return fading * np.sum([np.sin(phase) + 0.4 * np.sin(2 * phase) for phase in phases], axis=0) / 3


def _tune(times: NDArray[Any], random: np.random.Generator) -> Any:
    notes = 262 * 2 ** (random.choice([0, 2, 4, 5, 7, 9, 11, 12], size=1 + int(times[-1] * 3)) / 12)
    now = notes[(times * 3).astype(int)] * (1 + 0.01 * np.sin(2 * np.pi * 5.5 * times))
    return np.sin(np.cumsum(2 * np.pi * now / RATE)) * (0.5 + 0.5 * np.exp(-3 * (times * 3 % 1)))


def _dial(times: NDArray[Any], number: int) -> Any:
    """Free, engaged, or keys being pressed."""
    if number % 3 == 2:
        pairs = [(697, 1209), (770, 1336), (852, 1477), (941, 1336)]
        low, high = np.array(pairs).T[:, (times * 4).astype(int) % 4]
        return (np.sin(2 * np.pi * low * times) + np.sin(2 * np.pi * high * times)) * (times * 4 % 1 < 0.6)
    on, period = ((1.0, 5.0), (0.35, 0.7))[number % 3]
    return np.sin(2 * np.pi * 425 * times) * (times % period < on)


def _hum(times: NDArray[Any], random: np.random.Generator) -> Any:
    hum = np.sum([np.sin(2 * np.pi * 50 * step * times) / step for step in (1, 2, 3, 5)], axis=0)
    clicks = (random.random(len(times)) < 4 / RATE) * random.choice([-6.0, 6.0], size=len(times))
    return hum + np.convolve(clicks, np.exp(-np.arange(80) / 12), mode="same")
