"""Ratings in SQL: asked once, changed by their owner alone, counted for the business."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    delete,
    exists,
    literal,
    or_,
    select,
    true,
    update,
)

from bot.domain import ChatRef
from bot.domain.ratings import Rater, Rating, RatingKind
from bot.store.dialogues import CONSENTS
from bot.store.engine import translated
from bot.store.people_tables import RatingRow
from bot.store.rows import DIALOGUES, PEOPLE, clean, insert_into, table_of

RATINGS = table_of(RatingRow)
UNIQUE = ["tenant", "kind", "subject", "person_id"]
COLUMNS = [
    "tenant",
    "person_id",
    "kind",
    "subject",
    "score",
    "reasons",
    "words",
    "created_at",
    "answered_at",
]

_SAID_WITHIN = timedelta(minutes=10)
"""Of what was noted to be asked, so long it is made sure that it is said."""
Values = tuple[Any, ...]
"""One for each of the columns."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Somebody who is to be asked for the NPS, in the chat where they were asked last."""

    person: int
    chat: ChatRef
    language: str


class RatingStore:
    """One tenant's ratings. Every call blocks and raises StoreError; the schema must be at head.

    `needs_consent`: nobody is asked who has not agreed to the terms.
    """

    def __init__(self, engine: Engine, tenant: str, *, needs_consent: bool) -> None:
        self._engine = engine
        self._tenant = tenant
        self._needs_consent = needs_consent

    def ask_csat(self, dialogue_id: str, person: int, at: datetime) -> bool:
        """Note that the dialogue's rating is asked for. False: they are not to be asked, or have answered."""
        with translated(), self._engine.begin() as connection:
            self._ask(connection, RatingKind.CSAT, dialogue_id, person, at, true())
            mine = and_(of_kind(self._tenant, RatingKind.CSAT, dialogue_id), RATINGS.c.person_id == person)
            asked = select(RATINGS.c.id).where(mine, RATINGS.c.score.is_(None), self._is_askable(person))
            return connection.execute(asked).one_or_none() is not None

    def ask_nps(self, day: str, person: int, at: datetime, every: timedelta) -> bool:
        """Note that the NPS is asked for, once within `every` a person. False: it is not their time.

        True again, as long as the one of this day was not answered: to be said once, by its name."""
        recent = self._nps_since(at - every, literal(person))
        with translated(), self._engine.begin() as connection:
            # a write first: of two at once, one waits for the other here, and sees its row
            connection.execute(update(PEOPLE).where(PEOPLE.c.id == person).values(id=person))
            if self._ask(connection, RatingKind.NPS, day, person, at, ~recent):
                return True
            mine = and_(of_kind(self._tenant, RatingKind.NPS, day), RATINGS.c.person_id == person)
            asked = select(RATINGS.c.id).where(mine, RATINGS.c.score.is_(None), self._is_askable(person))
            return connection.execute(asked).one_or_none() is not None

    def due_for_nps(
        self,
        *,
        answered_before: datetime,
        answered_after: datetime,
        asked_before: datetime,
        asked_after: datetime,
        unasked_since: datetime,
    ) -> list[Asked]:
        """Whose last dialogue was rated within the first span, or asked about within the second."""
        rated = and_(RATINGS.c.answered_at <= answered_before, RATINGS.c.answered_at > answered_after)
        asked = and_(RATINGS.c.created_at < asked_before, RATINGS.c.created_at > asked_after)
        found = (
            select(RATINGS.c.person_id, DIALOGUES.c.chat_key, PEOPLE.c.language)
            .join(DIALOGUES, DIALOGUES.c.id == RATINGS.c.subject)
            .join(PEOPLE, PEOPLE.c.id == RATINGS.c.person_id)
            .where(
                of_kind(self._tenant, RatingKind.CSAT),
                or_(rated, asked),
                ~self._nps_since(unasked_since, RATINGS.c.person_id, until=answered_before - _SAID_WITHIN),
            )
            .order_by(RATINGS.c.created_at)
        )
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(found).all()
        return [_asked(row) for row in {row.person_id: row for row in rows}.values()]

    def score(
        self, kind: RatingKind, subject: str, rater: Rater, score: int, *, at: datetime, since: datetime
    ) -> bool:
        """Give or change the score of what this person was asked after `since`. False: they were not.

        Another score loses the reasons of the one before."""
        asked = and_(of_kind(self._tenant, kind, subject), is_by(rater), RATINGS.c.created_at >= since)
        changed = and_(asked, RATINGS.c.score.is_distinct_from(score))
        with translated(), self._engine.begin() as connection:
            done = connection.execute(
                update(RATINGS).where(changed).values(score=score, reasons=[], answered_at=at)
            )
            return (
                bool(done.rowcount)
                or connection.execute(select(RATINGS.c.id).where(asked)).first() is not None
            )

    def give_reason(
        self, subject: str, rater: Rater, reason: str, *, is_given: bool, since: datetime
    ) -> Rating | None:
        """Add a reason to a dialogue's score or take it away; the rating as it is then. None: no score."""
        scored = and_(
            of_kind(self._tenant, RatingKind.CSAT, subject),
            is_by(rater),
            RATINGS.c.score.is_not(None),
            RATINGS.c.created_at >= since,
        )
        with translated(), self._engine.begin() as connection:
            connection.execute(update(RATINGS).where(scored).values(kind=RATINGS.c.kind))  # takes the row
            row = connection.execute(select(RATINGS).where(scored)).one_or_none()
            if row is None:
                return None
            others = [given for given in row.reasons if given != reason]
            reasons = [*others, reason] if is_given else others
            connection.execute(update(RATINGS).where(RATINGS.c.id == row.id).values(reasons=reasons))
        return _rating(row, reasons)

    def add_words(self, kind: RatingKind, subject: str, rater: Rater, words: str) -> bool:
        """Add what was said to the score, masked. False: there is nothing it could belong to any more."""
        given = and_(of_kind(self._tenant, kind, subject), is_by(rater), RATINGS.c.score.is_not(None))
        with translated(), self._engine.begin() as connection:
            return connection.execute(update(RATINGS).where(given).values(words=clean(words))).rowcount > 0

    def find(self, kind: RatingKind, subject: str, rater: Rater) -> Rating | None:
        with translated(), self._engine.connect() as connection:
            given = and_(of_kind(self._tenant, kind, subject), is_by(rater))
            row = connection.execute(select(RATINGS).where(given)).one_or_none()
        return None if row is None else _rating(row)

    def unanswered(self, rater: Rater, since: datetime) -> Rating | None:
        """The last thing this person was asked after `since`, if there is no answer to it."""
        kinds = (RatingKind.CSAT.value, RatingKind.NPS.value)
        asked = and_(RATINGS.c.tenant == self._tenant, RATINGS.c.kind.in_(kinds), is_by(rater))
        newest = select(RATINGS).where(asked, RATINGS.c.created_at >= since)
        with translated(), self._engine.connect() as connection:
            row = connection.execute(newest.order_by(RATINGS.c.created_at.desc()).limit(1)).one_or_none()
        return None if row is None or row.score is not None else _rating(row)

    def switch(self, rater: Rater, *, is_off: bool, at: datetime) -> bool:
        """Never ask this person again, or ask as before. False: nobody knows them."""
        who = PEOPLE.c.id.in_(person_of(rater))
        values: Values = (self._tenant, PEOPLE.c.id, RatingKind.OFF.value, "", None, [], "", at, None)
        with translated(), self._engine.begin() as connection:
            if not is_off:
                off = and_(of_kind(self._tenant, RatingKind.OFF, ""), is_by(rater))
                connection.execute(delete(RATINGS).where(off))
                return True
            noted = insert_into(connection, RATINGS).from_select(COLUMNS, row_of(values).where(who))
            connection.execute(noted.on_conflict_do_nothing(index_elements=UNIQUE))
            return connection.execute(select(PEOPLE.c.id).where(who)).one_or_none() is not None

    def all_of(self, kinds: Collection[RatingKind]) -> list[Rating]:
        """Every tenant's, by tenant and time."""
        wanted = [kind.value for kind in kinds]
        found = select(RATINGS).where(RATINGS.c.kind.in_(wanted))
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(found.order_by(RATINGS.c.tenant, RATINGS.c.created_at)).all()
        return [_rating(row) for row in rows]

    def _ask(
        self,
        connection: Connection,
        kind: RatingKind,
        subject: str,
        person: int,
        at: datetime,
        condition: ColumnElement[bool],
    ) -> bool:
        values: Values = (self._tenant, PEOPLE.c.id, kind.value, subject, None, [], "", at, None)
        asked = row_of(values).where(PEOPLE.c.id == person, self._is_askable(person), condition)
        noted = insert_into(connection, RATINGS).from_select(COLUMNS, asked)
        once = noted.on_conflict_do_nothing(index_elements=UNIQUE).returning(RATINGS.c.id)
        return connection.execute(once).first() is not None

    def _is_askable(self, person: int) -> ColumnElement[bool]:
        """Nobody who has said no, takes no messages, or has not agreed to the terms."""
        off = RATINGS.alias("off")
        refused = exists().where(
            off.c.tenant == self._tenant, off.c.kind == RatingKind.OFF.value, off.c.person_id == person
        )
        reachable = exists().where(PEOPLE.c.id == person, PEOPLE.c.blocked_at.is_(None)).correlate(None)
        agreed = exists().where(
            CONSENTS.c.person_id == person,
            CONSENTS.c.tenant == self._tenant,
            CONSENTS.c.withdrawn_at.is_(None),
        )
        return and_(~refused, reachable, *([agreed] if self._needs_consent else []))

    def _nps_since(
        self, since: datetime, person: ColumnElement[int], *, until: datetime | None = None
    ) -> ColumnElement[bool]:
        """Whether the person was asked for the NPS after `since`."""
        nps = RATINGS.alias("nps")
        earlier = true() if until is None else nps.c.created_at <= until
        return exists().where(
            nps.c.tenant == self._tenant,
            nps.c.kind == RatingKind.NPS.value,
            nps.c.person_id == person,
            nps.c.created_at > since,
            earlier,
        )


