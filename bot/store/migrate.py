"""Brings the database to the newest revision; every process calls it at its start."""

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from sqlalchemy import Connection, Engine, inspect, text

from bot.errors import StoreError
from bot.store.engine import open_engine, translated

log = structlog.get_logger()

SCRIPTS = Path(__file__).parents[2] / "migrations"
_ADVISORY_LOCK = 0x647A_6D69_6772
"""Any number that nobody else uses in the same PostgreSQL: "dzmigr"."""

_TRY_AGAIN_S = 2.0


def migrate(url: str) -> None:
    """Upgrade the database at `url` to the newest revision; safe to call from many processes at once.

    Blocks; call it before the event loop starts. Raises StoreError: permanent if the database was
    upgraded by a newer version of the program.
    """
    engine = open_engine(url, enforce_keys=False)
    try:
        with translated(), _alone(engine) as connection:
            known = known_revisions()
            current = _current(connection)
            if current == known[-1]:
                return
            if current is not None and current not in known:
                raise StoreError(
                    f"the database is at revision {current}, and this version of the program knows only "
                    f"up to {known[-1]}: start the newer version, or restore a backup made before it",
                    permanent=True,
                )
            _upgrade(connection)
    finally:
        engine.dispose()


async def migrate_when_reachable(url: str) -> None:
    """`migrate` without blocking the loop, again and again while the database is away.

    Raises the StoreErrors that waiting does not mend.
    """
    while True:
        try:
            return await asyncio.to_thread(migrate, url)
        except StoreError as error:
            if error.permanent:
                raise
            log.warning("database_awaited", error=str(error))
        await asyncio.sleep(_TRY_AGAIN_S)


def known_revisions() -> list[str]:
    """The revisions in order: each script is named `<revision>_<subject>.py`, with the revision a number.

    Alembic would read them all to tell; a process that finds nothing to do need not even import it.
    """
    return sorted(script.name.partition("_")[0] for script in (SCRIPTS / "versions").glob("[0-9]*_*.py"))


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """One transaction that no other process of ours has at the same time."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            yield connection
        return
    # The lock is the kernel's: it goes with its process, however that ends.
    with Path(f"{engine.url.database}.migrate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with engine.begin() as connection:
            yield connection
