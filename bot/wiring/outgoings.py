"""What serves the outbox, with all who want to know what became of what was said."""

import asyncio
from dataclasses import replace

from bot.dialogue.outgoing import Outgoings
from bot.domain import Outgoing, Purpose, Turn
from bot.domain.reviews import REVIEW
from bot.errors import DeliveryError
from bot.memory.memory import Memory
from bot.people.services import People
from bot.store.turns import TurnStore
from bot.wiring.handoffs import build_handoff_serving


def build_outgoings(people: People, memory: Memory) -> Outgoings:
    """What serves the outbox, with those who want to know what became of it."""
    posts, reviewing = people.posts, people.oversight.reviewing
    relayed = build_handoff_serving(people)
    turns = TurnStore(people.engine)

    async def confirmed(turn: Turn, outgoing: Outgoing) -> Outgoing | None:
        shown = await reviewing.worded(turn, outgoing)
        record = await asyncio.to_thread(turns.turn, await reviewing.turn_of(outgoing))
        if shown is None or record is None:
            return shown
        return replace(shown, keyboard=people.closing.thumbs.beside(shown.keyboard, turn, record))

    async def remember(turn: Turn, outgoing: Outgoing, message_id: int) -> None:
        await reviewing.told(outgoing, memory)

    async def tell_undelivered(_: Turn, outgoing: Outgoing, error: DeliveryError) -> None:
        await reviewing.failed(outgoing, error)

    async def forget_file(_: Turn, outgoing: Outgoing, __: object) -> None:
        if outgoing.file is not None:
            await people.files.forget(outgoing.file.key)

    async def know_holder(turn: Turn) -> None:
        await people.handoffs.hold_of(turn.chat.key)

    async def withheld(turn: Turn, outgoing: Outgoing) -> None:
        hold = await people.handoffs.hold_of(turn.chat.key)
        if hold is not None and outgoing.subject.startswith(REVIEW):
            operator = await people.staff.by_key(hold.operator)
            await reviewing.withheld(outgoing, people.handoffs.words.operator(operator))

    return Outgoings(
        people.delivery,
        know_holder=know_holder,
        worded={
            Purpose.CARD: posts.worded,
            Purpose.CARD_CHANGE: posts.changed,
            Purpose.REMINDER: people.bookings.worded,
            Purpose.REVIEWED: confirmed,
            Purpose.RELAY: relayed.worded,
        },
        told={Purpose.CARD: posts.told, Purpose.REVIEWED: remember, Purpose.EXPORT: forget_file},
        failed={
            Purpose.REVIEWED: tell_undelivered,
            Purpose.RELAY: relayed.failed,
            Purpose.CARD: posts.failed,
            Purpose.EXPORT: forget_file,
        },
        withheld={Purpose.REVIEWED: withheld, Purpose.ASIDE: withheld},
    )