def of_kind(tenant: str, kind: RatingKind, subject: str | None = None) -> ColumnElement[bool]:
    ours = and_(RATINGS.c.tenant == tenant, RATINGS.c.kind == kind.value)
    return ours if subject is None else and_(ours, RATINGS.c.subject == clean(subject))


def is_by(rater: Rater) -> ColumnElement[bool]:
    return RATINGS.c.person_id.in_(person_of(rater))


def person_of(rater: Rater) -> Select[Any]:
    """The row of who rates; none if nobody knows them."""
    channel, external_id = rater.channel.value, clean(rater.external_id)
    return select(PEOPLE.c.id).where(PEOPLE.c.channel == channel, PEOPLE.c.external_id == external_id)


def row_of(values: Values) -> Any:
    """What is inserted, some of it from the tables that it belongs to."""
    columns = [RATINGS.c[name] for name in COLUMNS]
    return select(
        *(
            value if isinstance(value, ColumnElement) else literal(value, type_=column.type)
            for value, column in zip(values, columns, strict=True)
        )
    )


def _rating(row: Row[Any], reasons: list[str] | None = None) -> Rating:
    return Rating(
        tenant=row.tenant,
        kind=RatingKind(row.kind),
        subject=row.subject,
        score=row.score,
        reasons=tuple(row.reasons if reasons is None else reasons),
        words=row.words,
        created_at=row.created_at,
        answered_at=row.answered_at,
    )


def _asked(row: Any) -> Asked:
    return Asked(person=row.person_id, chat=ChatRef.of_key(row.chat_key), language=row.language)
