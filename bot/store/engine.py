"""Where the database is and how it is opened: SQLite beside the data, or PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import SettingsError, StoreError, StoreFull

BUSY_TIMEOUT_MS = 10_000
_WAL_PAGES = 8_000
"""32 MB: a purge touches the same pages of the indexes again and again, and writes them back seldom."""
_PROMPT_FAILURE = {
    "connect_timeout": "5",
    # A host that vanished without a word must not hold the turn log for the kernel's 15 minutes.
    "tcp_user_timeout": "10000",
    "keepalives_idle": "10",
}


def database_url(setting: str | None, data_dir: Path) -> str:
    """The address to open: DATABASE_URL if it is set, else SQLite in `data_dir`. Raises SettingsError."""
    if setting is None:
        return f"sqlite:///{data_dir.resolve() / 'dezhurny.db'}"
    _parse(setting)
    return setting


def open_engine(url: str, *, enforce_keys: bool = True) -> Engine:
    """An engine for `url`, which connects at its first use. Raises SettingsError or StoreError.

    `enforce_keys` is off only while tables are rebuilt.
    """
    address = _parse(url)
    if address.drivername == "postgresql+psycopg":
        missing = {name: value for name, value in _PROMPT_FAILURE.items() if name not in address.query}
        return create_engine(address, pool_pre_ping=True, hide_parameters=True, connect_args=missing)
    with translated():
        Path(address.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, hide_parameters=True)
    _prepare_sqlite(engine, enforce_keys=enforce_keys)
    return engine


@contextmanager
def translated() -> Iterator[None]:
    """Turn what a database raises into StoreError; permanent means that these values will never fit.

    The messages of data errors quote the values, which are people's words: only their class is told.
    """
    try:
        yield
    except DBAPIError as error:
        kind = type(error.orig).__name__
        if isinstance(error, DataError):
            raise StoreError(f"the database refused a value: {kind}", permanent=True) from error
        reason = (str(error.orig).splitlines() or [""])[0]
        if kind == "DiskFull" or getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise StoreFull(f"{kind}: {reason}") from error
        raise StoreError(f"{kind}: {reason}", permanent=isinstance(error, IntegrityError)) from error
    except StatementError as error:
        raise StoreError(f"a value cannot be stored: {type(error.orig).__name__}", permanent=True) from error
    except SQLAlchemyError as error:
        raise StoreError(f"{type(error).__name__}: {error}") from error
    except OSError as error:
        raise StoreError(f"{error.filename}: {error.strerror}") from error
    except (OverflowError, TypeError, UnicodeError, ValueError) as error:
        # sqlite3 lets these through as they are.
        raise StoreError(f"a value cannot be stored: {type(error).__name__}", permanent=True) from error


def _parse(url: str) -> URL:
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        address = None
    if address is not None and address.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return address.set(drivername="postgresql+psycopg")
    if address is not None and address.drivername == "sqlite" and address.database:
        return address
    # The address itself is not repeated: it holds a password.
    raise SettingsError(
        "DATABASE_URL: must look like postgresql://user:password@host:5432/name or sqlite:////path/to/file.db"
    )


def _prepare_sqlite(engine: Engine, *, enforce_keys: bool) -> None:
    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        driver: Any = connection
        driver.isolation_level = None  # `begin` below decides, so that DDL is in the transaction too
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        # `synchronous` stays FULL: the turn log lets go of a record once it is committed.
        cursor.execute("PRAGMA secure_delete = ON")  # whoever is erased must not be readable in the file
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if enforce_keys else 'OFF'}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")
