"""The row of a person, for whatever else is stored of them."""

from datetime import datetime

from sqlalchemy import Connection, case

from bot.domain import ChannelName
from bot.store.rows import PEOPLE, clean, insert_into


def person_row(
    connection: Connection,
    channel: ChannelName,
    external_id: str,
    name: str,
    language: str,
    *,
    at: datetime,
) -> int:
    """The id of the person's row, made now if there is none; `at` is when they were seen last, at least."""
    known = insert_into(connection, PEOPLE).values(
        channel=channel.value,
        external_id=clean(external_id),
        name=clean(name),
        language=clean(language),
        first_seen_at=at,
        last_seen_at=at,
    )
    later = known.excluded.last_seen_at >= PEOPLE.c.last_seen_at
    upsert = known.on_conflict_do_update(
        index_elements=["channel", "external_id"],
        set_={"last_seen_at": case((later, known.excluded.last_seen_at), else_=PEOPLE.c.last_seen_at)},
    )
    row_id: int = connection.execute(upsert.returning(PEOPLE.c.id)).scalar_one()
    return row_id
