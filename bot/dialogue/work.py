"""What one question gathers on its way through the steps of a turn."""

import re
from dataclasses import dataclass, field
from typing import Any

from bot.domain import Hit, Light, Outcome, Recollection, Usage, Verdict
from bot.guard.personal_data import Masked

SUPPORTED_FROM = 0.5
"""How much of a question a passage must cover for its text to count as the answer."""
_SENTENCE_ENDS = (". ", "! ", "? ", "\n")
_SENTENCE = re.compile(r".{36,}?\w{3}[)»]?[.!?…](?=\s+[^\sа-яa-z]|$)")
"""Long enough to say something, and not cut at an abbreviation."""


@dataclass(kw_only=True, slots=True)
class Work:
    """What one question has gathered on its way through the steps."""

    question: str
    language: str
    masked: Masked
    recollection: Recollection
    hits: list[Hit] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    usage: Usage = Usage()
    model: str = ""
    composed: bool = False
    timings_ms: dict[str, float] = field(default_factory=dict)
    trace: dict[str, Any] = field(default_factory=dict)

    @property
    def is_supported(self) -> bool:
        return bool(self.hits) and self.hits[0].score >= SUPPORTED_FROM

    @property
    def stored(self) -> str:
        return self.hits[0].passage.text


def light_of(outcome: Outcome, work: Work) -> Light:
    """How well the answer is supported."""
    if outcome in (Outcome.UNKNOWN, Outcome.MODEL_DOWN):
        return Light.RED
    if outcome is Outcome.ANSWERED and (
        not work.is_supported or not all(verdict.passed for verdict in work.verdicts)
    ):
        return Light.YELLOW
    return Light.GREEN


def whole_sentences(text: str) -> str:
    """The text up to its last sentence or line that is surely finished: something follows its end."""
    end = max(text.rfind(mark) for mark in _SENTENCE_ENDS)
    return text[: end + 1].strip()


def opening_of(text: str) -> tuple[str, str]:
    """The first sentence or two of a text, and the rest with the space before it.

    The opening answers the question; a small model needs seconds for each sentence more.
    """
    first_block = text.split("\n", 1)[0]
    found = _SENTENCE.match(first_block)
    opening = found[0] if found else first_block
    return opening, text[len(opening) :]
