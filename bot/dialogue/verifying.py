"""Lets a model say whether the passage that was found answers the question, where the search is in doubt."""

import asyncio
import math
import time
from dataclasses import replace
from typing import Protocol

import structlog

from bot.dialogue.prompting import NO, YES, Prompts
from bot.dialogue.work import SUPPORTED_FROM, Work, ms_since
from bot.domain import Speaker
from bot.errors import ModelError
from bot.findings import Finding, FindingKind
from bot.llm.model import ChatModel, Completion, Prompt

log = structlog.get_logger()

_DOUBTFUL_FROM, _DOUBTFUL_TO = 0.1, 0.75
"""Outside of these the search is right so often that no answer of a small model would change it."""
_FOUND, _ODDS, _BIAS = 1.0, 0.8, -1.35
"""Weights of the search's certainty and of the model's, both as logits. A small model says YES too often:
its middle lies at 1.5. Measured on questions of strangers, 200 that the knowledge answers and 80 that it does
not: where 6 % of these are answered, 31 % of those are answered rightly without the model, 47 % with it."""
_UNLIKELY = -12.0
"""The logarithm of a probability that was not among the likeliest."""


class Completes(Protocol):
    @property
    def primary(self) -> ChatModel: ...

    async def complete(self, prompt: Prompt) -> Completion: ...


class Verifier:
    """Asks a model that only phrases and tells the odds of its words; a composer reads the texts itself."""

    def __init__(self, models: Completes, prompts: Prompts, *, within_s: float) -> None:
        self._models = models
        self._prompts = prompts
        self._within_s = within_s

    async def verify(self, work: Work) -> None:
        """Weigh the model's word into the certainty of the passage. Without an answer in time it stays.

        A passage that is then no longer sure gives way to another source that is.
        """
        traits = self._models.primary.traits
        found = work.findings[0] if work.findings else None
        if traits.composes or not traits.tells_odds or found is None or not _is_doubtful(found):
            return
        passage = work.hits[0].passage
        prompt = self._prompts.verify(_question(work), passage.title, passage.text)
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self._within_s):
                completion = await self._models.complete(prompt)
        except (ModelError, TimeoutError) as error:
            log.info("verification_failed", error=type(error).__name__)
            return
        finally:
            work.timings_ms["verify"] = ms_since(started)
        work.usage = work.usage + completion.usage
        if not completion.odds:
            return
        odds = completion.odds.get(YES, _UNLIKELY) - completion.odds.get(NO, _UNLIKELY)
        certainty = _together(found.certainty, odds)
        work.trace["verified"] = {"found": round(found.certainty, 3), "odds": round(odds, 2)}
        weighed = [replace(found, certainty=certainty), *work.findings[1:]]
        work.findings = sorted(weighed, key=lambda finding: finding.certainty < SUPPORTED_FROM)


def _is_doubtful(found: Finding) -> bool:
    return found.kind is FindingKind.PASSAGES and _DOUBTFUL_FROM <= found.certainty <= _DOUBTFUL_TO


def _question(work: Work) -> str:
    """With the question before, where this one leans on it."""
    earlier = [said.text for said in work.recollection.remarks if said.speaker is Speaker.CUSTOMER]
    text = work.masked.without_labels
    return f"{earlier[-1]} {text}" if earlier and work.understood.leans else text


def _together(found: float, odds: float) -> float:
    logit = _FOUND * math.log(found / (1 - found)) + _ODDS * odds + _BIAS
    return 1 / (1 + math.exp(-logit))
