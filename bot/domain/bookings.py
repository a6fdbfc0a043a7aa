"""A slot that somebody has, wants, or cannot have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.conversation import ChatRef


@dataclass(frozen=True, kw_only=True, slots=True)
class Booker:
    """Who books, in a private chat. `person_id` is the channel's own id."""

    chat: ChatRef
    person_id: str
    name: str = ""
    """As the channel says it."""
    language: str = "ru"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A slot as it is asked for. Times are aware, in UTC."""

    action: str
    resource: str
    starts_at: datetime
    ends_at: datetime
    request_key: str
    """The same for the same request, however often it is made."""
    name: str = ""
    phone_sealed: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Booking:
    """A slot that is, or was, somebody's. Times are aware, in UTC."""

    id: int
    booker: Booker
    action: str
    resource: str
    starts_at: datetime
    ends_at: datetime
    name: str
    phone_sealed: str
    reminded: Sequence[int]
    created_at: datetime
    moved_from: int | None
    announced_at: datetime | None
    cancelled_at: datetime | None

    @property
    def is_active(self) -> bool:
        return self.cancelled_at is None


class Refusal(StrEnum):
    """Why a slot cannot be had."""

    TAKEN = "taken"
    TOO_MANY = "too_many"
    OWN_OVERLAP = "own_overlap"
    """The person has another booking of the same kind at that time."""
    GONE = "gone"
    """What was to be moved is somebody else's, over, cancelled or moved already."""
