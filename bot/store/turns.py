"""The log of turns in SQL, and the people and dialogues that they belong to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from bot.domain import ChannelName, ChatRef, TurnRecord
from bot.store.engine import translated
from bot.store.erased import of_erased
from bot.store.rows import (
    DIALOGUES,
    PEOPLE,
    TURNS,
    Person,
    Values,
    dialogue_values,
    insert_into,
    people_values,
    record_from_row,
    turn_values,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreCounts:
    """How many rows there are."""

    people: int
    dialogues: int
    turns: int


class TurnStore:
    """Reads and writes turns. Every call blocks: from an event loop call it through `asyncio.to_thread`.

    Every call raises StoreError and nothing else. The schema must be at head (`migrate`).
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, batch: Sequence[TurnRecord]) -> None:
        """Write the turns with their people and dialogues: all or none.

        A turn that is there already is left as it is, so a batch may be repeated, whole or in part. One
        whose person was erased since is passed over.
        """
        waiting = list(batch)
        while waiting:
            with translated(), self._engine.begin() as connection:
                people = _upsert_people(connection, people_values(waiting))
                # Asked now, when their rows are locked: an erasure has been through, or comes after us.
                late = of_erased(connection, waiting)
                if not late:
                    _record(connection, waiting, people)
                    return
                connection.rollback()
            waiting = [record for record in waiting if record.turn_id not in late]

    def turn(self, turn_id: str) -> TurnRecord | None:
        with translated(), self._engine.connect() as connection:
            row = connection.execute(_turns().where(TURNS.c.turn_id == turn_id)).one_or_none()
        return None if row is None else record_from_row(row)

    def turn_in_row(self, number: int) -> TurnRecord | None:
        """The turn by the number of its row, which is all that an export may name."""
        with translated(), self._engine.connect() as connection:
            row = connection.execute(_turns().where(TURNS.c.id == number)).one_or_none()
        return None if row is None else record_from_row(row)

    def recent(self, chat: ChatRef, limit: int) -> list[TurnRecord]:
        """The last turns of a chat, the newest first."""
        newest = (
            _turns()
            .where(TURNS.c.chat_key == chat.key)
            .order_by(TURNS.c.answered_at.desc(), TURNS.c.id.desc())
            .limit(limit)
        )
        with translated(), self._engine.connect() as connection:
            return [record_from_row(row) for row in connection.execute(newest)]

    def counts(self) -> StoreCounts:
        with translated(), self._engine.connect() as connection:
            people, dialogues, turns = (
                connection.scalar(select(func.count()).select_from(table)) or 0
                for table in (PEOPLE, DIALOGUES, TURNS)
            )
        return StoreCounts(people=people, dialogues=dialogues, turns=turns)

    def mark_blocked(self, channel: ChannelName, person_id: str, at: datetime) -> None:
        """Note that the person takes no messages since `at`; a message received later lifts it."""
        seen = {"name": "", "language": "", "first_seen_at": at, "last_seen_at": at}
        row = {"channel": channel.value, "external_id": person_id, "blocked_at": at, **seen}
        with translated(), self._engine.begin() as connection:
            known = insert_into(connection, PEOPLE).values(row)
            connection.execute(
                known.on_conflict_do_update(
                    index_elements=["channel", "external_id"], set_={"blocked_at": at}
                )
            )

    def is_blocked(self, channel: ChannelName, person_id: str) -> bool:
        person = and_(PEOPLE.c.channel == channel.value, PEOPLE.c.external_id == person_id)
        with translated(), self._engine.connect() as connection:
            return connection.scalar(select(PEOPLE.c.blocked_at).where(person)) is not None


def _turns() -> Select[Any]:
    person = (PEOPLE.c.external_id, PEOPLE.c.name, PEOPLE.c.language)
    return select(TURNS, *person).join(PEOPLE, PEOPLE.c.id == TURNS.c.person_id)


def _record(connection: Connection, batch: Sequence[TurnRecord], people: Mapping[Person, int]) -> None:
    _upsert_dialogues(connection, dialogue_values(batch, people))
    turns = sorted((turn_values(record, people) for record in batch), key=lambda turn: str(turn["turn_id"]))
    connection.execute(
        insert_into(connection, TURNS).on_conflict_do_nothing(index_elements=["turn_id"]), turns
    )


def _upsert_people(connection: Connection, people: list[Values]) -> dict[Person, int]:
    insert = insert_into(connection, PEOPLE)
    new, old = insert.excluded, PEOPLE.c
    later = new.last_seen_at >= old.last_seen_at
    upsert = insert.on_conflict_do_update(
        index_elements=["channel", "external_id"],
        set_={
            "name": case((or_(later, old.name == ""), new.name), else_=old.name),
            "language": case((or_(later, old.language == ""), new.language), else_=old.language),
            "first_seen_at": _lesser(old.first_seen_at, new.first_seen_at),
            "last_seen_at": case((later, new.last_seen_at), else_=old.last_seen_at),
            "blocked_at": case((old.blocked_at >= new.last_seen_at, old.blocked_at), else_=None),
        },
    ).returning(PEOPLE.c.channel, PEOPLE.c.external_id, PEOPLE.c.id)
    return {(row.channel, row.external_id): row.id for row in connection.execute(upsert, people)}


def _upsert_dialogues(connection: Connection, dialogues: list[Values]) -> None:
    insert = insert_into(connection, DIALOGUES)
    new, old = insert.excluded, DIALOGUES.c
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["id"],
            set_={
                "started_at": _lesser(old.started_at, new.started_at),
                "last_at": case((new.last_at > old.last_at, new.last_at), else_=old.last_at),
            },
        ),
        dialogues,
    )
    later = DIALOGUES.alias("later")
    superseded = exists().where(
        later.c.chat_key == old.chat_key, later.c.started_at > old.started_at, later.c.ended_at.is_(None)
    )
    chats = sorted({dialogue["chat_key"] for dialogue in dialogues})
    connection.execute(
        update(DIALOGUES)
        .where(old.chat_key.in_(chats), old.ended_at.is_(None), superseded)
        .values(ended_at=old.last_at)
    )


def _lesser(left: Any, right: Any) -> Any:
    """The earlier of two moments: the databases have no function for it in common."""
    return case((left < right, left), else_=right)
