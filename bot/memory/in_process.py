"""The memory of dialogues in this process alone, for a question from the command line."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain import Recollection
from bot.memory.dialogue import new_dialogue_id
from bot.memory.summary import ExtractiveSummariser, Summariser, fold_overflow
from bot.memory.window import Budget, Exchange


@dataclass(kw_only=True, slots=True)
class _Dialogue:
    ends_at: float
    dialogue_id: str = field(default_factory=new_dialogue_id)
    summary: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    last_turn_id: str = ""
    focus: Mapping[str, Any] = field(default_factory=dict)


class InProcessMemory:
    """Remembers as `DialogueMemory` does, until the process ends."""

    def __init__(
        self,
        tokens: int,
        ttl_s: float,
        *,
        summariser: Summariser | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._budget = Budget(tokens=tokens)
        self._ttl_s = ttl_s
        self._summariser = summariser or ExtractiveSummariser(self._budget.summary_tokens)
        self._now = now
        self._dialogues: dict[str, _Dialogue] = {}

    async def recall(self, chat_key: str) -> Recollection:
        dialogue = self._open(chat_key)
        return self._budget.recollection(
            dialogue.dialogue_id, dialogue.summary, dialogue.exchanges, dialogue.focus
        )

    async def remember(
        self,
        chat_key: str,
        *,
        turn_id: str,
        question: str,
        answer: str,
        focus: Mapping[str, Any] | None = None,
    ) -> None:
        dialogue = self._open(chat_key)
        known = {dialogue.last_turn_id, *(exchange.turn_id for exchange in dialogue.exchanges)}
        if turn_id not in known:
            number = len(dialogue.exchanges)
            dialogue.exchanges.append(
                self._budget.exchange(number=number, turn_id=turn_id, question=question, answer=answer)
            )
            dialogue.last_turn_id = turn_id
            dialogue.focus = focus or {}
        if overflow := self._budget.overflow(dialogue.exchanges):
            dialogue.summary = await fold_overflow(self._summariser, self._budget, dialogue.summary, overflow)
            del dialogue.exchanges[: len(overflow)]

    async def refocus(self, chat_key: str, focus: Mapping[str, Any], *, turn_id: str = "") -> None:
        self._open(chat_key).focus = focus

    async def forget(self, chat_key: str) -> str:
        self._dialogues.pop(chat_key, None)
        return self._open(chat_key).dialogue_id

    async def dialogue_id(self, chat_key: str) -> str:
        return self._open(chat_key).dialogue_id

    def _open(self, chat_key: str) -> _Dialogue:
        ends_at = self._now() + self._ttl_s
        dialogue = self._dialogues.get(chat_key)
        if dialogue is None or dialogue.ends_at <= self._now():
            dialogue = self._dialogues[chat_key] = _Dialogue(ends_at=ends_at)
        dialogue.ends_at = ends_at
        return dialogue
