"""Copies of a SQLite database: made while everybody works on it, checked, and put back."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.errors import BackupFailed
from bot.store.restored import pause_broadcasts

_PAGES_AT_ONCE = 1_000
_PAUSE_S = 0.005
_WAIT_S = 10.0
_VERSION = "SELECT version_num FROM alembic_version"
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_LOCKS_AT, _LOCKS = 0x40000000, 512
"""The bytes of a database file on which SQLite puts its locks: https://www.sqlite.org/lockingv3.html"""


def copy_database(source: Path, target: Path, *, pause: Callable[[float], None] = time.sleep) -> None:
    """A checked copy in one file, of one moment, however much is written meanwhile; nobody waits for it.

    It takes its name when it is whole and on the disk. Raises BackupFailed.
    """
    draft = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    with _failing(source):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
            _copy(source, draft, pause)
            check_copy(draft)
            _sync(draft)
            draft.replace(target)
            _sync(target.parent)
        finally:
            for path in (draft, *_beside(draft)):
                path.unlink(missing_ok=True)


def check_copy(path: Path) -> None:
    """Raises BackupFailed unless it is a whole database of this program."""
    with _failing(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        (verdict,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise BackupFailed(f"{path}: is damaged: {verdict}", permanent=True)
        if copy.execute(_VERSION).fetchone() is None:
            raise BackupFailed(f"{path}: is no database of this program", permanent=True)


def put_back(copy: Path, database: Path, aside: Path) -> int:
    """Have the database be the copy; what it was before, if it was there, lies at `aside` then. Returns how
    many broadcasts were on their way in the copy; they wait for an admin now.

    It may have been damaged; what lay beside it then lies there, too. Raises BackupFailed, with all as it
    was, where anybody has the database open, or the copy is no good.
    """
    check_copy(copy)
    draft = database.with_name(f"{database.name}.restored.tmp")
    with _failing(database):
        try:
            database.parent.mkdir(parents=True, exist_ok=True)
            _copy(copy, draft, time.sleep)
            paused = pause_broadcasts(draft)
            _sync(draft)
            if database.exists():
                _expect_unused(database)
                _set_aside(database, aside)
            for path in _beside(database):
                path.unlink(missing_ok=True)  # of a database that is gone: it would be read into the new one
            draft.replace(database)
            _sync(database.parent)
            return paused
        finally:
            for path in (draft, *_beside(draft)):
                path.unlink(missing_ok=True)


def sealed_in(path: Path, columns: Iterator[tuple[str, str]]) -> str:
    """Some value of one of the columns (table, column); empty where nothing is sealed."""
    with _failing(path), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table, column in columns:
            if table in tables:
                newest = f'SELECT "{column}" FROM "{table}" WHERE "{column}" != \'\' ORDER BY id DESC LIMIT 1'
                if (row := copy.execute(newest).fetchone()) is not None:
                    return str(row[0])
    return ""


def _copy(source: Path, target: Path, pause: Callable[[float], None]) -> None:
    address = f"{source.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=_WAIT_S, isolation_level=None)) as reading,
        closing(sqlite3.connect(target, isolation_level=None)) as writing,
    ):
        # One state from here on: else each write of somebody else would have the copying begin anew.
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reading.backup(writing, pages=_PAGES_AT_ONCE, progress=lambda *_: pause(_PAUSE_S), sleep=0)
        reading.execute("COMMIT")
        writing.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it


def _expect_unused(database: Path) -> None:
    """Takes the database out of WAL mode, which only its last user can; so all of it is in one file.

    One that is damaged may be in several files still.
    """
    is_used = _is_used if database.stat().st_size else _is_locked
    if is_used(database):
        raise BackupFailed(f"{database}: a process of the assistant has it open; stop them all and try again")


def _is_used(database: Path) -> bool:
    """Not to be asked of an empty file: SQLite does away with what was written ahead of it."""
    try:
        with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as last:
            last.execute("PRAGMA journal_mode = DELETE")
            last.execute("BEGIN EXCLUSIVE")
            last.execute("ROLLBACK")
    except sqlite3.Error as error:
        return error.sqlite_errorcode & 0xFF in _LOCKED or _is_locked(database)
    return False


def _is_locked(database: Path) -> bool:
    """Whether another process has it open, asked of the file itself where SQLite cannot read it."""
    descriptor = os.open(database, os.O_RDWR)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCKS, _LOCKS_AT)
    except (BlockingIOError, PermissionError):  # by POSIX either tells of a lock
        return True
    finally:
        os.close(descriptor)
    return False


def _set_aside(database: Path, aside: Path) -> None:
    aside.parent.mkdir(parents=True, exist_ok=True)
    for path, place in zip((database, *_beside(database)), (aside, *_beside(aside)), strict=True):
        place.unlink(missing_ok=True)
        if path.exists():
            place.hardlink_to(path)
            os.utime(place)  # it is kept from now on


@contextmanager
def _failing(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise BackupFailed(f"{path}: {error}") from error
    except OSError as error:
        raise BackupFailed(f"{error.filename or path}: {error.strerror}") from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _beside(path: Path) -> Iterator[Path]:
    for ending in ("-journal", "-wal", "-shm"):
        yield path.with_name(path.name + ending)
