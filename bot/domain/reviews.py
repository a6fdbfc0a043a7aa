"""Answers that a person of the staff looks at, right answers that staff propose, and marks of testers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.answers import Light, Outcome
from bot.domain.conversation import ChatRef

REVIEW = "review:"
"""Begins the names of the cards of reviews."""


class ReviewMode(StrEnum):
    """Which answers wait for a person."""

    ADVISER = "adviser"
    """All."""
    PARTIAL = "partial"
    """Those without a green light."""
    AUTOMATIC = "automatic"
    """None."""

    def holds(self, light: Light) -> bool:
        return self is ReviewMode.ADVISER or (self is ReviewMode.PARTIAL and light is not Light.GREEN)

    @property
    def next(self) -> "ReviewMode | None":
        """The one with fewer people in it."""
        return {ReviewMode.ADVISER: ReviewMode.PARTIAL, ReviewMode.PARTIAL: ReviewMode.AUTOMATIC}.get(self)


class ReviewStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    EDITED = "edited"
    DECLINED = "declined"
    EXPIRED = "expired"
    """The customer was told that nobody has confirmed it in time; it still can be decided."""

    @property
    def is_open(self) -> bool:
        return self in (ReviewStatus.PENDING, ReviewStatus.EXPIRED)

    @property
    def is_sent(self) -> bool:
        return self in (ReviewStatus.APPROVED, ReviewStatus.EDITED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """One answer that was held. `question`, `answer` and `final` are masked; the times are aware."""

    review_id: int
    chat: ChatRef
    turn_id: str
    mode: ReviewMode
    question: str
    answer: str
    light: Light
    status: ReviewStatus
    final: str
    """What was sent."""
    decided_by: str
    language: str
    """The customer's."""
    held_sealed: str
    created_at: datetime
    remind_at: datetime
    due_at: datetime
    reminded_at: datetime | None = None
    decided_at: datetime | None = None
    sent_at: datetime | None = None

    @property
    def subject(self) -> str:
        """The name of its card."""
        return f"{REVIEW}{self.review_id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """How one review went: what agreement is counted of."""

    at: datetime
    light: Light
    mode: ReviewMode
    status: ReviewStatus
    answer: str
    final: str


class ProposalStatus(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A right answer that staff wrote. It is no knowledge until somebody accepts it."""

    proposal_id: int
    turn_id: str
    question: str
    answer: str
    status: ProposalStatus
    proposed_by: str
    proposed_at: datetime
    decided_by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkItem:
    """An answer that testers are shown. Of a logged turn the words are looked up."""

    item_id: int
    answer_key: str
    question: str
    answer: str
    kind: str
    model: str
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What one tester thinks of one answer; `score` from 0 (unclear) to 5 (best)."""

    tester: str
    answer_key: str
    kind: str
    model: str
    version: str
    score: int
    words: str = ""


HELD_OUTCOMES = frozenset({Outcome.ANSWERED, Outcome.UNKNOWN, Outcome.MODEL_DOWN})
"""What the assistant says of itself; refusals and the texts of the house need no person."""
