"""Runs the revisions on the connection it is given, or, from the command line, on the settings' database."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

from bot.store import admin_tables, people_tables
from bot.store.tables import UtcDateTime

_MODELS = (admin_tables, people_tables)  # imported, their tables stand in the metadata


def render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Revisions stand on their own: they name no type of ours, which may change after them."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        # SQLite alters a table by building it anew.
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_from_settings() -> None:
    from bot.settings import load_settings
    from bot.store.engine import database_url, open_engine

    settings = load_settings()
    engine = open_engine(database_url(settings.database_url, settings.data_dir), enforce_keys=False)
    with engine.begin() as connection:
        run(connection)
    engine.dispose()


given = context.config.attributes.get("connection")
if given is None:
    run_from_settings()
else:
    run(given)
