"""How often staff agree with what the assistant wanted to say, over the weeks and by its light."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from bot.domain import Light
from bot.domain.reviews import Decided, ReviewMode, ReviewStatus
from bot.evaluation.reading import tokens_of
from bot.evaluation.similarity import bleu

WEEKS = 8
ENOUGH = 50
"""Decisions, from which on another mode may be advised."""
HIGH = 0.95
_Z = 1.959963984540054
"""Of the normal distribution, for 95%."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """Of some answers that a person has decided."""

    unchanged: int = 0
    edited: int = 0
    declined: int = 0

    @property
    def n(self) -> int:
        return self.unchanged + self.edited + self.declined

    @property
    def share(self) -> float:
        return self.unchanged / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.unchanged, self.n)


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """`similarity`: BLEU of the answers that were corrected, 0 to 100; None where none was."""

    mode: ReviewMode
    weeks: tuple[tuple[date, Tally], ...]
    """By the Monday of each, the oldest first."""
    lights: tuple[tuple[Light, Tally], ...]
    all: Tally
    in_mode: Tally
    """Of answers that were held in the present mode: what an advice about it stands on."""
    similarity: float | None
    waiting: int
    expired: int
    """Of those that wait, the ones whose time is over."""

    @property
    def advised(self) -> ReviewMode | None:
        """The mode that can be tried; None: this one is to be kept."""
        is_sure = self.in_mode.n >= ENOUGH and self.in_mode.share >= HIGH
        return self.mode.next if is_sure else None


def agreement_of(history: Sequence[Decided], mode: ReviewMode, zone: tzinfo) -> Agreement:
    """`zone`: the tenant's, in which weeks begin."""
    decided = [one for one in history if not one.status.is_open]
    mondays = sorted({_monday(one, zone) for one in decided})
    edited = [one for one in decided if one.status is ReviewStatus.EDITED]
    return Agreement(
        mode=mode,
        weeks=tuple((day, _tally(one for one in decided if _monday(one, zone) == day)) for day in mondays),
        lights=tuple((light, _tally(one for one in decided if one.light is light)) for light in Light),
        all=_tally(decided),
        in_mode=_tally(one for one in decided if one.mode is mode),
        similarity=sum(map(_similarity, edited)) / len(edited) if edited else None,
        waiting=len(history) - len(decided),
        expired=sum(one.status is ReviewStatus.EXPIRED for one in history),
    )


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share; of nothing it is all that there is."""
    if n == 0:
        return 0.0, 1.0
    share, spread = hits / n, _Z * _Z / n
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def _tally(decided: Iterable[Decided]) -> Tally:
    statuses = [one.status for one in decided]
    return Tally(
        unchanged=statuses.count(ReviewStatus.APPROVED),
        edited=statuses.count(ReviewStatus.EDITED),
        declined=statuses.count(ReviewStatus.DECLINED),
    )


def _monday(one: Decided, zone: tzinfo) -> date:
    day = one.at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def _similarity(one: Decided) -> float:
    """Of what was suggested to what was sent."""
    sent = tokens_of(one.final)
    return 100 * bleu(tokens_of(one.answer), [sent], th=len(sent))
