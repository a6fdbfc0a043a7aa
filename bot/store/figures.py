"""The figures of each local day, in which nobody can be found again: they outlive the rows they came from."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    case,
    distinct,
    func,
    literal,
    select,
)

from bot.domain.ratings import RatingKind
from bot.store.admin_tables import DailyFigureRow
from bot.store.aged import BOOKINGS, CALLBACKS, HANDOFFS, RATINGS
from bot.store.engine import translated
from bot.store.rows import TURNS, insert_into, table_of

FIGURES = table_of(DailyFigureRow)
Figures = Mapping[str, float]
"""By name; what did not happen on that day is left out, but for the turns."""
_ANSWERS = ("answered", "unknown", "refused")
_DAY_MS = 86_400_000.0


class FigureStore:
    """One tenant's figures. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def first_turn_at(self) -> datetime | None:
        """When the oldest turn that is left was answered."""
        with translated(), self._engine.connect() as connection:
            oldest = select(TURNS.c.answered_at).where(TURNS.c.tenant == self._tenant)
            moment: datetime | None = connection.scalar(oldest.order_by(TURNS.c.answered_at).limit(1))
        return moment

    def of(self, day: date) -> Figures:
        """Those that were kept of the day; empty: they were not counted yet."""
        return self.between(day, day).get(day, {})

    def between(self, first: date, last: date) -> Mapping[date, Figures]:
        """The kept figures of these days, the last one included."""
        wanted = and_(FIGURES.c.tenant == self._tenant, FIGURES.c.day >= first, FIGURES.c.day <= last)
        found: dict[date, dict[str, float]] = {}
        with translated(), self._engine.connect() as connection:
            for row in connection.execute(select(FIGURES).where(wanted).order_by(FIGURES.c.day)):
                found.setdefault(row.day, {})[row.name] = row.value
        return found

    def days_kept(self, first: date, last: date) -> set[date]:
        """The days of these whose figures are kept."""
        wanted = and_(
            FIGURES.c.tenant == self._tenant,
            FIGURES.c.name == "turns",
            FIGURES.c.day >= first,
            FIGURES.c.day <= last,
        )
        with translated(), self._engine.connect() as connection:
            return {row.day for row in connection.execute(select(FIGURES.c.day).where(wanted))}

    def keep(self, day: date, figures: Figures) -> None:
        """Keep them for good; what was kept of the day before stays as it is."""
        rows = [
            {"tenant": self._tenant, "day": day, "name": name, "value": float(value)}
            for name, value in sorted(figures.items())
        ]
        with translated(), self._engine.begin() as connection:
            new = insert_into(connection, FIGURES)
            connection.execute(new.on_conflict_do_nothing(index_elements=["tenant", "day", "name"]), rows)

    def count(self, start: datetime, end: datetime, *, due_by: datetime | None = None) -> Figures:
        """Of what happened from `start` up to, not including, `end`, as the rows have it now.

        `due_by`: of a day that is not over, now: a call that is promised for later is not late yet.
        """
        with translated(), self._engine.connect() as connection:
            figures = dict(self._of_turns(connection, start, end))
            figures |= self._of_ratings(connection, start, end)
            figures |= self._of_callbacks(connection, start, end, due_by or end)
            for name, table, at in (
                ("handoffs", HANDOFFS, HANDOFFS.c.asked_at),
                ("bookings", BOOKINGS, BOOKINGS.c.created_at),
            ):
                figures[name] = self._how_many(connection, table, _within(at, start, end))
        return {name: value for name, value in figures.items() if value or name == "turns"}

    def _how_many(self, connection: Connection, table: Table, which: ColumnElement[bool]) -> float:
        mine = select(func.count()).select_from(table).where(table.c.tenant == self._tenant, which)
        return float(connection.scalar(mine) or 0)

    def _of_turns(
        self, connection: Connection, start: datetime, end: datetime
    ) -> Iterator[tuple[str, float]]:
        days = and_(TURNS.c.tenant == self._tenant, _within(TURNS.c.answered_at, start, end))
        total = connection.execute(
            select(
                func.count(),
                func.count(distinct(TURNS.c.dialogue_id)),
                func.count(distinct(TURNS.c.person_id)),
                func.coalesce(func.sum(TURNS.c.cost), 0.0),
            ).where(days)
        ).one()
        yield from zip(("turns", "dialogues", "people", "cost"), map(float, total), strict=True)
        asked = and_(days, TURNS.c.outcome.in_((*_ANSWERS, "model_down")))
        for column, which in ((TURNS.c.outcome, days), (TURNS.c.light, asked)):
            for name, count in connection.execute(select(column, func.count()).where(which).group_by(column)):
                yield f"{column.name}_{name}", float(count)
        answers = and_(days, TURNS.c.outcome.in_(_ANSWERS))
        answered = connection.scalar(select(func.count()).where(answers)) or 0
        took = _milliseconds(connection)
        for share in (50, 95):
            place = max(0, -(-answered * share // 100) - 1)
            nth = select(took).where(answers).order_by(took).limit(1).offset(place)
            yield f"answer_ms_p{share}", float(connection.scalar(nth) or 0.0)

    def _of_ratings(
        self, connection: Connection, start: datetime, end: datetime
    ) -> Iterator[tuple[str, float]]:
        score = RATINGS.c.score
        happened = _within(func.coalesce(RATINGS.c.answered_at, RATINGS.c.created_at), start, end)
        kinds = connection.execute(
            select(
                RATINGS.c.kind,
                func.count(score),
                func.coalesce(func.avg(score), 0.0),
                func.coalesce(func.sum(case((score >= 9, 1), (score <= 6, -1), else_=0)), 0),
                func.coalesce(func.sum(case((score > 0, 1), else_=0)), 0),
                func.count(),
            )
            .where(RATINGS.c.tenant == self._tenant, happened)
            .group_by(RATINGS.c.kind)
        )
        for kind, scored, mean, balance, ups, rows in kinds:
            match kind:
                case RatingKind.CSAT if scored:
                    yield from (("csat_n", float(scored)), ("csat_mean", float(mean)))
                case RatingKind.NPS if scored:
                    yield from (("nps_n", float(scored)), ("nps", 100.0 * float(balance) / scored))
                case RatingKind.THUMB:
                    yield from (("thumbs_up", float(ups)), ("thumbs_down", float(scored - ups)))
                case RatingKind.ERROR:
                    yield "errors_told", float(rows)

    def _of_callbacks(
        self, connection: Connection, start: datetime, end: datetime, due_by: datetime
    ) -> Iterator[tuple[str, float]]:
        calls = CALLBACKS.c
        due = and_(_within(calls.due_at, start, due_by), calls.status != "cancelled")
        in_time = and_(due, calls.taken_at.is_not(None), calls.taken_at <= calls.due_at)
        for name, which in (
            ("callbacks", _within(calls.created_at, start, end)),
            ("callbacks_due", due),
            ("callbacks_in_time", in_time),
            ("callbacks_done", and_(calls.status == "done", _within(calls.closed_at, start, end))),
        ):
            yield name, self._how_many(connection, CALLBACKS, which)


def _within(at: Any, start: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(at >= start, at < end)


def _milliseconds(connection: Connection) -> ColumnElement[Any]:
    """From the question to its answer, as each database counts."""
    asked, answered = TURNS.c.received_at, TURNS.c.answered_at
    if connection.dialect.name == "sqlite":
        days: ColumnElement[Any] = func.julianday(answered) - func.julianday(asked)
        return days * literal(_DAY_MS)
    return func.extract("epoch", answered - asked) * 1000.0
