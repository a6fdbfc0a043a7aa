"""Serves what is to be said to a chat of itself, in its place among the turns."""

from collections.abc import Awaitable, Callable, Mapping

import structlog

from bot.delivery.delivery import Delivery
from bot.domain import Outgoing, Purpose, Turn
from bot.errors import DeliveryError

log = structlog.get_logger()

Told = Callable[[Turn, Outgoing, int], Awaitable[None]]
"""Learns that it stands in the chat, and under which id."""
Failed = Callable[[Turn, Outgoing, DeliveryError], Awaitable[None]]
"""Learns that it will never arrive, and why."""
Worded = Callable[[Turn, Outgoing], Awaitable[Outgoing | None]]
"""Gives it the words that it has by now; None: nothing is left to be sent."""
MayGo = Callable[[Turn, Outgoing], Awaitable[bool]]
"""Whether it may still be said, asked right before it is."""


class Outgoings:
    """`worded`, `told` and `failed` are by purpose; where there is none, a failure is logged alone."""

    def __init__(
        self,
        delivery: Delivery,
        *,
        may_go: MayGo | None = None,
        worded: Mapping[Purpose, Worded] | None = None,
        told: Mapping[Purpose, Told] | None = None,
        failed: Mapping[Purpose, Failed] | None = None,
    ) -> None:
        self._delivery = delivery
        self._may_go = may_go
        self._worded = worded or {}
        self._told = told or {}
        self._failed = failed or {}

    async def serve(self, turn: Turn) -> Outgoing | None:
        """Say it, unless its time is over; repeatable. Raises DeliveryError while the network is away.

        Returns what stands in the chat now, None if nothing does.
        """
        outgoing = turn.last.outgoing
        if outgoing is None:
            raise ValueError("the turn has nothing that goes out")
        if self._may_go is not None and not await self._may_go(turn, outgoing):
            log.info("outgoing_dropped", purpose=outgoing.purpose, subject=outgoing.subject)
            return None
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
