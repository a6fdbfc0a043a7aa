"""Who was erased a moment ago: what was said before it is not stored again."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from bot.domain import TurnRecord
from bot.store.people_tables import ErasureRow
from bot.store.rows import person_of, table_of

ERASURES = table_of(ErasureRow)


def of_erased(connection: Connection, records: Iterable[TurnRecord]) -> frozenset[str]:
    """The ids of the turns whose person has asked to be erased since they were received."""
    asked = {
        (row.tenant, row.channel, row.external_id): row.asked_at
        for row in connection.execute(select(ERASURES))  # a handful at most: they are gone after minutes
    }
    return frozenset(
        record.turn_id
        for record in records
        if (at := asked.get((record.tenant, *person_of(record)))) is not None and record.received_at <= at
    )
