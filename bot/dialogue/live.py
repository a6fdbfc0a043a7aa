"""The assistant as its tenant's folder, and its admins, have it now."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.dialogue.answering import Assistant, Question
from bot.dialogue.writing import Grow
from bot.domain import Answer
from bot.knowledge.live import Knowledge, LiveKnowledge
from bot.people.changes.changing import InForce

Assemble = Callable[[InForce], Assistant]
"""Lays an admin's changes over what was built of the folder. Called in a thread."""


class LiveAssistant:
    """Answers as `Assistant` does: an edit of the folder or an admin's change counts in the very next answer.

    A turn that is under way ends as it began.
    """

    def __init__(self, live: LiveKnowledge[Assemble], in_force: Callable[[], Awaitable[InForce]]) -> None:
        self._live = live
        self._in_force = in_force
        self._assembling = asyncio.Lock()
        self._assembled: tuple[Knowledge[Assemble], InForce, Assistant] | None = None

    async def answer(self, question: Question, on_growth: Grow | None = None) -> Answer:
        """Raises redis-py's errors and StoreError where nobody can say what is in force."""
        assistant = await self.current()
        return await assistant.answer(question, on_growth)

    async def current(self) -> Assistant:
        """What answers now; all who ask while it is assembled wait for the same one."""
        knowledge, in_force = await self._live.current(), await self._in_force()
        async with self._assembling:
            known = self._assembled
            if known is not None and known[0] is knowledge and known[1] == in_force:
                return known[2]
            assistant = await asyncio.to_thread(knowledge.built, in_force)
            self._assembled = (knowledge, in_force, assistant)
            return assistant
