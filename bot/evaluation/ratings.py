"""What people's ratings come to: by tenant and week, each figure with its interval."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.domain.ratings import Rating, RatingKind
from bot.evaluation.intervals import interval

_PROMOTERS_FROM, _DETRACTORS_UP_TO = 9, 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A mean of `count` answers. `span`: its 95% interval; None where they are too few to tell."""

    value: float
    count: int
    span: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RatingsOfWeek:
    """`monday` None: of all weeks. A figure is None where nobody answered."""

    monday: date | None
    csat: Figure | None
    asked: int
    """How many were asked for the CSAT, whether or not they answered."""
    nps: Figure | None
    """From -100 to 100."""
    thumbs_up: Figure | None
    """The share of answers with a thumb that was up, in per cent."""
    errors: int
    """How many answers were said to be wrong."""


def weigh(ratings: Sequence[Rating], zone: ZoneInfo) -> Mapping[str, Sequence[RatingsOfWeek]]:
    """For each tenant its weeks in order, then all of them together. Weeks begin on the zone's Mondays."""
    by_tenant: dict[str, dict[date, list[Rating]]] = defaultdict(lambda: defaultdict(list))
    for rating in ratings:
        day = rating.created_at.astimezone(zone).date()
        by_tenant[rating.tenant][day - timedelta(days=day.weekday())].append(rating)
    return {
        tenant: [
            *(_week(monday, weeks[monday]) for monday in sorted(weeks)),
            _week(None, [rating for week in weeks.values() for rating in week]),
        ]
        for tenant, weeks in sorted(by_tenant.items())
    }


def _week(monday: date | None, ratings: Sequence[Rating]) -> RatingsOfWeek:
    scores: dict[RatingKind, list[int]] = defaultdict(list)
    for rating in ratings:
        if rating.score is not None:
            scores[rating.kind].append(rating.score)
    return RatingsOfWeek(
        monday=monday,
        csat=_mean(scores[RatingKind.CSAT]),
        asked=sum(rating.kind is RatingKind.CSAT for rating in ratings),
        nps=_mean([_nps(score) for score in scores[RatingKind.NPS]]),
        thumbs_up=_mean([100.0 * (score > 0) for score in scores[RatingKind.THUMB]]),
        errors=len(scores[RatingKind.ERROR]),
    )


def _nps(score: int) -> float:
    """So that the mean is the share of promoters less that of detractors, in per cent."""
    return 100.0 * ((score >= _PROMOTERS_FROM) - (score <= _DETRACTORS_UP_TO))


def _mean(values: Iterable[float]) -> Figure | None:
    found = [float(value) for value in values]
    if not found:
        return None
    return Figure(value=sum(found) / len(found), count=len(found), span=interval(found))
