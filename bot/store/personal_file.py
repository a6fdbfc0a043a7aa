"""What the database holds about a person, whole, for that person."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, MetaData, Row, Table, and_, func, select

from bot.domain.consents import Person
from bot.errors import SealBroken
from bot.store.engine import translated
from bot.store.rows import PEOPLE, clean
from bot.store.sealing import Sealer

Rows = dict[str, list[dict[str, Any]]]

_NOT_THEIRS = frozenset(
    {
        *("person_id", "tenant", "request_key", "blocked_at"),
        *("taken_by", "operator", "decided_by", "placed_by", "room_chat_id", "thread_id", "held_sealed"),
    }
)
"""Numbers that mean something here alone, and who of the staff did what."""
_TRACED = frozenset({"asked", "heard", "language", "understood", "focus"})
"""What a turn's trace says of the person; the rest is about how answers are made."""
_SEALED = "_sealed"


class PersonalFileStore:
    """One tenant's. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str, sealer: Sealer) -> None:
        self._engine = engine
        self._tenant = tenant
        self._sealer = sealer

    def counts(self, person: Person) -> dict[str, int]:
        """How many rows of which table are theirs; tables without any are left out."""
        with translated(), self._engine.connect() as connection:
            counts = {
                table.name: connection.scalar(select(func.count()).select_from(table).where(mine)) or 0
                for table, mine in self._tables(person)
            }
        return {name: count for name, count in counts.items() if count}

    def rows(self, person: Person) -> Rows:
        """All of it by table, phones readable, the person's own row first."""
        found: Rows = {}
        with translated(), self._engine.connect() as connection:
            themselves = connection.execute(select(PEOPLE).where(_is(person))).all()
            for name, rows in [("people", themselves)] + [
                (table.name, connection.execute(select(table).where(mine)).all())
                for table, mine in self._tables(person)
            ]:
                if rows:
                    found[name] = [self._readable(row) for row in rows]
        return found

    def _tables(self, person: Person) -> Iterator[tuple[Table, Any]]:
        metadata = MetaData()
        metadata.reflect(self._engine)
        theirs = select(PEOPLE.c.id).where(_is(person)).scalar_subquery()
        for table in metadata.sorted_tables:
            if "person_id" not in table.c:
                continue
            mine = table.c.person_id == theirs
            yield table, and_(mine, table.c.tenant == self._tenant) if "tenant" in table.c else mine

    def _readable(self, row: Row[Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, value in row._mapping.items():
            if name in _NOT_THEIRS or value in (None, ""):
                continue
            if name.endswith(_SEALED):
                values[name.removesuffix(_SEALED)] = self._opened(value)
            elif name == "trace":
                values |= {key: value[key] for key in sorted(_TRACED & value.keys())}
            else:
                values[name] = _plain(value)
        return values

    def _opened(self, sealed: str) -> str | None:
        """None: the key is lost, and nobody can read it."""
        try:
            return self._sealer.open(sealed)
        except SealBroken:
            return None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    if isinstance(value, Mapping | list | str | int | float | bool):
        return value
    return str(value)


def _is(person: Person) -> Any:
    return and_(PEOPLE.c.channel == person.channel.value, PEOPLE.c.external_id == clean(person.external_id))
