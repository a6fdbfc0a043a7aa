"""A message to many: what it says, whom it is for, and how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

PROMO: Final = "{promo}"
"""Where the code stands in the text."""
_OWN = "*"


class BroadcastStatus(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class Fate(StrEnum):
    """What became of one person's copy."""

    WAITING = "waiting"
    POSTED = "posted"
    """In the hands of a worker, or of one that was killed."""
    SENT = "sent"
    BLOCKED = "blocked"
    FAILED = "failed"
    LEFT_OUT = "left_out"
    """Does not take news any more, or talks with a person just now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Promo:
    """`code`: for all, or, if it is `own`, the beginning of each person's. Empty: there is none."""

    code: str = ""
    own: bool = False

    @classmethod
    def from_text(cls, text: str) -> Self:
        return cls(code=text.removesuffix(_OWN), own=text.endswith(_OWN))

    @property
    def as_text(self) -> str:
        return f"{self.code}{_OWN}" if self.own else self.code

    def __bool__(self) -> bool:
        return bool(self.code) or self.own


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """Who of those that take news: whoever fits all that is set."""

    language: str = ""
    active_days: int = 0
    """Said something in the last so many days."""
    product: str = ""
    """Asked about it, by its label."""
    without_booking: bool = False
    """Has no booking that is yet to come."""

    def to_value(self) -> dict[str, Any]:
        return {
            "language": self.language,
            "active_days": self.active_days,
            "product": self.product,
            "without_booking": self.without_booking,
        }

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> Self:
        return cls(**value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What everybody gets. `button` and `url` are both there or both empty."""

    text: str
    """Markdown; `{promo}` in it is each one's code."""
    button: str = ""
    url: str = ""
    promo: Promo = field(default_factory=Promo)


@dataclass(frozen=True, kw_only=True, slots=True)
class Broadcast:
    """One that was begun. Its audience stands; `made_by` and `changed_by` are keys of members."""

    broadcast_id: int
    message: Message
    audience: Audience
    people: int
    by_night: bool
    status: BroadcastStatus
    made_by: str
    changed_by: str
    made_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    fates: Mapping[Fate, int] = field(default_factory=dict)
    """How many copies came to which end, once it is finished."""

    @property
    def subject(self) -> str:
        return f"broadcast:{self.broadcast_id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressee:
    """One person of an audience."""

    person_id: int
    """Of their row."""
    external_id: str
    language: str
    promo: str
    takes_news: bool
    """Still, as it is taken in hand."""
