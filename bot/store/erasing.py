"""Erasing a person from SQL: everything that is theirs in every table, and nothing of anybody else.

Whoever stores anything of a person takes the person's row first (`person_row`), and so does the erasing:
what was stored before it is erased, and what comes later knows of it (`bot/store/turns.py`).
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    MetaData,
    Row,
    Table,
    and_,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from bot.domain import ChannelName, ChatRef
from bot.domain.consents import Person
from bot.store.engine import translated
from bot.store.marks import key_of_turn
from bot.store.people_tables import ErasureRow
from bot.store.persons import person_row
from bot.store.rows import PEOPLE, Values, clean, insert_into, table_of

ERASURES = table_of(ErasureRow)
_AT_ONCE = 400
_GONE = "erased"
Topic = tuple[ChatRef, int]
"""A group, and the forum topic in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """Somebody who wants to be erased, and the message that is to say that it is done."""

    person: Person
    chat: ChatRef
    message_id: int
    asked_at: datetime
    is_done: bool = False
    """All is erased; the person is yet to be told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Traces:
    """What of a person stands in other stores under names that only SQL knows."""

    turn_ids: frozenset[str] = frozenset()
    chat_keys: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    """``callback:12``, ``handoff:3``: what cards and messages to the staff are about."""
    topics: frozenset[Topic] = frozenset()
    """Forum topics in which staff have talked with the person."""

    def __or__(self, other: "Traces") -> "Traces":
        return Traces(
            turn_ids=self.turn_ids | other.turn_ids,
            chat_keys=self.chat_keys | other.chat_keys,
            subjects=self.subjects | other.subjects,
            topics=self.topics | other.topics,
        )


class ErasureStore:
    """One tenant's erasures. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def ask(self, erasure: Erasure) -> None:
        """Note it down, to be done now or after a kill. The same message asks once."""
        row: Values = {
            "tenant": self._tenant,
            "channel": erasure.person.channel.value,
            "external_id": clean(erasure.person.external_id),
            "chat_id": erasure.chat.chat_id,
            "message_id": erasure.message_id,
            "language": erasure.person.language,
            "asked_at": erasure.asked_at,
            "erased_at": None,
            "told_at": None,
        }
        with translated(), self._engine.begin() as connection:
            asked = insert_into(connection, ERASURES).values(row)
            connection.execute(
                asked.on_conflict_do_update(
                    index_elements=["tenant", "channel", "external_id"],
                    set_=row,
                    where=ERASURES.c.message_id != erasure.message_id,
                )
            )

    def open_of(self, person: Person) -> Erasure | None:
        """The one that the person was not told of yet."""
        who = and_(
            ERASURES.c.channel == person.channel.value,
            ERASURES.c.external_id == clean(person.external_id),
        )
        return next(iter(self._open(who)), None)

    def all_open(self) -> list[Erasure]:
        return self._open(literal(True))

    def note_erased(self, erasure: Erasure, at: datetime) -> None:
        self._note(erasure, {"erased_at": at})

    def note_told(self, erasure: Erasure, at: datetime) -> None:
        self._note(erasure, {"told_at": at})

    def _note(self, erasure: Erasure, values: Values) -> None:
        this = and_(
            ERASURES.c.tenant == self._tenant,
            ERASURES.c.channel == erasure.person.channel.value,
            ERASURES.c.external_id == clean(erasure.person.external_id),
            ERASURES.c.asked_at == erasure.asked_at,
        )
        with translated(), self._engine.begin() as connection:
            connection.execute(update(ERASURES).where(this).values(values))

    def forget_told(self, before: datetime) -> int:
        """Forget that they asked, once nothing of before can come any more. Returns how many."""
        old = and_(ERASURES.c.tenant == self._tenant, ERASURES.c.told_at < before)
        with translated(), self._engine.begin() as connection:
            return connection.execute(delete(ERASURES).where(old)).rowcount

    def traces(self, person: Person) -> Traces:
        tables = _tables(self._engine)
        with translated(), self._engine.connect() as connection:
            row_id = connection.scalar(select(PEOPLE.c.id).where(_is(person)))
            if row_id is None:
                return Traces()
            turns = connection.execute(
                select(tables["turns"].c.turn_id, tables["turns"].c.chat_key).where(
                    tables["turns"].c.person_id == row_id, tables["turns"].c.tenant == self._tenant
                )
            ).all()
            subjects = [
                f"{table.name.removesuffix('s')}:{row.id}"
                for table in _of_people(tables.values())
                if "id" in table.c and table.name not in ("turns", "dialogues", "consents")
                for row in connection.execute(select(table.c.id).where(self._theirs(table, row_id)))
            ]
            handoffs = tables["handoffs"]
            places = connection.execute(
                select(handoffs.c.room_chat_id, handoffs.c.thread_id)
                .where(self._theirs(handoffs, row_id), handoffs.c.thread_id.is_not(None))
                .distinct()
            ).all()
        return Traces(
            topics=frozenset(
                (ChatRef(channel=person.channel, chat_id=place.room_chat_id, private=False), place.thread_id)
                for place in places
            ),
            turn_ids=frozenset(turn.turn_id for turn in turns),
            chat_keys=frozenset(turn.chat_key for turn in turns),
            subjects=frozenset(subjects),
        )

    def erase(self, person: Person, at: datetime) -> int:
        """Delete all rows of the person: all or none. Returns how many, the person's own included."""
        tables = _tables(self._engine)
        with translated(), self._engine.begin() as connection:
            row_id = person_row(connection, person.channel, person.external_id, "", "", at=at)
            turns = self._turns(connection, tables, row_id)
            _erase_quotations(connection, tables, turns)
            self._erase_acts(connection, tables, person)
            count = 0
            for table in _of_people(tables.values()):
                if table.name == "dialogues":
                    self._leave_dialogues_to_others(connection, tables, row_id, turns)
                count += connection.execute(delete(table).where(self._theirs(table, row_id))).rowcount
            still = [exists().where(table.c.person_id == row_id) for table in _of_people(tables.values())]
            gone = delete(PEOPLE).where(PEOPLE.c.id == row_id, ~or_(*still))
            return count + connection.execute(gone).rowcount

    def scrub(self) -> bool:
        """Take what was deleted off the disk too, where that is ours to do. False: somebody reads it yet."""
        if self._engine.dialect.name != "sqlite":
            return True
        with translated():
            raw = self._engine.raw_connection()
            try:
                cursor = raw.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                is_busy = cursor.fetchall()[0][0]
                cursor.close()
            finally:
                raw.close()
        return not is_busy

    def _open(self, who: Any) -> list[Erasure]:
        wanted = and_(ERASURES.c.tenant == self._tenant, ERASURES.c.told_at.is_(None), who)
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(select(ERASURES).where(wanted).order_by(ERASURES.c.asked_at))
            return [_erasure(row) for row in rows]

    def _theirs(self, table: Table, row_id: int) -> Any:
        theirs = table.c.person_id == row_id
        return and_(theirs, table.c.tenant == self._tenant) if "tenant" in table.c else theirs

    def _turns(self, connection: Connection, tables: "Tables", row_id: int) -> Sequence[Any]:
        turns = tables["turns"]
        found = select(turns.c.id, turns.c.turn_id, turns.c.dialogue_id).where(self._theirs(turns, row_id))
        return connection.execute(found).all()

    def _erase_acts(self, connection: Connection, tables: "Tables", person: Person) -> None:
        """What staff did stays on record, but not with whom."""
        acts = tables["staff_acts"]
        about = or_(acts.c.subject == person.key, acts.c.subject.like(f"{person.key}:%"))
        mine = and_(acts.c.tenant == self._tenant, about)
        connection.execute(update(acts).where(mine).values(subject=_GONE))

    def _leave_dialogues_to_others(
        self, connection: Connection, tables: "Tables", row_id: int, turns: Sequence[Row[Any]]
    ) -> None:
        """In a group others have turns in the same dialogue; nobody knows whose words a summary holds."""
        dialogues, log = tables["dialogues"], tables["turns"]
        for ids in _in_parts({turn.dialogue_id for turn in turns}):
            connection.execute(update(dialogues).where(dialogues.c.id.in_(ids)).values(summary=None))
        others = select(func.min(log.c.person_id)).where(
            log.c.dialogue_id == dialogues.c.id, log.c.person_id != row_id
        )
        shared = exists().where(log.c.dialogue_id == dialogues.c.id, log.c.person_id != row_id)
        mine = self._theirs(dialogues, row_id)
        connection.execute(
            update(dialogues).where(mine, shared).values(person_id=others.scalar_subquery(), summary=None)
        )


