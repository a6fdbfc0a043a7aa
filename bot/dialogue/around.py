"""What people beyond the assistant have to do with a turn. Each part may be absent; each may be run again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.domain import Answer, Button, Recollection, Turn, TurnRecord
from bot.memory.memory import Memory

Relay = Callable[[Turn], Awaitable[Answer | None]]
"""Takes the words to the person who holds the chat, and gives what is kept of that. None: nobody holds it,
the assistant is to answer."""
Relayed = Callable[[Turn, TurnRecord, Recollection], Awaitable[None]]
"""Learns that the words were taken to a person; must return at once."""
Before = Callable[[Turn], Awaitable[None]]
"""Has its say before the dialogue is recalled: what is over ends, what is kept of it comes back."""
IsHeld = Callable[[str], Awaitable[bool]]
"""Whether a person holds the chat of this key."""
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
    relayed: Relayed | None = None
    is_held: IsHeld | None = None
    before: tuple[Before, ...] = ()
    review: Review | None = None
    may_grow: MayGrow | None = None
    offers: tuple[Offers, ...] = ()
    after: tuple[After, ...] = ()
    """Called before the turn is let go, so that none is left out by a kill."""

    async def recall(self, turn: Turn, memory: Memory) -> Recollection:
        for call in self.before:
            await call(turn)
        return await memory.recall(turn.chat.key)

    def offered(self, turn: Turn, answer: Answer) -> tuple[Button, ...]:
        return (*answer.offers, *(button for offers in self.offers for button in offers(turn, answer)))
