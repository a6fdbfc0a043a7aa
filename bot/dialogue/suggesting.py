"""Writes replies for the operator beside the talk, by the same path as the assistant's own answers."""

import asyncio

import structlog
from redis.exceptions import RedisError

from bot.dialogue.answering import Question
from bot.dialogue.serving import Answers
from bot.domain import Outcome, Recollection, Turn, TurnRecord
from bot.errors import AssistantError
from bot.people.handoffs.handoffs import Handoffs
from bot.people.handoffs.holds import Hold
from bot.people.handoffs.suggestions import Suggestions

log = structlog.get_logger()

_AT_ONCE = 4
"""So many are written at the same time by one worker; the others are left out."""
_WITHIN_S = 30.0


class Suggesting:
    """A suggestion that is cut off by a restart is missed by nobody: the operator sees the question."""

    def __init__(self, assistant: Answers, handoffs: Handoffs, suggestions: Suggestions) -> None:
        self._assistant = assistant
        self._handoffs = handoffs
        self._suggestions = suggestions
        self._writing: set[asyncio.Task[None]] = set()

    async def relayed(self, turn: Turn, record: TurnRecord, recollection: Recollection) -> None:
        """Begin to write one for these words; returns before it is written."""
        if len(self._writing) >= _AT_ONCE or not (turn.last.kind.is_said and turn.text.strip()):
            return
        task = asyncio.create_task(self._suggest(turn, recollection))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def written(self) -> None:
        """Return when none is being written."""
        await asyncio.gather(*self._writing, return_exceptions=True)

    async def close(self) -> None:
        for task in self._writing:
            task.cancel()
        await asyncio.gather(*self._writing, return_exceptions=True)

    async def _suggest(self, turn: Turn, recollection: Recollection) -> None:
        try:
            hold = await self._handoffs.hold_of(turn.chat.key)
            if hold is not None and await self._suggestions.has_room(hold):
                await self._write(turn, hold, recollection)
        except (AssistantError, RedisError, TimeoutError) as error:
            log.info("suggestion_left_out", turn=turn.turn_id, reason=type(error).__name__)

    async def _write(self, turn: Turn, hold: Hold, recollection: Recollection) -> None:
        question = Question(text=turn.text, language=turn.last.language, recollection=recollection)
        async with asyncio.timeout(_WITHIN_S):
            answer = await self._assistant.answer(question)
        if answer.outcome is Outcome.ANSWERED:
            await self._suggestions.show(hold, turn.turn_id, answer)