Tables = dict[str, Table]


def _tables(engine: Engine) -> Tables:
    """Every table as the database has it, so that none is left out because nobody thought of it here."""
    found = MetaData()
    with translated():
        found.reflect(engine)
    return {table.name: table for table in found.sorted_tables}


def _of_people(tables: Iterable[Table]) -> list[Table]:
    """Those whose rows are somebody's, children before those that they belong to."""
    return [table for table in reversed(list(tables)) if "person_id" in table.c]


def _erase_quotations(connection: Connection, tables: Tables, turns: Sequence[Any]) -> None:
    """What staff made of the person's questions: no words of them stay, nor the numbers of the turns, which
    the database gives out anew."""
    once = secrets.token_hex(8)
    proposals, marks, items = tables["proposals"], tables["marks"], tables["mark_items"]
    for ids in _in_parts(turn.turn_id for turn in turns):
        mine = proposals.c.turn_id.in_(ids)
        accepted = proposals.c.status == "accepted"  # its words are the business's own by now
        connection.execute(update(proposals).where(mine, accepted).values(turn_id="", question=""))
        connection.execute(delete(proposals).where(mine, ~accepted))
    for rows in _in_parts(turn.id for turn in turns):
        connection.execute(delete(items).where(items.c.turn_row.in_(rows)))
        keys = [key_of_turn(row) for row in rows]
        unnamed = literal(f"{_GONE}-{once}-") + marks.c.answer_key
        connection.execute(
            update(marks).where(marks.c.answer_key.in_(keys)).values(answer_key=unnamed, words="")
        )


def _in_parts(values: Iterable[Any]) -> Iterator[list[Any]]:
    """No database takes any number of values in one statement."""
    everything = sorted(values)
    for start in range(0, len(everything), _AT_ONCE):
        yield everything[start : start + _AT_ONCE]


def _is(person: Person) -> Any:
    return and_(PEOPLE.c.channel == person.channel.value, PEOPLE.c.external_id == clean(person.external_id))


def _erasure(row: Row[Any]) -> Erasure:
    channel = ChannelName(row.channel)
    return Erasure(
        person=Person(channel=channel, external_id=row.external_id, language=row.language),
        chat=ChatRef(channel=channel, chat_id=row.chat_id, private=row.chat_id == row.external_id),
        message_id=row.message_id,
        asked_at=row.asked_at,
        is_done=row.erased_at is not None,
    )
