"""Held answers in SQL. Who decides first is told by conditional updates alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, and_, exists, or_, select, update

from bot.domain import ChatRef, Light, Outcome
from bot.domain.reviews import Decided, Review, ReviewMode, ReviewStatus
from bot.store.engine import translated
from bot.store.persons import person_row
from bot.store.review_tables import ReviewRow
from bot.store.rows import TURNS, Values, clean, insert_into, table_of

REVIEWS = table_of(ReviewRow)
_OPEN = tuple(status.value for status in ReviewStatus if status.is_open)


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """What is to be stored of an answer that waits. `question` and `answer` are masked."""

    chat: ChatRef
    person_id: str
    person_name: str
    language: str
    turn_id: str
    mode: ReviewMode
    question: str
    answer: str
    light: Light
    held_sealed: str
    created_at: datetime
    remind_at: datetime
    due_at: datetime


class ReviewStore:
    """One tenant's. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def hold(self, held: Held) -> Review:
        """Store it, once for its turn; what was stored first stays."""
        with translated(), self._engine.begin() as connection:
            person = person_row(
                connection,
                held.chat.channel,
                held.person_id,
                held.person_name,
                held.language,
                at=held.created_at,
            )
            row = self._row(held) | {"person_id": person}
            insert = insert_into(connection, REVIEWS).values(row)
            connection.execute(insert.on_conflict_do_nothing(index_elements=["turn_id"]))
            found = connection.execute(select(REVIEWS).where(self._of_turn(held.turn_id))).one()
        return _review(found)

    def review(self, review_id: int) -> Review | None:
        return self._one(self._is(review_id))

    def of_turn(self, turn_id: str) -> Review | None:
        return self._one(self._of_turn(turn_id))

    def decide(
        self, review_id: int, status: ReviewStatus, *, by: str, final: str, sealed: str | None, at: datetime
    ) -> bool:
        """False: somebody has decided already, or it is gone. `sealed`: what is sent, if it is other."""
        values: Values = {"status": status.value, "decided_by": by, "final": clean(final), "decided_at": at}
        if sealed is not None:
            values["held_sealed"] = sealed
        return self._update(and_(self._is(review_id), REVIEWS.c.status.in_(_OPEN)), **values)

    def expire(self, review_id: int) -> bool:
        waits = and_(self._is(review_id), REVIEWS.c.status == ReviewStatus.PENDING.value)
        return self._update(waits, status=ReviewStatus.EXPIRED.value)

    def note_reminded(self, review_id: int, at: datetime) -> bool:
        return self._update(and_(self._is(review_id), REVIEWS.c.reminded_at.is_(None)), reminded_at=at)

    def note_sent(self, review_id: int, at: datetime) -> bool:
        return self._update(
            and_(self._is(review_id), REVIEWS.c.sent_at.is_(None)), sent_at=at, held_sealed=""
        )

    def forget_words(self, review_id: int) -> bool:
        """The exact words are never sent."""
        return self._update(self._is(review_id), held_sealed="")

    def log_final(self, review: Review) -> None:
        """Put what was sent into the turn's row, if it is there yet."""
        mine = TURNS.c.turn_id == review.turn_id
        with translated(), self._engine.connect() as connection:
            trace = connection.scalar(select(TURNS.c.trace).where(mine)) or {}
        is_held = and_(mine, TURNS.c.outcome == Outcome.SCRIPTED.value)
        outcome = trace.get("held_outcome", Outcome.ANSWERED.value)
        if review.status is ReviewStatus.EDITED:
            outcome = Outcome.ANSWERED.value
        with translated(), self._engine.begin() as connection:
            connection.execute(update(TURNS).where(is_held).values(answer=review.final, outcome=outcome))

    def has_later_turn(self, review: Review) -> bool:
        """Whether the chat has gone on since the question was put."""
        later_turn = exists().where(
            TURNS.c.chat_key == review.chat.key,
            TURNS.c.answered_at > review.created_at,
            TURNS.c.turn_id != review.turn_id,
        )
        later_review = exists().where(REVIEWS.c.chat_key == review.chat.key, REVIEWS.c.id > review.review_id)
        with translated(), self._engine.connect() as connection:
            return bool(connection.scalar(select(or_(later_turn, later_review))))

    def may_be_remembered(self, review: Review, dialogue_id: str) -> bool:
        """Whether the question was put in this dialogue, as far as the log says."""
        logged = select(TURNS.c.dialogue_id).where(TURNS.c.turn_id == review.turn_id)
        with translated(), self._engine.connect() as connection:
            found = connection.scalar(logged)
        return found is None or found == dialogue_id

    def pending(self) -> list[Review]:
        """What nobody has decided, the oldest first."""
        return self._all(REVIEWS.c.status == ReviewStatus.PENDING.value)

    def decided_since(self, moment: datetime) -> list[Review]:
        return self._all(REVIEWS.c.decided_at >= moment)

    def history(self, since: datetime) -> list[Decided]:
        """All that were held, by when they were; those that nobody has decided yet too."""
        mine = and_(REVIEWS.c.tenant == self._tenant, REVIEWS.c.created_at >= since)
        columns = (REVIEWS.c.created_at, REVIEWS.c.light, REVIEWS.c.mode, REVIEWS.c.status)
        statement = select(*columns, REVIEWS.c.answer, REVIEWS.c.final).where(mine)
        with translated(), self._engine.connect() as connection:
            return [
                Decided(
                    at=row.created_at,
                    light=Light(row.light),
                    mode=ReviewMode(row.mode),
                    status=ReviewStatus(row.status),
                    answer=row.answer,
                    final=row.final,
                )
                for row in connection.execute(statement.order_by(REVIEWS.c.id))
            ]

    def _row(self, held: Held) -> Values:
        return {
            "tenant": self._tenant,
            "chat_key": held.chat.key,
            "private": held.chat.private,
            "turn_id": clean(held.turn_id),
            "mode": held.mode.value,
            "question": clean(held.question),
            "answer": clean(held.answer),
            "light": held.light.value,
            "status": ReviewStatus.PENDING.value,
            "final": "",
            "decided_by": "",
            "language": clean(held.language),
            "held_sealed": held.held_sealed,
            "created_at": held.created_at,
            "remind_at": held.remind_at,
            "due_at": held.due_at,
        }

    def _is(self, review_id: int) -> ColumnElement[bool]:
        return and_(REVIEWS.c.tenant == self._tenant, REVIEWS.c.id == review_id)

    def _of_turn(self, turn_id: str) -> ColumnElement[bool]:
        return and_(REVIEWS.c.tenant == self._tenant, REVIEWS.c.turn_id == clean(turn_id))

    def _one(self, condition: ColumnElement[bool]) -> Review | None:
        with translated(), self._engine.connect() as connection:
            row = connection.execute(select(REVIEWS).where(condition)).one_or_none()
        return None if row is None else _review(row)

    def _all(self, condition: ColumnElement[bool]) -> list[Review]:
        statement = select(REVIEWS).where(REVIEWS.c.tenant == self._tenant, condition).order_by(REVIEWS.c.id)
        with translated(), self._engine.connect() as connection:
            rows: Sequence[Row[Any]] = connection.execute(statement).all()
        return [_review(row) for row in rows]

    def _update(self, condition: ColumnElement[bool], **values: Any) -> bool:
        with translated(), self._engine.begin() as connection:
            return connection.execute(update(REVIEWS).where(condition).values(values)).rowcount > 0


def _review(row: Row[Any]) -> Review:
    return Review(
        review_id=row.id,
        chat=ChatRef.of_key(row.chat_key, private=row.private),
        turn_id=row.turn_id,
        mode=ReviewMode(row.mode),
        question=row.question,
        answer=row.answer,
        light=Light(row.light),
        status=ReviewStatus(row.status),
        final=row.final,
        decided_by=row.decided_by,
        language=row.language,
        held_sealed=row.held_sealed,
        created_at=row.created_at,
        remind_at=row.remind_at,
        due_at=row.due_at,
        reminded_at=row.reminded_at,
        decided_at=row.decided_at,
        sent_at=row.sent_at,
    )
