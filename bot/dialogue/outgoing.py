"""Serves what is to be said to a chat of itself, in its place among the turns."""

from collections.abc import Awaitable, Callable, Mapping

import structlog

from bot.delivery.delivery import Delivery
from bot.domain import Outgoing, Purpose, Turn
from bot.errors import DeliveryError, HeldByPerson

log = structlog.get_logger()

Told = Callable[[Turn, Outgoing, int], Awaitable[None]]
"""Learns that it stands in the chat, and under which id."""
Failed = Callable[[Turn, Outgoing, DeliveryError], Awaitable[None]]
"""Learns that it will never arrive, and why."""
Worded = Callable[[Turn, Outgoing], Awaitable[Outgoing | None]]
"""Gives it the words that it has by now; None: nothing is left to be sent."""
KnowHolder = Callable[[Turn], Awaitable[None]]
"""Makes sure that delivery knows who of the staff holds the chat: Redis may have come back empty."""
Withheld = Callable[[Turn, Outgoing], Awaitable[None]]
"""Learns that it was left out because a person of the staff holds the chat."""


class Outgoings:
    """All but `know_holder` are by purpose; where there is none, a failure is logged alone."""

    def __init__(
        self,
        delivery: Delivery,
        *,
        know_holder: KnowHolder | None = None,
        worded: Mapping[Purpose, Worded] | None = None,
        told: Mapping[Purpose, Told] | None = None,
        failed: Mapping[Purpose, Failed] | None = None,
        withheld: Mapping[Purpose, Withheld] | None = None,
    ) -> None:
        self._delivery = delivery
        self._know_holder = know_holder
        self._worded = worded or {}
        self._told = told or {}
        self._failed = failed or {}
        self._withheld = withheld or {}

    async def serve(self, turn: Turn) -> Outgoing | None:
        """Say it, unless nothing is left of it or it yields to a person who holds the chat; repeatable.

        Returns what stands in the chat now, None if nothing does. Raises DeliveryError while the network is
        away.
        """
        outgoing = turn.last.outgoing
        if outgoing is None:
            raise ValueError("the turn has nothing that goes out")
        try:
            return await self._serve(turn, outgoing)
        except HeldByPerson:
            log.info("outgoing_withheld", purpose=outgoing.purpose, subject=outgoing.subject)
            if outgoing.purpose in self._withheld:
                await self._withheld[outgoing.purpose](turn, outgoing)
            return None

    async def _serve(self, turn: Turn, outgoing: Outgoing) -> Outgoing | None:
        """Raises HeldByPerson where it yields to whoever holds the chat."""
        if outgoing.purpose.yields and self._know_holder is not None:
            await self._know_holder(turn)
        if outgoing.purpose in self._worded:
            worded = await self._worded[outgoing.purpose](turn, outgoing)
            if worded is None:
                return None
            outgoing = worded
        try:
            message_id = await self._delivery.for_outgoing(turn).send(outgoing)
        except DeliveryError as error:
            if not error.permanent:
                raise
            log.info("outgoing_not_taken", purpose=outgoing.purpose, error=type(error).__name__)
            if outgoing.purpose in self._failed:
                await self._failed[outgoing.purpose](turn, outgoing, error)
            return None
        if outgoing.purpose in self._told:
            await self._told[outgoing.purpose](turn, outgoing, message_id)
        return outgoing
