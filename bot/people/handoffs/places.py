"""Where a dialogue is talked over: a topic of its own in the staff's room, or the operator's own chat."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from bot.delivery.delivery import Delivery
from bot.domain import ChatRef, Turn
from bot.domain.handoffs import Place
from bot.errors import ChatMoved, ChatUnreachable, DeliveryError, HoldOver, ThreadGone
from bot.people.handoffs.handoffs import Handoffs
from bot.people.handoffs.holds import Hold
from bot.people.portrait import Portraits
from bot.staff.roles import Staff

log = structlog.get_logger()

_MOST_MOVES = 5
Bring = Callable[[Hold], Awaitable[None]]


class Places:
    """Used by turns of the customer's chat alone, of which there is one at a time."""

    def __init__(self, handoffs: Handoffs, delivery: Delivery, staff: Staff, portraits: Portraits) -> None:
        self._handoffs = handoffs
        self._delivery = delivery
        self._staff = staff
        self._portraits = portraits

    async def carry(self, turn: Turn, bring: Bring) -> bool:
        """Do `bring`, which must be repeatable, where the chat's dialogue is talked over by then.

        False: nobody holds the chat. Raises DeliveryError while the network is away.
        """
        for _ in range(_MOST_MOVES):
            hold = await self._handoffs.hold_of(turn.chat.key)
            if hold is None:
                return False
            try:
                await bring(await self._opened(turn, hold))
                return True
            except HoldOver:
                continue
            except DeliveryError as error:
                if not error.permanent:
                    raise
                log.info("place_left", reason=type(error).__name__)
                await self._leave(hold, error)
        raise DeliveryError("there is no place to talk")

    async def _opened(self, turn: Turn, hold: Hold) -> Hold:
        """The place says whose dialogue it is; a topic is made where there is none."""
        has_place = hold.is_private or hold.place.thread_id is not None
        if has_place and hold.is_opened:
            return hold
        portrait = await self._portraits.of(hold.chat)
        words = self._handoffs.words
        if not has_place:
            thread_id = await self._delivery.open_topic(hold.room, words.title(hold.name, portrait))
            hold = await self._handoffs.move(hold, replace(hold.place, thread_id=thread_id))
        opening = words.opening(hold.name, portrait, hold.token, is_private=hold.is_private)
        placed = replace(opening, thread_id=hold.place.thread_id, held_by=hold.token)
        name = f"opening:{hold.token}:{hold.place.chat_id}:{hold.place.thread_id}"
        message_id = await self._delivery.for_outgoing(turn, to=hold.room).send(placed, name=name)
        await self._handoffs.holds.note_opened(hold)
        if hold.is_private:
            await self._handoffs.holds.note_relayed(hold, message_id)
            await self._handoffs.holds.note_last_relayed(hold)
            member = await self._staff.by_key(hold.operator)
            if member is not None:
                await self._staff.mark_reachable(member, reachable=True)
        return replace(hold, is_opened=True)

    async def _leave(self, hold: Hold, error: DeliveryError) -> None:
        """The place takes nothing any more: find another, or another operator."""
        operator = ChatRef.of_key(hold.operator)
        if isinstance(error, ThreadGone) and hold.place.thread_id is not None:
            await self._handoffs.move(hold, Place(chat_id=hold.place.chat_id))
        elif isinstance(error, ChatMoved) and not hold.is_private:
            new_id = str(error.new_chat_id)
            await self._staff.move_room(hold.chat.channel, hold.place.chat_id, new_id)
            await self._handoffs.move(hold, replace(hold.place, chat_id=new_id))
        elif not hold.is_private:
            await self._handoffs.move(hold, Place(chat_id=operator.chat_id))
        elif isinstance(error, ChatUnreachable):
            member = await self._staff.member(operator.channel, operator.chat_id)
            if member is not None:
                await self._staff.mark_reachable(member, reachable=False)
            await self._handoffs.give_up(hold, unreachable=member)
        else:
            raise error
