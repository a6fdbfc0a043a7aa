"""Festival with its Russian voice, Debian's `festival` and `festvox-ru`: no network, but understandable."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.errors import SettingsError, SpeechError
from bot.recordings import SpokenNote
from bot.voice.speaking.encoding import note_of

INSTALL: Final = "apt-get install festival festvox-ru"
_PROGRAM: Final = "text2wave"
_VOICE: Final = "(voice_msu_ru_nsh_clunits)"
_WORD: Final = re.compile(r"(?P<word>[а-яё]+(?:-[а-яё]+)*)(?P<between>[^а-яё]*)", re.IGNORECASE)
_STOPS: Final = ".!?"
_PAUSES: Final = ",;:()–—-…"
_MOST_WAITING: Final = 4
_NICE: Final = "10"


@dataclass(frozen=True, kw_only=True, slots=True)
class TextToWave:
    """How festival's `text2wave` is called. `root`: a folder with unpacked packages that nobody installed."""

    program: Path
    root: Path | None = None

    def command(self, text: Path, wave: Path) -> Sequence[str]:
        if self.root is None:
            return (str(self.program), "-eval", _VOICE, "-o", str(wave), str(text))
        share = self.root / "usr/share/festival"
        arguments = f"(list {_quoted('-o')} {_quoted(wave)} {_quoted(text)})"
        script = f"(begin {_VOICE} (set! argv {arguments}) (load {_quoted(self.program)}))"
        folders = ("--datadir", str(share), "--libdir", str(self.root / "usr/lib/festival"))
        return (str(self.root / "usr/bin/festival"), *folders, "-b", script)

    def environment(self) -> Mapping[str, str]:
        if self.root is None:
            return os.environ
        folders = [
            *self.root.glob("usr/lib/*-linux-gnu*"),
            *self.root.glob("usr/lib/*-linux-gnu*/pulseaudio"),
        ]
        folders += self.root.glob("lib/*-linux-gnu*")
        return {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(map(str, folders))}


def _quoted(value: Path | str) -> str:
    """A string in Scheme."""
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def find_festival(wanted: Path | None, cache: Path) -> TextToWave:
    """`wanted`: the program, or a folder with unpacked packages; else it is looked for on PATH, then in
    `cache`. Raises SettingsError with what to do."""
    if wanted is not None:
        path = wanted.expanduser()
        found = _at(path)
        if found is None:
            raise SettingsError(
                f"VOICE_FESTIVAL: there is no {_PROGRAM} at {path}; install it with: {INSTALL}"
            )
        return found
    installed = shutil.which(_PROGRAM)
    if installed is not None:
        return TextToWave(program=Path(installed))
    for folder in (cache / "festival", cache / "recordings" / "festival"):
        if (found := _at(folder)) is not None:
            return found
    raise SettingsError(
        f"answers cannot be spoken: there is no {_PROGRAM}; install it with: {INSTALL}, "
        "or name it in VOICE_FESTIVAL, or set VOICE_SPEAKER=openai"
    )


def _at(path: Path) -> TextToWave | None:
    if path.is_file() and os.access(path, os.X_OK):
        return TextToWave(program=path)
    program = path / "usr" / "bin" / _PROGRAM
    return TextToWave(program=program, root=path) if program.is_file() else None


class FestivalSpeaker:
    """A Speaker. One text at a time, each by a process of its own; a few more wait."""

    def __init__(self, festival: TextToWave, *, deadline_s: float = 30.0) -> None:
        """`deadline_s`: for one text, its waiting included; then its process is killed."""
        self._festival = festival
        self._deadline_s = deadline_s
        self._in_turn = asyncio.Lock()
        self._waiting = 0

    @property
    def name(self) -> str:
        return "festival"

    def speaks(self, language: str) -> bool:
        return language == "ru"

    async def speak(self, text: str, language: str) -> SpokenNote:
        if self._waiting >= _MOST_WAITING:
            raise SpeechError("too many answers wait to be spoken")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._deadline_s), self._in_turn:
                sound = await self._run(_sayable(text))
        except TimeoutError:
            raise SpeechError(f"festival took more than {self._deadline_s:g} s") from None
        finally:
            self._waiting -= 1
        return await asyncio.to_thread(note_of, sound)

    async def close(self) -> None: ...

    async def _run(self, text: str) -> bytes:
        with tempfile.TemporaryDirectory(prefix="dezhurny-voice-") as folder:
            wave = Path(folder, "sound.wav")
            command = self._festival.command(_written(text, Path(folder, "text.txt")), wave)
            try:
                child = await asyncio.create_subprocess_exec(
                    *("nice", "-n", _NICE, *command),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.PIPE,
                    env=self._festival.environment(),
                    start_new_session=True,
                )
            except OSError as error:
                raise SpeechError(f"festival cannot be run: {error.strerror}", permanent=True) from error
            told = await _finished(child)
            sound = _content(wave)
            if child.returncode != 0 or not sound:
                raise _fault(told.decode("utf-8", "replace"))
            return sound


def _written(text: str, file: Path) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def _content(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


async def _finished(child: asyncio.subprocess.Process) -> bytes:
    """What it has complained of. It is killed with all its children when this is cancelled."""
    try:
        return (await child.communicate())[1]
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()
        raise


def _fault(told: str) -> SpeechError:
    if "unbound variable" in told or "voice_" in told:
        return SpeechError(f"festival has no Russian voice; install it with: {INSTALL}", permanent=True)
    lines = [line for line in told.splitlines() if "ERROR" in line] or [*told.strip().splitlines()[-1:]]
    return SpeechError(f"festival has spoken nothing: {lines[0].strip() if lines else 'no reason given'}")


def _sayable(text: str) -> str:
    """Words with at most one mark behind each: the voice gives up at any other sign, and at a mark alone."""
    said = [found["word"] + _mark(found["between"]) for found in _WORD.finditer(text)]
    if not said:
        raise SpeechError("there is nothing to say in Russian", permanent=True)
    return " ".join(said) + "\n"


def _mark(between: str) -> str:
    stop = next((sign for sign in between if sign in _STOPS), "")
    return stop or ("," if any(sign in _PAUSES for sign in between) else "")
