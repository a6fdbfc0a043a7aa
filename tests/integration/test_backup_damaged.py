"""A backup is put back in place of a database that is damaged, whatever the damage; none is lost by that."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.integration.backup_kit import made, open_data, turns_in

PAGE = 4096
Damage = Callable[[bytes], bytes]
DAMAGES: dict[str, Damage] = {
    "header": lambda whole: bytes(100) + whole[100:],
    "version_of_the_format": lambda whole: whole[:18] + b"\xff" + whole[19:],
    "format_of_the_schema": lambda whole: whole[:44] + b"\xff\xff\xff\xff" + whole[48:],
    "first_page": lambda whole: whole[:100] + b"\xff" * (PAGE - 100) + whole[PAGE:],
    "truncated": lambda whole: whole[: len(whole) // 2],
    "all_but_gone": lambda whole: whole[:50],
    "empty": lambda whole: b"",
    "middle": lambda whole: whole[: 5 * PAGE] + bytes(5 * PAGE) + whole[10 * PAGE :],
    "something_else": lambda whole: b"nonsense" * 1000,
}
OPEN = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("SELECT count(*) FROM turns").fetchone()
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return open_data(tmp_path, monkeypatch)


def aside(data: Path) -> Path:
    (path,) = (data / "backups").glob("replaced-*.db")
    return path


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_database_is_replaced_and_kept(data: Path, damage: Damage) -> None:
    copy, database = made(data), data / "dezhurny.db"
    damaged = damage(database.read_bytes())
    database.write_bytes(damaged)
    assert main(["backup", "restore", copy.name]) == 0
    assert turns_in(database) == 1
    assert len(aside(data).read_bytes()) == len(damaged)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_what_was_written_ahead_of_a_damaged_database_is_kept_with_it(data: Path, damage: Damage) -> None:
    copy, database = made(data), data / "dezhurny.db"
    whole, ahead = database.read_bytes(), database.with_name("dezhurny.db-wal")
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("UPDATE people SET name = 'written ahead'")
    written = ahead.read_bytes()
    connection.close()
    database.write_bytes(damage(whole))
    ahead.write_bytes(written)
    assert main(["backup", "restore", copy.name]) == 0
    assert turns_in(database) == 1
    assert not ahead.exists()
    kept = (data / "backups").glob("replaced-*")
    assert any(b"written ahead" in path.read_bytes() for path in kept)


def test_a_damaged_database_that_a_process_has_open_is_left_alone(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy, database = made(data), data / "dezhurny.db"
    command = [sys.executable, "-c", OPEN, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        damaged = DAMAGES["header"](database.read_bytes())
        with database.open("r+b") as file:
            file.write(damaged[:100])
        assert main(["backup", "restore", copy.name]) == 2
        assert "stop them all and try again" in capsys.readouterr().err
        assert database.read_bytes() == damaged
        assert not list((data / "backups").glob("replaced-*"))
        process.communicate()
    assert main(["backup", "restore", copy.name]) == 0
    assert turns_in(database) == 1
