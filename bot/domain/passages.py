"""The pieces of what the business knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Audience(StrEnum):
    """Who may be told what a document says."""

    CUSTOMER = "customer"
    STAFF = "staff"


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A piece of the tenant's knowledge, small enough to quote whole."""

    passage_id: str
    document: str
    heading: tuple[str, ...]
    text: str
    questions: tuple[str, ...] = ()
    """For an FAQ entry: the question and its other wordings."""
    source: str = ""
    """Where the document comes from, for people: a department, a journal, an address."""
    date: str = ""
    """Of the document, as it is written there: 2026-05-01."""
    audience: Audience = Audience.CUSTOMER

    @property
    def title(self) -> str:
        """How people call it: its nearest heading, the question that it answers, or its document."""
        names = (*self.heading[-1:], *self.questions[:1])
        return next((name for name in names if name), self.document)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A passage found for a query. `score` is from 0 to 1: how surely it answers the query."""

    passage: Passage
    score: float


def join_heading(passage: Passage) -> str:
    return " > ".join((passage.document, *passage.heading))


def approximate_tokens(texts: Sequence[str]) -> int:
    """About how many tokens the texts take: Russian runs at roughly 2.5 characters a token."""
    return sum(len(text) * 2 // 5 + 1 for text in texts)
