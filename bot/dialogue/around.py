"""What people beyond the assistant have to do with a turn. Each part may be absent; each may be run again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain import Answer, Button, Turn, TurnRecord

Relay = Callable[[Turn], Awaitable[bool]]
"""Takes the words to the person who holds the chat. False: nobody does, the assistant is to answer."""
Review = Callable[[Turn, Answer], Awaitable[Answer]]
"""What leaves now: the answer itself, or that somebody looks at it first. Called once a turn is run."""
MayGrow = Callable[[Turn], Awaitable[bool]]
"""Whether the customer may watch the answer being written: not one that somebody looks at first."""
Offers = Callable[[Turn, Answer], tuple[Button, ...]]
"""What can be done next, under this answer."""
After = Callable[[Turn, TurnRecord, int | None], Awaitable[None]]
"""Learns that a turn was answered, and the id of its last message; None: it did not arrive."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    relay: Relay | None = None
    review: Review | None = None
    may_grow: MayGrow | None = None
    offers: tuple[Offers, ...] = ()
    after: tuple[After, ...] = ()
    """Called before the turn is let go, so that none is left out by a kill."""

    def offered(self, turn: Turn, answer: Answer) -> tuple[Button, ...]:
        return (*answer.offers, *(button for offers in self.offers for button in offers(turn, answer)))
