"""The turns that the assistant does not answer: what goes out of itself, and what a person takes over."""

from bot.dialogue.around import Around
from bot.dialogue.outgoing import Outgoings
from bot.dialogue.records import Records
from bot.domain import Turn
from bot.memory.memory import Memory


class Beside:
    """Each method may be run again for the same turn."""

    def __init__(self, memory: Memory, records: Records, outgoings: Outgoings, around: Around) -> None:
        self._memory = memory
        self._records = records
        self._outgoings = outgoings
        self._around = around

    async def say(self, turn: Turn) -> str | None:
        """Say what is to be said of itself; returns what the log keeps of it."""
        said = await self._outgoings.serve(turn)
        if said is None or not said.words:
            return None
        dialogue_id = await self._memory.dialogue_id(turn.chat.key)
        record = self._records.of_operator(turn, said.words, dialogue_id)
        await self._records.remember(record)
        return record.to_json()

    async def relay(self, turn: Turn) -> str | None:
        """Take the words to the person who holds the chat; returns what the log keeps of it.

        None: nobody holds it.
        """
        answer = await self._around.relay(turn) if self._around.relay is not None else None
        if answer is None:
            return None
        recollection = await self._around.recall(turn, self._memory)
        record = self._records.record(turn, answer, recollection.dialogue_id)
        await self._records.remember(record)
        if self._around.relayed is not None:
            await self._around.relayed(turn, record, recollection)
        return record.to_json()

    async def is_held(self, chat_key: str) -> bool:
        """Whether a person has the chat, so that its words need not be gathered."""
        return self._around.is_held is not None and await self._around.is_held(chat_key)
