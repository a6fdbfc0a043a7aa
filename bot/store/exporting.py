"""Logged dialogues, whole, with what people and staff think of them: what an export is made of."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Row,
    Text,
    and_,
    cast,
    exists,
    func,
    or_,
    select,
    tuple_,
    union,
)

from bot.domain.ratings import RatingKind
from bot.errors import SealBroken
from bot.store.engine import translated
from bot.store.marks import key_of_turn
from bot.store.people_tables import BookingRow, CallbackRow, ConsentRow, RatingRow, StaffRow
from bot.store.review_tables import MarkRow, ProposalRow
from bot.store.rows import DIALOGUES, PEOPLE, TURNS, table_of
from bot.store.sealing import Sealer

CONSENTS, RATINGS, STAFF = table_of(ConsentRow), table_of(RatingRow), table_of(StaffRow)
MARKS, PROPOSALS = table_of(MarkRow), table_of(ProposalRow)
_HELD = (table_of(CallbackRow), table_of(BookingRow))
"""Where people left a name and a phone."""
_AT_ONCE = 50
_ACCEPTED = "accepted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """What somebody thinks: a score if one was given, reasons, words."""

    score: int | None
    reasons: Sequence[str]
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedTurn:
    """`thumb`: of who asked; `error`: they say that it is wrong. `correction`: the right answer, by staff."""

    number: int
    question: str
    answer: str
    outcome: str
    light: str
    model: str
    prompt: str
    thumb: Opinion | None
    error: Opinion | None
    marks: Sequence[int]
    correction: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the database knows of those who speak in a dialogue."""

    names: frozenset[str]
    numbers: frozenset[str]
    """Phones, and the numbers of accounts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedDialogue:
    """`person`: the row of who began it. `rating`: of the whole dialogue."""

    dialogue_id: str
    person: int
    language: str
    started_at: datetime
    end_reason: str
    turns: Sequence[LoggedTurn]
    rating: Opinion | None
    known: Known = field(repr=False)


class ExportStore:
    """One tenant's. Every call blocks and raises StoreError; the schema must be at head.

    `version`: of the terms to which everybody who speaks in a dialogue must stand now; None: there are none.
    """

    def __init__(self, engine: Engine, tenant: str, sealer: Sealer, *, version: str | None) -> None:
        snapshot = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
        self._engine = engine.execution_options(**snapshot)
        self._tenant = tenant
        self._sealer = sealer
        self._version = version

    def dialogues(self, since: datetime, until: datetime) -> Iterator[LoggedDialogue]:
        """Those that began at `since` or later and have been silent since `until`, each whole or not at all.

        Each few are read in a transaction of their own, so that neither a purge nor a turn waits for an
        export, and whoever withdraws meanwhile is left out from then on.
        """
        after: tuple[datetime, str] | None = None
        while True:
            with translated(), self._engine.connect() as connection:
                place = () if after is None else (tuple_(DIALOGUES.c.last_at, DIALOGUES.c.id) > after,)
                page = (
                    select(DIALOGUES)
                    .where(self._mine(since, until), *place)
                    .order_by(DIALOGUES.c.last_at, DIALOGUES.c.id)
                    .limit(_AT_ONCE)
                )
                rows = connection.execute(page).all()
                whole = self._whole(connection, [row.id for row in rows])
                found = list(self._read(connection, [row for row in rows if row.id in whole]))
            if not rows:
                return
            yield from found
            after = (rows[-1].last_at, rows[-1].id)

    def count(self, since: datetime, until: datetime) -> int:
        """How many there are, those among them that a purge has begun to take."""
        counted = select(func.count()).select_from(DIALOGUES).where(self._mine(since, until))
        with translated(), self._engine.connect() as connection:
            return connection.scalar(counted) or 0

    def staff_names(self) -> frozenset[str]:
        with translated(), self._engine.connect() as connection:
            names = connection.scalars(select(STAFF.c.name).where(STAFF.c.tenant == self._tenant))
            return frozenset(names)

    def names(self) -> Iterator[str]:
        """Everybody's, as they are called and as they have called themselves."""
        names = union(select(PEOPLE.c.name), *(select(table.c.name) for table in _HELD))
        with translated(), self._engine.connect() as connection:
            yield from connection.execution_options(yield_per=1_000).scalars(names)

    def _mine(self, since: datetime, until: datetime) -> ColumnElement[bool]:
        turn = TURNS.c.dialogue_id == DIALOGUES.c.id
        conditions = [
            DIALOGUES.c.tenant == self._tenant,
            DIALOGUES.c.started_at >= since,
            DIALOGUES.c.last_at >= since,  # says no more, but has an index
            DIALOGUES.c.last_at < until,
            exists().where(turn),
        ]
        if self._version is not None:
            conditions.append(~exists().where(turn, ~self._agreed(TURNS.c.person_id, self._version)))
            conditions.append(self._agreed(DIALOGUES.c.person_id, self._version))
        return and_(*conditions)

    def _agreed(self, person: "Column[Any]", version: str) -> ColumnElement[bool]:
        standing = and_(CONSENTS.c.withdrawn_at.is_(None), CONSENTS.c.version == version)
        return exists().where(CONSENTS.c.person_id == person, CONSENTS.c.tenant == self._tenant, standing)

    @staticmethod
    def _whole(connection: Connection, ids: Sequence[str]) -> frozenset[str]:
        """Those of which the first turn is still there: a purge takes the oldest first."""
        firsts = (
            select(DIALOGUES.c.id)
            .join(TURNS, TURNS.c.dialogue_id == DIALOGUES.c.id)
            .where(DIALOGUES.c.id.in_(ids))
            .group_by(DIALOGUES.c.id)
            .having(func.min(TURNS.c.received_at) == func.min(DIALOGUES.c.started_at))
        )
        return frozenset(connection.scalars(firsts))

    def _read(self, connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[LoggedDialogue]:
        ids = [row.id for row in rows]
        within = TURNS.c.dialogue_id.in_(ids)
        turns: defaultdict[str, list[Row[Any]]] = defaultdict(list)
        spoken = select(TURNS, PEOPLE.c.language).join(PEOPLE, PEOPLE.c.id == TURNS.c.person_id).where(within)
        for turn in connection.execute(spoken.order_by(TURNS.c.answered_at, TURNS.c.id)):
            turns[turn.dialogue_id].append(turn)
        beside = self._beside(connection, within)
        of_dialogues = self._opinions(
            connection, and_(RATINGS.c.kind == RatingKind.CSAT.value, RATINGS.c.subject.in_(ids))
        )
        people = {turn.person_id for said in turns.values() for turn in said} | {
            row.person_id for row in rows
        }
        known = self._known(connection, people)
        for row in rows:
            said = turns[row.id]
            speakers = {row.person_id, *(turn.person_id for turn in said)}
            yield LoggedDialogue(
                dialogue_id=row.id,
                person=row.person_id,
                language=said[0].language,
                started_at=row.started_at,
                end_reason=row.end_reason or "",
                turns=[beside.turn(turn) for turn in said],
                rating=of_dialogues.get((RatingKind.CSAT.value, row.id)),
                known=Known(
                    names=frozenset(name for person in speakers for name in known[person].names),
                    numbers=frozenset(number for person in speakers for number in known[person].numbers),
                ),
            )

    def _beside(self, connection: Connection, within: ColumnElement[bool]) -> "_Beside":
        """What was said of the turns."""
        kinds = (RatingKind.THUMB.value, RatingKind.ERROR.value)
        of_turns = select(TURNS.c.turn_id).where(within)
        opinions = self._opinions(
            connection, and_(RATINGS.c.kind.in_(kinds), RATINGS.c.subject.in_(of_turns))
        )
        keys = select("turn:" + cast(TURNS.c.id, Text)).where(within)
        marks: defaultdict[str, list[int]] = defaultdict(list)
        marked = and_(
            MARKS.c.tenant == self._tenant, MARKS.c.score.is_not(None), MARKS.c.answer_key.in_(keys)
        )
        for mark in connection.execute(select(MARKS.c.answer_key, MARKS.c.score).where(marked)):
            marks[mark.answer_key].append(mark.score)
        accepted = and_(PROPOSALS.c.tenant == self._tenant, PROPOSALS.c.status == _ACCEPTED)
        corrected = select(PROPOSALS.c.turn_id, PROPOSALS.c.answer).where(
            accepted, PROPOSALS.c.turn_id.in_(of_turns)
        )
        corrections = {
            row.turn_id: row.answer for row in connection.execute(corrected.order_by(PROPOSALS.c.id))
        }
        return _Beside(opinions=opinions, marks=marks, corrections=corrections)

    def _opinions(
        self, connection: Connection, which: ColumnElement[bool]
    ) -> Mapping[tuple[str, str], Opinion]:
        given = or_(RATINGS.c.score.is_not(None), RATINGS.c.words != "")
        rated = select(RATINGS).where(RATINGS.c.tenant == self._tenant, which, given).order_by(RATINGS.c.id)
        return {
            (row.kind, row.subject): Opinion(score=row.score, reasons=row.reasons, words=row.words)
            for row in connection.execute(rated)
        }

    def _known(self, connection: Connection, people: set[int]) -> Mapping[int, Known]:
        names: defaultdict[int, set[str]] = defaultdict(set)
        numbers: defaultdict[int, set[str]] = defaultdict(set)
        themselves = select(PEOPLE.c.id, PEOPLE.c.name, PEOPLE.c.external_id).where(PEOPLE.c.id.in_(people))
        for row in connection.execute(themselves):
            names[row.id].add(row.name)
            numbers[row.id].add(row.external_id)
        left = union(
            *(
                select(table.c.person_id, table.c.name, table.c.phone_sealed).where(
                    table.c.person_id.in_(people)
                )
                for table in _HELD
            )
        )
        for row in connection.execute(left):
            names[row.person_id].add(row.name)
            numbers[row.person_id].add(self._opened(row.phone_sealed))
        return {
            person: Known(names=frozenset(names[person]), numbers=frozenset(numbers[person]))
            for person in people
        }

    def _opened(self, sealed: str) -> str:
        """Nothing where the key is lost: nobody can look for it then."""
        try:
            return self._sealer.open(sealed) if sealed else ""
        except SealBroken:
            return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Beside:
    """By the turn's id, and for marks by the answer's key."""

    opinions: Mapping[tuple[str, str], Opinion]
    marks: Mapping[str, Sequence[int]]
    corrections: Mapping[str, str]

    def turn(self, row: Row[Any]) -> LoggedTurn:
        return LoggedTurn(
            number=row.id,
            question=row.question,
            answer=row.answer,
            outcome=row.outcome,
            light=row.light,
            model=row.model,
            prompt=str(row.trace.get("prompt", "")),
            thumb=self.opinions.get((RatingKind.THUMB.value, row.turn_id)),
            error=self.opinions.get((RatingKind.ERROR.value, row.turn_id)),
            marks=tuple(self.marks.get(key_of_turn(row.id), ())),
            correction=self.corrections.get(row.turn_id, ""),
        )
