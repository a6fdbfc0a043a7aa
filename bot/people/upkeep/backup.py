"""Backups of a SQLite database: which there are, a new one, and which go."""

import asyncio
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import Engine

from bot.domain.moments import Now
from bot.errors import BackupFailed
from bot.people.retention.purging import Retention
from bot.store.backup import copy_database
from bot.store.sealing import key_file

log = structlog.get_logger()

KEPT = 7
FOLDER = "backups"
ON_POSTGRESQL: Final = "PostgreSQL is backed up by its own tools: pg_dump --format=custom, and pg_restore"
_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"dezhurny-(\d{8}T\d{6}Z)\.db")
_SPARE = 1.1
"""How much more than the database must be free on the disk."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """`made_at` is aware, in UTC. `has_key`: the key of sealed phones lies beside it."""

    path: Path
    made_at: datetime
    size: int
    has_key: bool


class Backups:
    """Of one database, in one folder. Calls block and raise BackupFailed."""

    def __init__(self, engine: Engine, data_dir: Path, now: Now) -> None:
        self._database = database_file(engine)
        self._data_dir = data_dir
        self._now = now
        self.folder = data_dir / FOLDER

    def make(self, *, days: int | None, with_key: bool = False) -> Path | None:
        """A new one; what is older than `days`, or than the newest seven, goes. None: on PostgreSQL.

        `days` None: nobody can be sure how late it is, so none goes by its age.
        """
        if self._database is None:
            log.info("backup_passed_over", reason=ON_POSTGRESQL)
            return None
        self._expect_room(self._database)
        path = self.folder / f"dezhurny-{self._now().astimezone(UTC):{_STAMP}}.db"
        copy_database(self._database, path)
        if with_key:
            _copy_key(self._data_dir, path)
        gone = self._prune(path, days)
        log.info("backup_made", file=path.name, bytes=path.stat().st_size, deleted=gone)
        return path

    def all(self) -> list[Backup]:
        """The newest first."""
        found = [
            Backup(
                path=path,
                made_at=datetime.strptime(name[1], _STAMP).replace(tzinfo=UTC),
                size=path.stat().st_size,
                has_key=key_beside(path).exists(),
            )
            for path in self.folder.glob("dezhurny-*.db")
            if (name := _NAME.fullmatch(path.name))
        ]
        return sorted(found, key=lambda backup: backup.made_at, reverse=True)

    def _prune(self, made: Path, days: int | None) -> int:
        """How many went. The one just made stays; what a clock that was ahead has dated later goes first."""
        now = self._now()
        others = [backup for backup in self.all() if backup.path != made]
        others.sort(key=lambda backup: backup.made_at > now)
        oldest = datetime.min.replace(tzinfo=UTC) if days is None else now - timedelta(days=days)
        old = [
            backup for place, backup in enumerate(others, start=1) if place >= KEPT or backup.made_at < oldest
        ]
        return _delete(old)

    def renew(self, before: datetime) -> None:
        """A new one in place of all that were made before the moment, or nobody knows when; nothing is done
        where there is none of those. Names tell the second."""
        now, second = self._now(), before.replace(microsecond=0)
        old = [backup for backup in self.all() if not second <= backup.made_at <= now]
        made = self.make(days=None) if old else None
        if made is not None:
            gone = _delete(backup for backup in old if backup.path != made)
            log.info("backups_renewed", deleted=gone)

    def _expect_room(self, database: Path) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            free, size = shutil.disk_usage(self.folder).free, database.stat().st_size
        except OSError as error:
            raise BackupFailed(f"{error.filename}: {error.strerror}") from error
        if free < size * _SPARE:
            raise BackupFailed(f"{self.folder}: {size:,} bytes are needed, and {free:,} are free")


class DailyBackup:
    """What the clock wants. `backups` None: there is no folder for them.

    Methods raise BackupFailed and what retention raises.
    """

    def __init__(self, backups: Backups | None, retention: Retention) -> None:
        self._backups = backups
        self._retention = retention

    async def make(self) -> None:
        if self._backups is None:
            return
        surely = await self._retention.watch_clock()
        days = (await self._retention.kept()).days
        # by a clock that has leapt ahead all of them would be too old
        await asyncio.to_thread(self._backups.make, days=None if surely.has_leapt else days)

    async def follow_purge(self) -> None:
        """What went because it is kept for fewer days now is in none of the backups any more."""
        shortened_at = await self._retention.shortened_at()
        if self._backups is not None and shortened_at is not None:
            await asyncio.to_thread(self._backups.renew, shortened_at)


def _delete(backups: Iterable[Backup]) -> int:
    """How many that were."""
    gone = 0
    for backup in backups:
        backup.path.unlink(missing_ok=True)
        key_beside(backup.path).unlink(missing_ok=True)
        gone += 1
    return gone


def database_file(engine: Engine) -> Path | None:
    """None: it is no file, but a server's."""
    return Path(engine.url.database or "") if engine.dialect.name == "sqlite" else None


def key_beside(backup: Path) -> Path:
    return backup.with_suffix(".key")


def _copy_key(data_dir: Path, backup: Path) -> None:
    source = key_file(data_dir)
    if not source.exists():
        raise BackupFailed(f"{source}: there is no key to copy; is it in DATA_KEYS?")
    _write_private(key_beside(backup), source.read_bytes())


def put_key_back(backup: Path, data_dir: Path, aside: Path) -> None:
    """The key that lies beside the backup becomes the first one; the present ones open still."""
    present = key_file(data_dir)
    keys = key_beside(backup).read_bytes().split()
    if present.exists():
        _write_private(aside, present.read_bytes())
        keys += [key for key in present.read_bytes().split() if key not in keys]
    _write_private(present, b"\n".join([*keys, b""]))


def _write_private(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
