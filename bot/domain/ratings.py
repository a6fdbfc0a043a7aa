"""What people think of the assistant, and how it is told apart."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.conversation import ChannelName


class RatingKind(StrEnum):
    CSAT = "csat"
    """Of a dialogue, 1-10."""
    NPS = "nps"
    """Of the business, 0-10: would you recommend us."""
    THUMB = "thumb"
    """Of one answer, 1 or -1."""
    ERROR = "error"
    """One answer is said to be wrong."""
    OFF = "off"
    """This person does not want to be asked."""


SCALES = {RatingKind.CSAT: range(1, 11), RatingKind.NPS: range(11)}
CSAT_GOAL = 8.0
"""What the business wants at least."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rater:
    """Who rates, as their messenger knows them."""

    channel: ChannelName
    external_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rating:
    """One that was asked for or given. `score` None: not answered. Times are aware, in UTC."""

    tenant: str
    kind: RatingKind
    subject: str
    """The dialogue's id, the turn's id, or for NPS the local day on which it was asked."""
    score: int | None
    reasons: tuple[str, ...]
    words: str
    created_at: datetime
    answered_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RatedAnswer:
    """One that is said to be wrong, personal data masked. `words`: what is said of it, if anything."""

    rating: int
    """The row that says so."""
    question: str
    answer: str
    words: str
