"""Repeated questions: the same meaning over the same facts gets the answer that was already checked."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from bot.dialogue.work import Work
from bot.domain import Answer, Outcome, Usage


class AnswerCache(Protocol):
    """Answers by `Repeats.key_of`. What is lost is only written again."""

    async def get(self, key: str) -> Answer | None: ...

    async def put(self, key: str, answer: Answer) -> None: ...


class Repeats:
    """Decides which answers may be given again, and under which key."""

    def __init__(self, cache: AnswerCache, lemmas: Callable[[str], Sequence[str]], versions: str) -> None:
        """`lemmas` reads what a question means; `versions` names the tenant, the prompts and the model."""
        self._cache = cache
        self._lemmas = lemmas
        self._versions = versions

    def key_of(self, work: Work) -> str | None:
        """All that could change the answer; None for a turn that is somebody's own.

        The facts stand in it word for word, and with them the version of the knowledge, of the table and
        the filters. A turn is its person's own when it names personal data or leans on what was said.
        """
        if work.masked.hidden or work.recollection.remarks or not work.is_supported:
            return None
        meaning = [work.language, *self._lemmas(work.question), work.understood.manner.person_first]
        whole = json.dumps([self._versions, meaning, work.quotations, work.facts], ensure_ascii=False)
        return hashlib.sha256(whole.encode()).hexdigest()

    async def find(self, key: str) -> Answer | None:
        found = await self._cache.get(key)
        if found is None:
            return None
        return replace(found, usage=Usage(), trace={**found.trace, "cached": True})

    async def keep(self, key: str, answer: Answer) -> None:
        """Only what a model wrote and every check passed: the rest is cheap, or worth another try."""
        is_sound = all(verdict.passed for verdict in answer.verdicts)
        if answer.outcome is Outcome.ANSWERED and answer.model and is_sound:
            await self._cache.put(key, answer)
