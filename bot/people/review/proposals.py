"""Right answers that staff write: proposed, looked at by somebody, and only then knowledge."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path

import structlog

from bot.domain.reviews import Proposal, ProposalStatus
from bot.domain.staff import Member
from bot.people.review.proposals_faq import (
    foreign_phone,
    plain_answer,
    plain_question,
    write_entry,
)
from bot.store.proposals import ProposalStore
from bot.store.staff import CONSOLE
from bot.tenant import Tenant

log = structlog.get_logger()

LONGEST = 3_000
"""Characters: an answer longer than this is an article."""
_LONGEST_QUESTION = 300
WORDING = "?"
"""A line that begins so, before the answer, is the question in better words."""


class Fault(StrEnum):
    """Why words of the staff cannot be taken as they are."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    FOREIGN_PHONE = "foreign_phone"


class Decision(StrEnum):
    DONE = "done"
    TOO_LATE = "too_late"
    """Somebody has decided it before."""
    UNKNOWN = "unknown"


class Proposals:
    """One tenant's, for event loops. Every method raises StoreError."""

    def __init__(
        self,
        store: ProposalStore,
        tenant: Tenant,
        folder: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`folder`: of the tenant."""
        self._store = store
        self._own_phones = tenant.phones
        self._folder = folder
        self._now = now

    def fault_of(self, answer: str) -> tuple[Fault, str] | None:
        """What is wrong with an answer that somebody has written, and the place; None: it can be taken."""
        if not any(map(str.isalnum, answer)):
            return Fault.EMPTY, ""
        if len(answer) > LONGEST:
            return Fault.TOO_LONG, str(LONGEST)
        phone = foreign_phone(answer, self._own_phones)
        return None if phone is None else (Fault.FOREIGN_PHONE, phone)

    async def propose(self, member: Member, *, turn_id: str, question: str, answer: str) -> None:
        """Keep it for review; the same words again are the same proposal."""
        await asyncio.to_thread(
            self._store.propose,
            turn_id=turn_id,
            question=plain_question(question)[:_LONGEST_QUESTION],
            answer=plain_answer(answer),
            by=member.key,
            at=self._now(),
        )
        log.info("answer_proposed", turn=turn_id, by=member.key)

    async def proposal(self, proposal_id: int) -> Proposal | None:
        return await asyncio.to_thread(self._store.proposal, proposal_id)

    async def waiting(self) -> list[Proposal]:
        return await asyncio.to_thread(self._store.waiting)

    async def accept(self, proposal_id: int, by: Member | None) -> Decision:
        """Make it an entry of the FAQ. `by` None is the command line.

        Raises FaqRefused, and TenantError where the folder is not in order; it goes on waiting then.
        """
        proposal = await self.proposal(proposal_id)
        if proposal is None:
            return Decision.UNKNOWN
        if proposal.status is not ProposalStatus.PROPOSED:
            return Decision.TOO_LATE
        write = partial(write_entry, self._folder, proposal)
        return await self._decide(proposal_id, ProposalStatus.ACCEPTED, by, write)

    async def reject(self, proposal_id: int, by: Member | None) -> Decision:
        if await self.proposal(proposal_id) is None:
            return Decision.UNKNOWN
        return await self._decide(proposal_id, ProposalStatus.REJECTED, by, lambda: None)

    async def _decide(
        self, proposal_id: int, status: ProposalStatus, by: Member | None, first: Callable[[], None]
    ) -> Decision:
        actor = CONSOLE if by is None else by.key
        decided = await asyncio.to_thread(
            self._store.decide, proposal_id, status, by=actor, at=self._now(), first=first
        )
        log.info("proposal_decided", proposal=proposal_id, status=status, by=actor, done=decided)
        return Decision.DONE if decided else Decision.TOO_LATE


def parted(written: str, question: str) -> tuple[str, str]:
    """The question and the answer of what was written: «? вопрос» may stand before it, in better words."""
    first, _, rest = written.strip().partition("\n")
    if first.startswith(WORDING) and rest.strip():
        return first.removeprefix(WORDING).strip() or question, rest.strip()
    return question, written.strip()
