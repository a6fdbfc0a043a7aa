"""`python -m bot export`: dialogues for training and analysis, masked, as JSON lines and Parquet."""

import argparse
from datetime import date, datetime
from pathlib import Path

from bot.domain.moments import utc_now
from bot.errors import SettingsError
from bot.people.export.files import DialogueFile, JsonLines, Parquet, expect_parquet
from bot.settings import Settings
from bot.store.staff import CONSOLE, StaffStore
from bot.wiring import load_configured_tenant
from bot.wiring.exporting import build_exports
from bot.wiring.sealing import build_sealer
from bot.wiring.stock import opened_engine


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Write the files; a failure leaves none of them behind."""
    tenant = load_configured_tenant(settings)
    since = _day(options.since, datetime.now(tenant.zone).date())
    folder = Path(options.to) if options.to else settings.data_dir / "exports"
    if folder.exists() and not folder.is_dir():
        raise SettingsError(f"--to {folder}: is a file; name a folder")
    if options.format != "jsonl":
        expect_parquet()
    name = f"{tenant.name}-{'all' if since is None else f'since-{since}'}"
    with opened_engine(settings) as engine:
        exports = build_exports(tenant, tenant.terms, engine, build_sealer(settings), utc_now)
        exports.expect_training_agreed()
        count = exports.write(since, *_files(folder / name, options.format))
        StaffStore(engine, tenant.name).note(CONSOLE, "export", f"{since or 'all'}", {"dialogues": count})
    print(f"{count} dialogues, masked, of people who agree now: {folder / name}{_endings(options.format)}")
    if tenant.terms is None:
        print("this tenant asks nobody for consent: everybody's dialogues are there")
    return 0


def _files(path: Path, form: str) -> list[DialogueFile]:
    files: list[DialogueFile] = []
    if form != "parquet":
        files.append(JsonLines(path.with_name(f"{path.name}.jsonl")))
    if form != "jsonl":
        files.append(Parquet(path.with_name(f"{path.name}.parquet")))
    return files


def _endings(form: str) -> str:
    return ".jsonl and .parquet" if form == "both" else f".{form}"


def _day(text: str | None, today: date) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"--since {text}: is no day; write it as 2026-08-01") from None
    if day > today:
        raise SettingsError(f"--since {text}: lies in the future")
    return day
