"""What the clocks of the machines showed, so that a leap is noticed by whoever looks next."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, func, select, true, update

from bot.store.admin_tables import ClockMarkRow
from bot.store.engine import translated
from bot.store.rows import insert_into, table_of

MARKS = table_of(ClockMarkRow)
_KEPT = 20
"""Starts of machines that are remembered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockMark:
    """One look at the clock of a machine that was started as `boot`; see the table."""

    boot: str
    shown: datetime
    elapsed_s: float
    ceiling: datetime | None
    off_since_s: float
    off_s: float


class ClockMarkStore:
    """One tenant's. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def newest(self, boot: str) -> ClockMark | None:
        """The mark of this start of the machine; else the last one of any."""
        own_first = select(MARKS).where(MARKS.c.tenant == self._tenant)
        own_first = own_first.order_by((MARKS.c.boot == boot).desc(), MARKS.c.shown.desc()).limit(1)
        with translated(), self._engine.connect() as connection:
            row = connection.execute(own_first).one_or_none()
        return None if row is None else ClockMark(**{name: getattr(row, name) for name in _FIELDS})

    def put(self, mark: ClockMark, *, seen: ClockMark | None) -> None:
        """Note a look that followed on `seen`, unless an admin has vouched for the clocks meanwhile."""
        values = {name: getattr(mark, name) for name in _FIELDS}
        was_trusted = seen is not None and seen.ceiling is None
        with translated(), self._engine.begin() as connection:
            known = insert_into(connection, MARKS).values(tenant=self._tenant, **values)
            connection.execute(
                known.on_conflict_do_update(
                    index_elements=["tenant", "boot"],
                    set_=values,
                    where=true() if was_trusted else MARKS.c.ceiling.is_not(None),
                )
            )
            others = select(MARKS.c.boot).where(MARKS.c.tenant == self._tenant, MARKS.c.boot != mark.boot)
            too_many = others.order_by(MARKS.c.shown.desc()).offset(_KEPT).limit(1_000)
            connection.execute(
                delete(MARKS).where(MARKS.c.tenant == self._tenant, MARKS.c.boot.in_(too_many))
            )

    def trust(self) -> None:
        """An admin has looked: what the clocks show is right."""
        mine = MARKS.c.tenant == self._tenant
        with translated(), self._engine.begin() as connection:
            connection.execute(update(MARKS).where(mine).values(ceiling=None))

    def database_time(self) -> datetime | None:
        """What the database's own clock shows; None: it runs in this process and has none."""
        if self._engine.dialect.name == "sqlite":
            return None
        with translated(), self._engine.connect() as connection:
            moment: datetime | None = connection.scalar(select(func.clock_timestamp()))
        return moment


_FIELDS = ("boot", "shown", "elapsed_s", "ceiling", "off_since_s", "off_s")
