"""The assistant as its tenant's folder is now."""

from bot.dialogue.answering import Assistant, Question
from bot.dialogue.writing import Grow
from bot.domain import Answer
from bot.knowledge.live import LiveKnowledge


class LiveAssistant:
    """Answers as `Assistant` does, by the folder of this moment: an edit counts in the very next answer."""

    def __init__(self, live: LiveKnowledge[Assistant]) -> None:
        self._live = live

    async def answer(self, question: Question, on_growth: Grow | None = None) -> Answer:
        return await (await self._live.current()).built.answer(question, on_growth)
