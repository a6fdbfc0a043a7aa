"""What a worker does when it serves what goes to a customer under a handoff."""

from bot.domain import Outgoing, Turn
from bot.domain.handoffs import place_chat
from bot.errors import ChatUnreachable, DeliveryError, HoldOver
from bot.people.handoffs.handoffs import JOINED, RELEASE, WORDS, Handoffs
from bot.people.handoffs.holds import Hold
from bot.people.handoffs.places import Places
from bot.queue.outbox import Outbox
from bot.texts.handoffs import HandoffText


class HandoffServing:
    """The hooks of `Purpose.RELAY`. Each may be run again."""

    def __init__(self, handoffs: Handoffs, places: Places, outbox: Outbox) -> None:
        self._handoffs = handoffs
        self._places = places
        self._outbox = outbox

    async def worded(self, turn: Turn, outgoing: Outgoing) -> Outgoing | None:
        """Before it goes: the operator's place opens, or the holding ends. None: that is no news any more."""
        kind, _, token = outgoing.subject.partition(":")
        if kind == JOINED:
            is_held = await self._places.carry(turn, _nothing)
            return outgoing if is_held else None
        if kind == RELEASE:
            handoff = await self._handoffs.release(token)
            if handoff is None:
                return None
            place = handoff.place
            name = self._handoffs.words.name(handoff.customer.name)
            words = self._handoffs.words.say(HandoffText.RETURNED, name=name)
            await self._note(place.chat_id, place.thread_id, words, name=f"returned-{token}")
        return outgoing

    async def failed(self, turn: Turn, outgoing: Outgoing, error: DeliveryError) -> None:
        """The operator hears that the customer will not."""
        kind, _, about = outgoing.subject.partition(":")
        if kind == WORDS:
            _, chat_id, thread = about.split(":")
            quoted = self._handoffs.words.unsent(_reason(error), outgoing.words)
            await self._note(chat_id, int(thread) if thread else None, quoted, name=f"unsent-{turn.turn_id}")
        elif kind == JOINED and isinstance(error, ChatUnreachable):
            hold = await self._handoffs.hold_of(turn.chat.key)
            if hold is not None:
                place = hold.place
                await self._note(
                    place.chat_id,
                    place.thread_id,
                    self._handoffs.words.unsent(_reason(error)),
                    name=f"closed-{hold.token}",
                )

    async def _note(self, chat_id: str, thread_id: int | None, text: str, *, name: str) -> None:
        words = self._handoffs.words
        await self._outbox.post(
            place_chat(chat_id),
            Outgoing(text=text, thread_id=thread_id),
            name=f"handoff-{name}",
            language=words.language,
        )


async def _nothing(hold: Hold) -> None:
    """To open the place is all."""


def _reason(error: DeliveryError) -> HandoffText:
    if isinstance(error, HoldOver):
        return HandoffText.UNSENT_RETURNED
    return HandoffText.UNSENT_BLOCKED if isinstance(error, ChatUnreachable) else HandoffText.UNSENT_OTHER
