from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain import TurnRecord
from bot.errors import SettingsError
from bot.store.engine import database_url, open_engine
from tests.records import turn_record


def test_without_a_setting_the_database_is_a_file_beside_the_data(tmp_path: Path) -> None:
    assert database_url(None, tmp_path) == f"sqlite:///{tmp_path}/dezhurny.db"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_usual_spelling_of_postgresql_is_understood(scheme: str, tmp_path: Path) -> None:
    url = f"{scheme}://user:secret@host:5433/name?sslmode=require"
    engine = open_engine(database_url(url, tmp_path))
    assert engine.url.drivername == "postgresql+psycopg"
    assert (engine.url.host, engine.url.database) == ("host", "name")


@pytest.mark.parametrize(
    "url", ["mysql://user:secret@host/x", "nonsense:secret", "sqlite://", "postgres://a:b:secret"]
)
def test_any_other_address_is_refused_without_repeating_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL: must look like") as refusal:
        database_url(url, tmp_path)
    assert "secret" not in str(refusal.value)


def test_sqlite_is_opened_so_that_processes_can_share_it(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/new/folder/x.db")
    with engine.connect() as connection:
        modes = [
            connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        ]
    engine.dispose()
    assert modes == ["wal", 10_000, 1, 2]


def test_a_turn_record_survives_its_json() -> None:
    asked = datetime(2026, 11, 2, 12, 0, 0, 123457, tzinfo=UTC)
    record = turn_record(question="Сколько?\n🚗", received_at=asked)
    assert TurnRecord.from_json(record.to_json()) == record
    assert TurnRecord.from_json(record.to_json().encode()) == record


def test_a_turn_record_with_naive_moments_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        turn_record(received_at=datetime(2026, 11, 2))  # noqa: DTZ001
