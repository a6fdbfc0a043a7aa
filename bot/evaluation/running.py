"""Asks the golden questions, dialogues in their order, and keeps what is measured of each answer."""

import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Protocol

from bot.dialogue.answering import Question
from bot.domain import Answer, Outcome, Passage, Speaker
from bot.evaluation.independent_checker import IndependentChecker
from bot.evaluation.intervals import SEED
from bot.evaluation.judging import Judgement, Logged, judge
from bot.evaluation.matching import includes
from bot.evaluation.perturbing import WAYS
from bot.evaluation.retrieval import Found, compare
from bot.memory.memory import Memory
from bot.tenant import GoldenKind, GoldenQuestion

RETRIEVED = 10
"""So many passages are looked at when the search is measured by itself."""
_MOST_HOLDERS = 5
"""Words that stand in more passages than so many do not tell which of them answers."""
_REMEMBERED = (Outcome.ANSWERED, Outcome.UNKNOWN, Outcome.REFUSED)


class Answers(Protocol):
    """The use case that is measured, or what it is compared with."""

    async def answer(self, question: Question) -> Answer: ...


Search = Callable[[str, int, str], Sequence[Passage]]
"""The passages for a question, at most so many, best first; the third is what was asked before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """One golden question with its answer and what was found out about it."""

    golden: GoldenQuestion
    answer: Answer
    judgement: Judgement
    unsupported: tuple[str, ...]
    seconds: float
    found: Found | None
    """None where no source is expected, or only ones that are no passages."""
    found_named: Found | None = None
    """The same by the named sources alone: another passage that says the same is a miss."""

    @property
    def model_failure(self) -> str:
        """The class of error by which no model could be asked; empty when one answered or none was needed."""
        failed = [
            verdict.detail
            for verdict in self.answer.verdicts
            if verdict.check == "model" and not verdict.passed
        ]
        return failed[0] if failed else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shaken:
    """A question asked in another way, and whether what came of it is the same."""

    way: str
    is_same: bool


@dataclass(kw_only=True, slots=True)
class Run:
    """Everything that one configuration said."""

    name: str
    has_model: bool = True
    examined: list[Examined] = field(default_factory=list)
    shaken: list[Shaken] = field(default_factory=list)


class Examiner:
    """Puts one tenant's questions to any number of configurations."""

    def __init__(
        self,
        *,
        checker: IndependentChecker,
        search: Search,
        passages: Sequence[Passage],
        logged: Logged,
        memory: Callable[[], Memory],
    ) -> None:
        """`memory`: an empty one for each run. `passages`: all that a search could find."""
        self._checker = checker
        self._search = search
        self._passages = passages
        self._logged = logged
        self._memory = memory

    async def examine(self, questions: Sequence[GoldenQuestion], answers: Answers) -> AsyncIterator[Examined]:
        """Each question in the order given, as soon as it is answered."""
        memory = self._memory()
        for number, (dialogue, group) in enumerate(groupby(questions, key=_dialogue_of)):
            chat_key = f"console:eval-{number}-{dialogue.replace(':', '-')}"
            for golden in group:
                yield await self._examine(golden, answers, memory, chat_key)

    async def _examine(
        self, golden: GoldenQuestion, answers: Answers, memory: Memory, chat_key: str
    ) -> Examined:
        recollection = await memory.recall(chat_key)
        started = time.perf_counter()
        answer = await answers.answer(Question(text=golden.question, recollection=recollection))
        seconds = time.perf_counter() - started
        if answer.outcome in _REMEMBERED:
            await memory.remember(
                chat_key,
                turn_id=f"{chat_key}:{golden.line}",
                question=self._logged(golden.question),
                answer=self._logged(answer.text),
                focus=answer.focus,
            )
        earlier = [said.text for said in recollection.remarks if said.speaker is Speaker.CUSTOMER]
        today = datetime.now(UTC).date()
        found, found_named = self._find(golden, earlier[-1] if earlier else "")
        return Examined(
            golden=golden,
            answer=answer,
            judgement=judge(golden, answer, logged=self._logged),
            unsupported=self._checker.unsupported(answer, [*earlier, golden.question], today),
            seconds=seconds,
            found=found,
            found_named=found_named,
        )

    def _find(self, golden: GoldenQuestion, before: str) -> tuple[Found | None, Found | None]:
        known = [source for source in golden.sources if self._is_known(source)]
        if golden.kind is GoldenKind.FACT and golden.sources:
            known = list(golden.sources)  # what is not there cannot be found, and that is a fault
        if not known:
            return None, None
        is_follow_up = golden.kind is GoldenKind.FOLLOW_UP
        passages = self._search(golden.question, RETRIEVED, before if is_follow_up else "")
        return compare(known, passages, self._holders(golden)), compare(known, passages)

    def _holders(self, golden: GoldenQuestion) -> frozenset[str]:
        """The passages that hold all that the answer must include, if that tells a passage from others."""
        if not golden.must_include:
            return frozenset()
        holders = [
            passage.passage_id
            for passage in self._passages
            if all(any(includes(passage.text, form) for form in forms) for forms in golden.must_include)
        ]
        return frozenset(holders) if len(holders) <= _MOST_HOLDERS else frozenset()

    def _is_known(self, source: str) -> bool:
        return any(compare([source], [passage]).recall(1) for passage in self._passages)

    async def shake(
        self, examined: Sequence[Examined], answers: Answers, *, most: int
    ) -> AsyncIterator[Shaken]:
        """Ask some of the questions that stand alone again, each in every way that the draw changes it."""
        draw = random.Random(SEED)
        alone = [one for one in examined if not one.golden.dialogue]
        for one in draw.sample(alone, min(most, len(alone))):
            for way, change in WAYS.items():
                text = change(one.golden.question, draw)
                if text != one.golden.question:
                    answer = await answers.answer(Question(text=text))
                    again = judge(one.golden, answer, logged=self._logged)
                    yield Shaken(way=way, is_same=_is_same(one, answer, again))


def paraphrases(examined: Sequence[Examined]) -> list[Shaken]:
    """Rows that say the same in other words: by `paraphrase_of`, or by expecting just the same."""
    by_id = {one.golden.question_id: one for one in examined if one.golden.question_id}
    first_like: dict[object, Examined] = {}
    shaken = []
    for one in examined:
        original = by_id.get(one.golden.paraphrase_of)
        expected = _expectation(one.golden)
        if original is None and expected is not None:
            original = first_like.setdefault(expected, one)
        if original is not None and original is not one:
            shaken.append(Shaken(way="paraphrase", is_same=_is_same(original, one.answer, one.judgement)))
    return shaken


def _expectation(golden: GoldenQuestion) -> object | None:
    if golden.dialogue or not golden.sources or not (golden.must_include or golden.value is not None):
        return None
    return (golden.kind, golden.must_include, golden.value, golden.sources)


def _is_same(one: Examined, answer: Answer, judgement: Judgement) -> bool:
    return answer.outcome is one.answer.outcome and judgement.is_right == one.judgement.is_right


def _dialogue_of(golden: GoldenQuestion) -> str:
    return golden.dialogue or f"alone-{golden.line}"
