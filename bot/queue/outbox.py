"""Puts what is said to a chat of itself into that chat's inbox, where it takes its place in the order."""

from datetime import UTC, datetime
from typing import Final

from bot.domain import ChatRef, Outgoing, Utterance, UtteranceKind
from bot.queue.inbox import Acceptance, Inbox

ASSISTANT: Final = "assistant"
"""Who says it, as far as the inbox is concerned: nobody's turns are paced by it."""


class Outbox:
    """Every method raises redis-py's errors when Redis is away; repeating a call is safe."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def post(
        self, to: ChatRef, outgoing: Outgoing, *, name: str, language: str = "ru", person_name: str = ""
    ) -> bool:
        """Have it sent once, however often it is posted under this `name`. False: it was before.

        A name is remembered for three days and holds no space; the chat is part of it. `person_name`: whose
        chat it is, where words of the dialogue are logged.
        """
        utterance = Utterance(
            update_id=f"out-{name}-{to.chat_id}",
            chat=to,
            person_id=ASSISTANT,
            person_name=person_name,
            language=language,
            kind=UtteranceKind.OUTGOING,
            outgoing=outgoing,
            received_at=datetime.now(UTC),
        )
        return await self._inbox.accept(utterance) is Acceptance.ACCEPTED
