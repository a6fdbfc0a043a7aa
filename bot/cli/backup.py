"""`python -m bot backup now|list|restore FILE`: copies of the SQLite database."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.moments import utc_now
from bot.embedded.supervisor import AlreadyRunning, sole_supervisor
from bot.errors import BackupFailed, SealBroken
from bot.people.retention.leftovers import PASSING_FOR
from bot.people.upkeep.backup import ON_POSTGRESQL, Backups, database_file, key_beside, put_key_back
from bot.settings import Settings
from bot.store.backup import put_back, sealed_in
from bot.store.engine import database_url, open_engine
from bot.store.resealing import sealed_columns
from bot.wiring.sealing import build_sealer
from bot.wiring.stock import opened_engine

NOTHING_DONE = 1


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Raises BackupFailed."""
    engine = open_engine(database_url(settings.database_url, settings.data_dir))
    database = database_file(engine)
    backups = Backups(engine, settings.data_dir, utc_now)
    engine.dispose()
    if database is None:
        print(f"dezhurny: {ON_POSTGRESQL}", file=sys.stderr)
        return NOTHING_DONE
    match options.backup_command:
        case "now":
            return _make(settings, with_key=options.with_key)
        case "restore":
            found = options.file if options.file.exists() else backups.folder / options.file.name
            return _restore(settings, found, database, with_key=options.with_key)
        case _:
            return _list(backups)


def _make(settings: Settings, *, with_key: bool) -> int:
    with opened_engine(settings) as engine:
        path = Backups(engine, settings.data_dir, utc_now).make(days=None, with_key=with_key)
    if path is not None:
        print(f"{path}: {_size(path.stat().st_size)}, checked")
        print(
            f"the key of sealed phones lies beside it: {key_beside(path)}; keep it apart from the copy"
            if with_key
            else "without the key of sealed phones: keep data.key (or DATA_KEYS) safe, elsewhere"
        )
    return 0


def _list(backups: Backups) -> int:
    found = backups.all()
    for backup in found:
        key = ", with its key" if backup.has_key else ""
        print(f"{backup.path.name}  {backup.made_at:%Y-%m-%d %H:%M} UTC  {_size(backup.size)}{key}")
    if not found:
        print(f"there is none in {backups.folder}; make one with: python -m bot backup now")
    return 0


def _restore(settings: Settings, copy: Path, database: Path, *, with_key: bool) -> int:
    if not copy.is_file():
        raise BackupFailed(f"{copy}: there is no such file; see: python -m bot backup list")
    if with_key and not key_beside(copy).is_file():
        raise BackupFailed(f"{key_beside(copy)}: the key does not lie beside the backup")
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = settings.data_dir / "backups" / f"replaced-{stamp}.db"
    had_one = database.exists()
    try:
        with sole_supervisor(settings.data_dir):
            paused = put_back(copy, database, aside)
            if with_key:
                put_key_back(copy, settings.data_dir, aside.with_suffix(".key"))
    except AlreadyRunning as error:
        raise BackupFailed(f"the assistant runs here as process {error.pid}; stop it first") from error
    print(f"{database} is as it was in {copy.name}")
    if had_one:
        print(f"what it was until now, for {PASSING_FOR.days} days: {aside}")
    _tell_what_is_old(paused)
    if not _opens(settings, database):
        print(
            f"its phones do not open with the keys here: put back the data.key of then in {settings.data_dir}"
        )
    return 0


def _tell_what_is_old(paused: int) -> None:
    print("whoever asked to be forgotten since then is in it again: have them forgotten once more")
    print("consents and refusals are as they were then: who has said no to news since would get them again")
    if paused:
        print(
            f"broadcasts that were not over then: {paused}, all paused now. Whom they have reached since is "
            "not known: look at /broadcasts, stop those that went out, go on with the others"
        )


def _opens(settings: Settings, database: Path) -> bool:
    columns = ((column.table.name, column.name) for column in sealed_columns())
    sealed = sealed_in(database, columns)
    try:
        return not sealed or bool(build_sealer(settings).open(sealed))
    except SealBroken:
        return False


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
