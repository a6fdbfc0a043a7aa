"""The end of a dialogue whose customer has everything about them erased."""

from bot.domain import Outgoing
from bot.domain.handoffs import place_chat
from bot.people.handoffs.handoffs import Handoffs
from bot.queue.outbox import Outbox
from bot.texts.handoffs import HandoffText


async def end_for_erasure(handoffs: Handoffs, outbox: Outbox, chat_key: str) -> None:
    """Tell whoever holds the chat, naming nobody, and let go of it; repeatable. The database forgets it next.

    A topic needs no words: it goes as a whole.
    """
    hold = await handoffs.hold_of(chat_key)
    if hold is None:
        return
    if hold.is_private:
        words = handoffs.words
        told = Outgoing(text=words.say(HandoffText.ERASED))
        await outbox.post(
            place_chat(hold.place.chat_id),
            told,
            name=f"handoff-erased-{hold.token}",
            language=words.language,
        )
    await handoffs.holds.drop(chat_key, hold.token)
