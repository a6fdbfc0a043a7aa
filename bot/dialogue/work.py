"""What one question gathers on its way through the steps of a turn."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

from bot.domain import Hit, Light, Outcome, Recollection, Usage, Verdict, join_heading
from bot.findings import Finding, FindingKind
from bot.guard.personal_data import Masked
from bot.understanding.understanding import Understanding

SUPPORTED_FROM = 0.5
"""How much of a question a passage must cover for its text to count as the answer."""
_SENTENCE_ENDS = (". ", "! ", "? ", "\n")
_SENTENCE = re.compile(r".{36,}?\w{3}[)»]?[.!?…](?=\s+[^\sа-яa-z]|$)")
"""Long enough to say something, and not cut at an abbreviation."""


@dataclass(kw_only=True, slots=True)
class Work:
    """What one question has gathered on its way through the steps."""

    question: str
    understood: Understanding
    masked: Masked
    recollection: Recollection
    is_searched: bool = False
    """The sources have been asked; asked again, they would say the same."""
    hits: list[Hit] = field(default_factory=list)
    """The passages that were found, whether or not they speak."""
    findings: list[Finding] = field(default_factory=list)
    """What the sources say, the one that speaks first."""
    stored: str = ""
    """The text that answers by itself; a model that only phrases rewords its opening."""
    verdicts: list[Verdict] = field(default_factory=list)
    usage: Usage = Usage()
    model: str = ""
    composed: bool = False
    timings_ms: dict[str, float] = field(default_factory=dict)
    trace: dict[str, Any] = field(default_factory=dict)

    @property
    def language(self) -> str:
        return self.understood.language

    @property
    def finding(self) -> Finding | None:
        """The one that answers, if any is sure enough."""
        best = self.findings[0] if self.findings else None
        return best if best is not None and best.certainty >= SUPPORTED_FROM else None

    @property
    def is_supported(self) -> bool:
        return self.finding is not None

    @property
    def quotations(self) -> list[tuple[str, str]]:
        """Where each fact stands and what it says: all that a composed answer may be made of."""
        found = [(", ".join(finding.sources), finding.text) for finding in self._tables]
        return found + [(join_heading(hit.passage), hit.passage.text) for hit in self.hits]

    @property
    def facts(self) -> list[str]:
        """What supports a claim."""
        said = [fact for finding in self._tables for fact in (finding.text, *finding.facts)]
        return said + [hit.passage.text for hit in self.hits]

    @property
    def sources(self) -> tuple[str, ...]:
        """What the answer stands on, for staff."""
        if self.finding is not None and self.finding.kind is not FindingKind.PASSAGES:
            return self.finding.sources
        return tuple(join_heading(hit.passage) for hit in self.hits[: 3 if self.composed else 1])

    def take(self, finding: Finding) -> None:
        """Put a finding in the place of the one of its kind."""
        others = [other for other in self.findings if other.kind is not finding.kind]
        self.findings = sorted([finding, *others], key=lambda found: -found.certainty)
        self.trace[finding.kind.value] = dict(finding.trace)

    @property
    def focus(self) -> dict[str, Any]:
        """For the trace: what the next question may lean on."""
        return {"focus": dict(self.finding.focus)} if self.finding is not None and self.finding.focus else {}

    @property
    def _tables(self) -> list[Finding]:
        """The findings of every other source than the passages, which are quoted one by one."""
        return [finding for finding in self.findings if finding.kind is not FindingKind.PASSAGES]


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


def ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
