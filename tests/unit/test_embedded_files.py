import os
from pathlib import Path

from bot.embedded.child import RotatingLog
from bot.embedded.files import is_alive, try_lock, write_whole


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    held = try_lock(tmp_path / "lock")
    assert held is not None
    assert try_lock(tmp_path / "lock") is None
    held.close()
    again = try_lock(tmp_path / "lock")
    assert again is not None
    again.close()


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "state.json"
    write_whole(path, "старое")
    write_whole(path, "новое")
    assert path.read_text(encoding="utf-8") == "новое"
    assert list(path.parent.iterdir()) == [path]


def test_this_process_is_alive_and_an_impossible_one_is_not() -> None:
    assert is_alive(os.getpid())
    assert not is_alive(2**22 + 1)


def test_a_log_rotates_by_size_and_keeps_a_few(tmp_path: Path) -> None:
    log = RotatingLog(tmp_path / "worker.log", max_bytes=10, keep=2)
    for number in range(5):
        log.write(f"line number {number}\n".encode())
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["worker.log.1", "worker.log.2"]
    assert (tmp_path / "worker.log.1").read_text() == "line number 4\n"


def test_a_log_on_a_full_disk_does_not_stop_the_program() -> None:
    log = RotatingLog(Path("/dev/full"))
    log.write(b"lost")
    log.write(b"lost as well")
    assert not Path("/dev/full.1").exists()
