"""What a source of truth is asked, and what it says. Plain frozen values that know no framework."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.domain.outgoing import Button


@dataclass(frozen=True, kw_only=True, slots=True)
class Inquiry:
    """One question, as the sources of truth are asked it. Personal data is already taken out."""

    text: str
    language: str = "ru"
    asked_at: datetime
    earlier: tuple[str, ...] = ()
    """What the customer said before in this dialogue, the latest last."""
    focus: Mapping[str, Any] = field(default_factory=dict)
    """`Finding.focus` of the answer before, so that «а в чёрном?» keeps what it leans on."""

    passage_id: str = ""
    """The passage that the customer chose among several."""

    def __post_init__(self) -> None:
        if self.asked_at.tzinfo is None:
            raise ValueError("asked_at must be aware")


class FindingKind(StrEnum):
    """Which source spoke."""

    PASSAGES = "passages"
    STOCK = "stock"
    COMPUTED = "computed"
    HOURS = "hours"
    CHOICE = "choice"
    ACTION = "action"
    """Nothing is known or done: it is read back what is wished, and buttons do it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a source says to a question: Markdown that is true as it stands, and what supports it."""

    kind: FindingKind
    text: str
    certainty: float
    """From 0 to 1: the share of the question's meaning that the source has read."""
    facts: tuple[str, ...] = ()
    """What an answer may claim beyond `text`, a line each."""
    sources: tuple[str, ...] = ()
    focus: Mapping[str, Any] = field(default_factory=dict)
    """JSON that a follow-up leans on; must name its source under the key ``source``."""
    trace: Mapping[str, Any] = field(default_factory=dict)
    asks_back: bool = False
    """The text is a question: something is missing, or two readings are equally likely."""
    choices: tuple[str, ...] = ()
    """Of a question back, the answers that may be meant."""
    offers: tuple[Button, ...] = ()
    """What can be done with what was found, by one tap."""
    names_one: bool = False
    """Its text is of the one thing that the query singles out by values: a model, a colour, the cheapest."""
    is_empty: bool = False
    """A proven «нет»: the table was asked and has none."""


class Source(Protocol):
    """A source of truth. Answers within milliseconds and never raises for what a customer wrote."""

    def find(self, inquiry: Inquiry) -> Finding | None:
        """None when the question is not one for this source."""
        ...
