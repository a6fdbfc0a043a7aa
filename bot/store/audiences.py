"""Who of a tenant's people a broadcast is for."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, select

from bot.domain import ChannelName
from bot.domain.broadcasts import Audience
from bot.store.consents import CONSENTS
from bot.store.people_tables import BookingRow
from bot.store.rows import PEOPLE, TURNS, table_of

BOOKINGS = table_of(BookingRow)
_SPOKEN_OF: Final = 0.3
"""How sure a turn must be that it was about a product."""


def audience_of(tenant: str, audience: Audience, now: datetime, *columns: Any, dialect: str) -> Select[Any]:
    """The columns of PEOPLE of all whom it is for, in the order of their rows. `dialect`: the database's."""
    wanted = [takes_news(tenant)]
    if audience.language:
        wanted.append(PEOPLE.c.language == audience.language)
    said = and_(TURNS.c.person_id == PEOPLE.c.id, TURNS.c.tenant == tenant)
    if audience.active_days:
        since = now - timedelta(days=audience.active_days)
        wanted.append(exists().where(said, TURNS.c.received_at >= since).correlate(PEOPLE))
    if audience.product:
        wanted.append(exists().where(said, _speaks_of(audience.product, dialect)).correlate(PEOPLE))
    if audience.without_booking:
        coming = and_(
            BOOKINGS.c.tenant == tenant,
            BOOKINGS.c.person_id == PEOPLE.c.id,
            BOOKINGS.c.cancelled_at.is_(None),
            BOOKINGS.c.ends_at >= now,
        )
        wanted.append(~exists().where(coming).correlate(PEOPLE))
    return select(*columns).where(*wanted).order_by(PEOPLE.c.id)


def _speaks_of(product: str, dialect: str) -> ColumnElement[bool]:
    """Of a turn. SQLite finds no name with letters beyond ASCII by its path, as they are stored escaped."""
    if dialect != "sqlite":
        share = TURNS.c.trace[("understood", "products", product)].as_float()
        is_spoken_of: ColumnElement[bool] = share >= _SPOKEN_OF
        return is_spoken_of
    found = func.json_each(TURNS.c.trace, "$.understood.products").table_valued("key", "value")
    return exists().where(found.c.key == product, found.c.value >= _SPOKEN_OF).correlate(TURNS)


def takes_news(tenant: str) -> ColumnElement[bool]:
    """Whether somebody has agreed to get news, and messages reach them."""
    agreed = and_(
        CONSENTS.c.tenant == tenant,
        CONSENTS.c.person_id == PEOPLE.c.id,
        CONSENTS.c.withdrawn_at.is_(None),
        CONSENTS.c.takes_news.is_(True),
    )
    reached = and_(PEOPLE.c.channel == ChannelName.TELEGRAM.value, PEOPLE.c.blocked_at.is_(None))
    return and_(reached, exists().where(agreed).correlate(PEOPLE))
