"""Lets a model write a draft, and shows it growing as far as it is checked."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import asdict
from typing import Any, Protocol

from bot.dialogue.checking import DraftChecks
from bot.dialogue.guarding import without_orders
from bot.dialogue.prompting import Prompts, says_unknown
from bot.dialogue.work import Work, ms_since, opening_of, whole_sentences
from bot.llm.model import ChatModel, Chunk, Completion, Prompt, PromptFor

_GROW_EVERY_S = 1.0

Grow = Callable[[str], Awaitable[None]]


class WritesText(Protocol):
    """The models in their order of preference."""

    @property
    def primary(self) -> ChatModel: ...

    def stream(self, prompt_for: PromptFor, log: list[dict[str, Any]]) -> AsyncGenerator[Chunk, None]: ...


class Writer:
    """Writes drafts with the tenant's prompts. Which prompt, a model's own traits decide."""

    def __init__(self, models: WritesText, prompts: Prompts, checks: DraftChecks) -> None:
        self._models = models
        self._prompts = prompts
        self._checks = checks

    @property
    def composes(self) -> bool:
        """Whether the model that is asked first writes answers from facts, or only phrases a stored one."""
        return self._models.primary.traits.composes

    @property
    def phrases(self) -> bool:
        """False: no model is to be asked, stored texts go out as they are."""
        return self._models.primary.traits.phrases

    async def write(self, work: Work, on_growth: Grow | None) -> tuple[Prompt, str]:
        """The prompt that was answered and the draft. Raises ModelError when no model gave any."""
        return await self._ask(work, self._prompt_for(work), on_growth)

    async def repair(self, work: Work, prompt: Prompt, draft: str, faults: list[str]) -> str:
        repair = self._prompts.repair(prompt, draft, faults)
        return (await self._ask(work, lambda _: repair, None))[1]

    def _prompt_for(self, work: Work) -> PromptFor:
        def build(model: ChatModel) -> Prompt:
            work.composed = model.traits.composes
            work.trace |= self._conditions(work)
            if work.composed:
                recollection = without_orders(work.recollection)
                return self._prompts.compose(work.masked.text, work.quotations, recollection, work.language)
            return self._prompts.phrase(work.masked.text, opening_of(work.stored)[0])

        return build

    def _conditions(self, work: Work) -> dict[str, Any]:
        """How the model writes; with the question and the dialogue so far, all that a replay needs."""
        recalled = work.recollection
        return {
            "prompt": self._prompts.version,
            "composed": work.composed,
            "sampling": asdict(self._prompts.sampling),
            "recalled": {"summary": recalled.summary, "remarks": len(recalled.remarks)},
        }

    async def _ask(self, work: Work, prompt_for: PromptFor, on_growth: Grow | None) -> tuple[Prompt, str]:
        started = time.perf_counter()
        asked: list[Prompt] = []
        attempts: list[dict[str, Any]] = work.trace.setdefault("attempts", [])
        written, grown_at, completion = "", started, None

        def ask(model: ChatModel) -> Prompt:
            asked.append(prompt_for(model))
            return asked[-1]

        async with aclosing(self._models.stream(ask, attempts)) as chunks:
            async for chunk in chunks:
                if not written and chunk.text:
                    work.timings_ms.setdefault("first_token", ms_since(started))
                written = "" if chunk.restart else written + chunk.text
                completion = chunk.completion or completion
                if on_growth is not None and time.perf_counter() - grown_at >= _GROW_EVERY_S:
                    grown_at = time.perf_counter()
                    await self._grow(work, written, on_growth)
        work.timings_ms["model"] = work.timings_ms.get("model", 0) + ms_since(started)
        return asked[-1], _account(work, completion, written).strip()

    async def _grow(self, work: Work, written: str, on_growth: Grow) -> None:
        """Show whole sentences only, and only while none of them claims what is not known."""
        sentences = whole_sentences(written)
        if not says_unknown(written) and self._checks.may_be_shown(work, sentences):
            await on_growth(work.masked.restore(sentences))


def _account(work: Work, completion: Completion | None, written: str) -> str:
    if completion is None:
        return written
    work.model, work.usage = completion.model, work.usage + completion.usage
    was_cut_off = completion.finish_reason == "length"
    return whole_sentences(completion.text + " ") or completion.text if was_cut_off else completion.text
