"""Right answers that staff propose, in SQL."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, and_, exists, func, insert, literal, select, update

from bot.domain.reviews import Proposal, ProposalStatus
from bot.store.engine import translated
from bot.store.review_tables import ProposalRow
from bot.store.rows import Values, clean, table_of
from bot.store.staff import ACTS

PROPOSALS = table_of(ProposalRow)


class ProposalStore:
    """One tenant's. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def propose(self, *, turn_id: str, question: str, answer: str, by: str, at: datetime) -> None:
        """Store it, unless the same person has the same one waiting already."""
        values: Values = {
            "tenant": self._tenant,
            "turn_id": clean(turn_id),
            "question": clean(question),
            "answer": clean(answer),
            "status": ProposalStatus.PROPOSED.value,
            "proposed_by": by,
            "proposed_at": at,
            "decided_by": "",
        }
        same = and_(*(PROPOSALS.c[name] == value for name, value in values.items() if name != "proposed_at"))
        row = select(*(literal(value, PROPOSALS.c[name].type) for name, value in values.items()))
        with translated(), self._engine.begin() as connection:
            connection.execute(insert(PROPOSALS).from_select(list(values), row.where(~exists().where(same))))

    def proposal(self, proposal_id: int) -> Proposal | None:
        with translated(), self._engine.connect() as connection:
            row = connection.execute(select(PROPOSALS).where(self._is(proposal_id))).one_or_none()
        return None if row is None else _proposal(row)

    def waiting(self) -> list[Proposal]:
        """What nobody has decided, the oldest first."""
        waits = and_(PROPOSALS.c.tenant == self._tenant, PROPOSALS.c.status == ProposalStatus.PROPOSED.value)
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(select(PROPOSALS).where(waits).order_by(PROPOSALS.c.id)).all()
        return [_proposal(row) for row in rows]

    def count(self) -> int:
        waits = and_(PROPOSALS.c.tenant == self._tenant, PROPOSALS.c.status == ProposalStatus.PROPOSED.value)
        with translated(), self._engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(PROPOSALS).where(waits)) or 0

    def decide(
        self,
        proposal_id: int,
        status: ProposalStatus,
        *,
        by: str,
        at: datetime,
        first: Callable[[], None] = lambda: None,
    ) -> bool:
        """False: it is decided already, or there is none. What `first` raises leaves it as it was.

        `first` is called while nobody else can decide it, and must do no harm when it is repeated: a kill
        between it and the end of the transaction leaves the proposal waiting.
        """
        waits = and_(self._is(proposal_id), PROPOSALS.c.status == ProposalStatus.PROPOSED.value)
        statement = update(PROPOSALS).where(waits)
        act = {"actor": by, "act": f"proposal_{status}", "subject": f"proposal:{proposal_id}", "details": {}}
        with translated(), self._engine.begin() as connection:
            changed = connection.execute(
                statement.values(status=status.value, decided_by=by, decided_at=at)
            ).rowcount
            if changed:
                first()
                connection.execute(insert(ACTS).values(tenant=self._tenant, at=at, **act))
        return changed > 0

    def _is(self, proposal_id: int) -> ColumnElement[bool]:
        return and_(PROPOSALS.c.tenant == self._tenant, PROPOSALS.c.id == proposal_id)


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        proposal_id=row.id,
        turn_id=row.turn_id,
        question=row.question,
        answer=row.answer,
        status=ProposalStatus(row.status),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
    )
