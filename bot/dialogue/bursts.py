"""Which of a chat's waiting utterances make one turn, and whether to wait for more of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import Utterance, UtteranceKind
from bot.understanding.messages import is_whole_question

MOST_UTTERANCES = 20
MOST_CHARACTERS = 12_000
_LONGEST_WAIT = 4
"""In burst windows: somebody who never stops typing is answered all the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Burst:
    """The first `count` waiting utterances belong together; `wait_s` more may bring others."""

    count: int
    wait_s: float


def gather(waiting: Sequence[Utterance], *, window_s: float, now: datetime) -> Burst:
    """`now` is aware. A count of 0 means that nothing waits."""
    run = _leading_run(waiting)
    if not run or len(run) < len(waiting) or not run[0].kind.is_said:
        return Burst(count=len(run), wait_s=0)
    if _is_whole(run[-1]) or len(run) >= MOST_UTTERANCES:
        return Burst(count=len(run), wait_s=0)
    silent_s = (now - run[-1].received_at).total_seconds()
    waited_s = (now - run[0].received_at).total_seconds()
    wait_s = min(window_s - silent_s, window_s * _LONGEST_WAIT - waited_s, window_s)
    return Burst(count=len(run), wait_s=max(0.0, wait_s))


def _is_whole(utterance: Utterance) -> bool:
    """Nobody knows yet what a recording says; while it is being heard, more may come."""
    return utterance.kind is UtteranceKind.TEXT and is_whole_question(utterance.text)


def _leading_run(waiting: Sequence[Utterance]) -> list[Utterance]:
    """Texts and recordings of one person in a row, within a turn's limits; anything else stands alone."""
    run: list[Utterance] = []
    characters = 0
    for utterance in waiting[:MOST_UTTERANCES]:
        characters += len(utterance.text)
        belongs = utterance.kind.is_said and (not run or utterance.person_id == run[0].person_id)
        if run and (not belongs or characters > MOST_CHARACTERS):
            break
        run.append(utterance)
        if not belongs:
            break
    return run
