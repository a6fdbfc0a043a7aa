import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

from bot.errors import StoreError
from bot.store import people_tables, review_tables
from bot.store.engine import open_engine
from bot.store.migrate import SCRIPTS, known_revisions, migrate

ROOT = Path(__file__).parents[2]
MODELS = (people_tables, review_tables)
"""Imported, its tables stand in the metadata."""


def alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config


def tables(url: str) -> set[str]:
    engine = open_engine(url)
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
    engine.dispose()
    return names


@pytest.mark.parametrize("revision", known_revisions())
def test_each_revision_goes_up_down_and_up_again(database_url: str, revision: str) -> None:
    engine = open_engine(database_url, enforce_keys=False)
    with engine.begin() as connection:
        config = alembic(connection)
        command.upgrade(config, revision)
        command.downgrade(config, "-1")
        command.upgrade(config, revision)
        current = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    assert current == revision


def test_going_all_the_way_down_leaves_nothing(database_url: str) -> None:
    migrate(database_url)
    engine = open_engine(database_url, enforce_keys=False)
    with engine.begin() as connection:
        command.downgrade(alembic(connection), "base")
    engine.dispose()
    assert tables(database_url) == {"alembic_version"}


def test_the_newest_revision_has_just_the_tables_of_the_models(database_url: str) -> None:
    migrate(database_url)
    engine = open_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, SQLModel.metadata)
    engine.dispose()
    assert differences == []


def test_the_names_of_the_scripts_tell_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    assert known_revisions() == [script.revision for script in scripts][::-1]


def test_processes_that_start_together_migrate_once(database_url: str) -> None:
    program = "import sys; from bot.store.migrate import migrate; migrate(sys.argv[1])"
    starts = [
        subprocess.Popen([sys.executable, "-c", program, database_url], cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    errors = [start.communicate(timeout=60)[1] for start in starts]
    assert errors == [b""] * 4
    assert tables(database_url) == {"alembic_version", *SQLModel.metadata.tables}


def test_a_database_from_a_newer_version_is_refused_in_one_sentence(database_url: str) -> None:
    migrate(database_url)
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreError, match=r"at revision 9999, .* start the newer version") as refusal:
        migrate(database_url)
    assert refusal.value.permanent


def test_a_revision_that_fails_leaves_the_database_as_it_was(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE half (id INTEGER)"))
        connection.execute(text("CREATE NONSENSE"))

    monkeypatch.setattr("bot.store.migrate._upgrade", break_down)
    with pytest.raises(StoreError):
        migrate(database_url)
    assert tables(database_url) == set()


def test_a_server_that_is_away_is_a_store_error() -> None:
    with pytest.raises(StoreError, match="connection"):
        migrate("postgresql://nobody@127.0.0.1:1/none")


def test_a_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="file: File exists"):
        migrate(f"sqlite:///{tmp_path / 'file' / 'dezhurny.db'}")
