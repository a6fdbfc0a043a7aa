"""Answers for testers and their marks, in SQL."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Text,
    and_,
    cast,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)

from bot.domain import Outcome
from bot.domain.reviews import Mark, MarkItem
from bot.store.engine import translated
from bot.store.review_tables import MarkItemRow, MarkRow
from bot.store.rows import TURNS, Values, clean, insert_into, table_of

ITEMS = table_of(MarkItemRow)
MARKS = table_of(MarkRow)
ENOUGH_TESTERS = 3
"""So many marks of one answer tell how far testers agree; more are better spent on other answers."""
_FROM_LOG = (Outcome.ANSWERED.value, Outcome.UNKNOWN.value, Outcome.REFUSED.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewItem:
    """`turn_row`: of an answer in the log, whose words are not copied."""

    answer_key: str
    kind: str
    model: str
    version: str
    question: str = ""
    answer: str = ""
    turn_row: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """Of one tester: how many are marked, and how many answers there are."""

    marked: int
    passed_over: int
    prepared: int


_OF_TURN = "turn:"


def key_of_turn(row_id: int) -> str:
    """How marks name the answer of a logged turn."""
    return f"{_OF_TURN}{row_id}"


def key_of_logged() -> ColumnElement[str]:
    """The same of a row of the log."""
    return literal(_OF_TURN) + cast(TURNS.c.id, Text)


class MarkStore:
    """One tenant's. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def prepare(self, items: Sequence[NewItem], at: datetime) -> int:
        """Add those that are new; returns how many there were."""
        added = 0
        with translated(), self._engine.begin() as connection:
            for item in items:
                row: Values = {
                    "tenant": self._tenant,
                    "answer_key": clean(item.answer_key),
                    "turn_row": item.turn_row,
                    "question": clean(item.question),
                    "answer": clean(item.answer),
                    "kind": clean(item.kind),
                    "model": clean(item.model),
                    "version": clean(item.version),
                    "created_at": at,
                }
                statement = insert_into(connection, ITEMS).values(row)
                statement = statement.on_conflict_do_nothing(index_elements=["tenant", "answer_key"])
                added += connection.execute(statement.returning(ITEMS.c.id)).first() is not None
        return added

    def logged(self, limit: int) -> list[NewItem]:
        """The last answers of the log that testers may be shown, one for each different question."""
        newest = (
            select(TURNS.c.id, TURNS.c.question, TURNS.c.outcome, TURNS.c.model, TURNS.c.trace)
            .where(TURNS.c.tenant == self._tenant, TURNS.c.private, TURNS.c.outcome.in_(_FROM_LOG))
            .order_by(TURNS.c.id.desc())
            .limit(limit * 5)
        )
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(newest).all()
        different = {row.question.casefold(): row for row in reversed(rows)}
        return [
            NewItem(
                answer_key=key_of_turn(row.id),
                kind=row.outcome,
                model=row.model,
                version=str(row.trace.get("prompt", "")),
                turn_row=row.id,
            )
            for row in sorted(different.values(), key=lambda row: -row.id)[:limit]
        ]

    def next(self, tester: str, at: datetime) -> MarkItem | None:
        """What the tester has in hand, or else the next answer, in hand from now on; None: all are seen.

        Answers that few others have marked come first, so that the marks overlap. What was erased from the
        log is left out.
        """
        with translated(), self._engine.begin() as connection:
            connection.execute(delete(ITEMS).where(self._is_gone()))
            row = self._in_hand(connection, tester)
            if row is not None:
                return self._item(connection, row)
            waiting = connection.execute(select(ITEMS).where(self._unseen(tester))).all()
            if not waiting:
                return None
            counts = self._counts(connection)
            row = min(
                waiting, key=lambda row: _turn_of(counts.get(row.answer_key, 0), tester, row.answer_key)
            )
            self._take(connection, tester, row, at)
            return self._item(connection, row)

    def mark(self, tester: str, item_id: int, score: int | None, at: datetime) -> bool:
        """`score` None passes it over. False: the tester does not have it in hand."""
        key = select(ITEMS.c.answer_key).where(ITEMS.c.tenant == self._tenant, ITEMS.c.id == item_id)
        mine = and_(self._of(tester), MARKS.c.answer_key.in_(key), MARKS.c.done_at.is_(None))
        return self._update(mine, score=score, done_at=at)

    def add_words(self, tester: str, item_id: int, words: str) -> bool:
        """False: the tester has not marked it."""
        key = select(ITEMS.c.answer_key).where(ITEMS.c.tenant == self._tenant, ITEMS.c.id == item_id)
        mine = and_(self._of(tester), MARKS.c.answer_key.in_(key), MARKS.c.score.is_not(None))
        return self._update(mine, words=clean(words))

    def item(self, item_id: int) -> MarkItem | None:
        with translated(), self._engine.connect() as connection:
            mine = and_(ITEMS.c.tenant == self._tenant, ITEMS.c.id == item_id)
            row = connection.execute(select(ITEMS).where(mine)).one_or_none()
            return None if row is None else self._item(connection, row)

    def progress(self, tester: str) -> Progress:
        done = and_(self._of(tester), MARKS.c.done_at.is_not(None))
        counts = select(func.count(MARKS.c.score), func.count()).where(done)
        with translated(), self._engine.connect() as connection:
            marked, all_done = connection.execute(counts).one()
            prepared = connection.scalar(select(func.count()).where(ITEMS.c.tenant == self._tenant)) or 0
        return Progress(marked=marked, passed_over=all_done - marked, prepared=prepared)

    def marks(self) -> list[Mark]:
        """All that were given, in their order."""
        given = and_(MARKS.c.tenant == self._tenant, MARKS.c.score.is_not(None))
        with translated(), self._engine.connect() as connection:
            return [
                Mark(
                    tester=row.tester,
                    answer_key=row.answer_key,
                    kind=row.kind,
                    model=row.model,
                    version=row.version,
                    score=row.score,
                    words=row.words,
                )
                for row in connection.execute(select(MARKS).where(given).order_by(MARKS.c.id))
            ]

    def _in_hand(self, connection: Connection, tester: str) -> Row[Any] | None:
        held = and_(self._of(tester), MARKS.c.done_at.is_(None))
        keys = select(MARKS.c.answer_key).where(held)
        mine = and_(ITEMS.c.tenant == self._tenant, ITEMS.c.answer_key.in_(keys))
        return connection.execute(select(ITEMS).where(mine).order_by(ITEMS.c.id).limit(1)).one_or_none()

    def _unseen(self, tester: str) -> ColumnElement[bool]:
        seen = select(MARKS.c.answer_key).where(self._of(tester))
        return and_(ITEMS.c.tenant == self._tenant, ITEMS.c.answer_key.not_in(seen))

    def _is_gone(self) -> ColumnElement[bool]:
        logged = exists().where(TURNS.c.id == ITEMS.c.turn_row)
        return and_(ITEMS.c.tenant == self._tenant, ITEMS.c.turn_row.is_not(None), ~logged)

    def _counts(self, connection: Connection) -> dict[str, int]:
        passed_over = and_(MARKS.c.done_at.is_not(None), MARKS.c.score.is_(None))
        shown = and_(MARKS.c.tenant == self._tenant, ~passed_over)
        counts = (
            select(MARKS.c.answer_key, func.count().label("shown")).where(shown).group_by(MARKS.c.answer_key)
        )
        return {row.answer_key: row.shown for row in connection.execute(counts)}

    def _take(self, connection: Connection, tester: str, row: Row[Any], at: datetime) -> None:
        values: Values = {
            "tenant": self._tenant,
            "tester": tester,
            "answer_key": row.answer_key,
            "kind": row.kind,
            "model": row.model,
            "version": row.version,
            "score": None,
            "words": "",
            "created_at": at,
        }
        statement = insert_into(connection, MARKS).values(values)
        connection.execute(
            statement.on_conflict_do_nothing(index_elements=["tenant", "tester", "answer_key"])
        )

    def _item(self, connection: Connection, row: Row[Any]) -> MarkItem:
        question, answer = row.question, row.answer
        if row.turn_row is not None:
            words = select(TURNS.c.question, TURNS.c.answer).where(TURNS.c.id == row.turn_row)
            question, answer = connection.execute(words).one_or_none() or ("", "")
        return MarkItem(
            item_id=row.id,
            answer_key=row.answer_key,
            question=question,
            answer=answer,
            kind=row.kind,
            model=row.model,
            version=row.version,
        )

    def _of(self, tester: str) -> ColumnElement[bool]:
        return and_(MARKS.c.tenant == self._tenant, MARKS.c.tester == tester)

    def _update(self, condition: ColumnElement[bool], **values: Any) -> bool:
        with translated(), self._engine.begin() as connection:
            return connection.execute(update(MARKS).where(condition).values(values)).rowcount > 0


def _turn_of(count: int, tester: str, answer_key: str) -> tuple[int, int, str]:
    """Whose turn it is: first what others have begun, then what nobody has seen, then what has enough.

    Among equals each tester has an order of their own, so that tiredness does not fall on the same ones.
    """
    group = 0 if 0 < count < ENOUGH_TESTERS else 1 if count == 0 else 2
    place = hashlib.sha256(f"{tester} {answer_key}".encode()).hexdigest()
    return group, -count if group == 0 else count, place
