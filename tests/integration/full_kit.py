"""A SQLite database without any room, and with room again."""

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from bot.errors import StoreFull
from bot.store.staff import ACTS
from tests.integration.retention_kit import plant, plant_turn
from tests.integration.town_kit import Town

_MOST_PAGES = 1_073_741_823


@contextmanager
def no_room(engine: Engine, at: datetime) -> Iterator[None]:
    """Not a page more within it, and none that is half empty. What fills it happened `at`."""
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(connection: Any, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "connect", limit)
    engine.dispose()
    for fill in (lambda: plant_turn(engine, at), lambda: plant(engine, ACTS, at)):
        with suppress(OperationalError):
            while True:
                fill()
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        engine.dispose()
        with engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {_MOST_PAGES}")


async def whatever_is_logged(town: Town, act: Awaitable[str], chat_id: int) -> str:
    """What somebody sees after this, though turns may not be written."""
    with suppress(StoreFull):
        await act
    return town.telegram.screen(chat_id)
