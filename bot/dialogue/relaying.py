"""Takes a customer's words to the person of the staff who holds the chat."""

from dataclasses import replace
from functools import partial

from bot.delivery.delivery import Delivery
from bot.delivery.outgoing import OutgoingDelivery
from bot.domain import Answer, CopyOf, Outcome, Outgoing, Turn, Utterance
from bot.errors import ChatUnreachable, DeliveryError, HoldOver, ThreadGone
from bot.people.handoffs.handoffs import Handoffs
from bot.people.handoffs.holds import Hold
from bot.people.handoffs.places import Places
from bot.texts.handoffs import HandoffText
from bot.texts.literal import literal

_OF_THE_PLACE = (ChatUnreachable, ThreadGone, HoldOver)
"""Not the message's fault: it goes elsewhere."""


class Relaying:
    def __init__(self, handoffs: Handoffs, places: Places, delivery: Delivery) -> None:
        self._handoffs = handoffs
        self._places = places
        self._delivery = delivery

    async def relay(self, turn: Turn) -> Answer | None:
        """Show every message of the turn to whoever holds the chat, exactly once; None: nobody does.

        Where the holding changes meanwhile, the next operator gets the whole turn. Raises DeliveryError while
        the network is away.
        """
        if not turn.chat.private or not await self._places.carry(turn, partial(self._bring, turn)):
            return None
        return Answer(text="", outcome=Outcome.RELAYED)

    async def _bring(self, turn: Turn, hold: Hold) -> None:
        delivery = self._delivery.for_outgoing(turn, to=hold.room)
        if hold.is_private:
            await self._introduce(delivery, hold)
        for number, utterance in enumerate(turn.utterances):
            message_id = await self._show(delivery, hold, utterance, f"relay:{number}:{hold.token}")
            if hold.is_private:
                await self._handoffs.holds.note_relayed(hold, message_id)

    async def _introduce(self, delivery: OutgoingDelivery, hold: Hold) -> None:
        """Say who speaks, where another customer spoke last."""
        holds = self._handoffs.holds
        if await holds.last_relayed(hold.place.chat_id) == hold.token:
            return
        words = self._handoffs.words
        text = words.say(HandoffText.SPEAKS, name=words.name(hold.name))
        message_id = await delivery.send(Outgoing(text=text, held_by=hold.token), name=f"who:{hold.token}")
        await holds.note_relayed(hold, message_id)
        await holds.note_last_relayed(hold)

    async def _show(self, delivery: OutgoingDelivery, hold: Hold, utterance: Utterance, name: str) -> int:
        """The message itself, or its words where there is none to copy."""
        where = Outgoing(thread_id=hold.place.thread_id, held_by=hold.token)
        if utterance.message_id is not None:
            source = CopyOf(chat_id=utterance.chat.chat_id, message_id=utterance.message_id)
            try:
                return await delivery.send(replace(where, copy_of=source), name=name)
            except DeliveryError as error:
                if not error.permanent or isinstance(error, _OF_THE_PLACE):
                    raise
        words = literal(utterance.text) or self._handoffs.words.say(HandoffText.NOT_COPIED)
        return await delivery.send(replace(where, text=words), name=f"{name}:words")
