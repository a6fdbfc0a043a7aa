"""What people think of single answers, each tied to the turn that was logged."""

from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, delete, select

from bot.domain.ratings import RatedAnswer, Rater, RatingKind
from bot.store.engine import translated
from bot.store.ratings import COLUMNS, RATINGS, UNIQUE, Values, is_by, of_kind, person_of, row_of
from bot.store.rows import TURNS, clean, insert_into


class RatedAnswerStore:
    """One tenant's. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def rate(
        self, kind: RatingKind, turn_id: str, rater: Rater, score: int, *, at: datetime, since: datetime
    ) -> bool:
        """Give or change what the asker thinks of an answer given after `since`. False: there is none."""
        whose = (self._tenant, TURNS.c.person_id)
        values: Values = (*whose, kind.value, TURNS.c.turn_id, score, [], "", at, at)
        with translated(), self._engine.begin() as connection:
            rated = row_of(values).where(self._asked_by(turn_id, rater), TURNS.c.answered_at >= since)
            given = insert_into(connection, RATINGS).from_select(COLUMNS, rated)
            changed = {"score": score, "answered_at": at}
            upsert = given.on_conflict_do_update(index_elements=UNIQUE, set_=changed)
            return connection.execute(upsert.returning(RATINGS.c.id)).first() is not None

    def unrate(self, turn_id: str, rater: Rater, *, since: datetime) -> bool:
        """Take the thumb back. False: there is no answer of theirs given after `since`."""
        thumb = and_(of_kind(self._tenant, RatingKind.THUMB, turn_id), is_by(rater))
        mine = select(TURNS.c.id).where(self._asked_by(turn_id, rater), TURNS.c.answered_at >= since)
        with translated(), self._engine.begin() as connection:
            connection.execute(delete(RATINGS).where(thumb, mine.exists()))
            return connection.execute(mine).one_or_none() is not None

    def answer(self, turn_id: str) -> RatedAnswer | None:
        """The answer of the turn, if it is said to be wrong."""
        found = (
            select(TURNS.c.question, TURNS.c.answer, RATINGS.c.id, RATINGS.c.words)
            .join(RATINGS, RATINGS.c.subject == TURNS.c.turn_id)
            .where(of_kind(self._tenant, RatingKind.ERROR, turn_id), TURNS.c.tenant == self._tenant)
        )
        with translated(), self._engine.connect() as connection:
            row = connection.execute(found).first()
        if row is None:
            return None
        return RatedAnswer(rating=row.id, question=row.question, answer=row.answer, words=row.words)

    def _asked_by(self, turn_id: str, rater: Rater) -> ColumnElement[bool]:
        mine = TURNS.c.person_id.in_(person_of(rater))
        return and_(TURNS.c.turn_id == clean(turn_id), TURNS.c.tenant == self._tenant, mine)
