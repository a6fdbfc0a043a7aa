"""Golden questions and answers for tests of the measures."""

from typing import Any

from bot.domain import Answer, Outcome, Verdict
from bot.evaluation.judging import Judgement, judge
from bot.evaluation.running import Examined
from bot.guard.personal_data import mask
from bot.tenant import GoldenKind, GoldenQuestion


def logged(text: str) -> str:
    return mask(text).text


def golden(
    kind: GoldenKind = GoldenKind.FACT, question: str = "Когда свежий хлеб?", **asks: Any
) -> GoldenQuestion:
    """`must_include` and `must_not_include` as plain parts."""
    for name in ("must_include", "must_not_include"):
        asks[name] = tuple((part,) if isinstance(part, str) else part for part in asks.get(name, ()))
    return GoldenQuestion(**{"question": question, "kind": kind, "line": 2, **asks})


def said(text: str, outcome: Outcome = Outcome.ANSWERED, *failed: str, **more: Any) -> Answer:
    """An answer; `failed` are checks that it did not pass."""
    verdicts = tuple(Verdict(check=check, passed=False) for check in failed)
    return Answer(text=text, outcome=outcome, verdicts=verdicts, **more)


def judged(asked: GoldenQuestion, answer: Answer) -> Judgement:
    return judge(asked, answer, logged=logged)


def examined(asked: GoldenQuestion, answer: Answer, *unsupported: str, seconds: float = 1.0) -> Examined:
    return Examined(
        golden=asked,
        answer=answer,
        judgement=judged(asked, answer),
        unsupported=unsupported,
        seconds=seconds,
        found=None,
    )
