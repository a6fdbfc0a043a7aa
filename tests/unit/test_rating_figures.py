"""What ratings come to."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bot.domain.ratings import Rating, RatingKind
from bot.evaluation.ratings import Figure, weigh

SUNDAY_NIGHT = datetime(2026, 5, 3, 20, tzinfo=UTC)
"""Monday already in Novosibirsk."""


def rated(kind: RatingKind, *scores: int | None, at: datetime = SUNDAY_NIGHT) -> list[Rating]:
    return [
        Rating(
            tenant="bakery",
            kind=kind,
            subject=str(number),
            score=score,
            reasons=(),
            words="",
            created_at=at,
        )
        for number, score in enumerate(scores)
    ]


def figure(found: Figure | None) -> tuple[float, int]:
    assert found is not None
    return round(found.value, 1), found.count


def test_each_week_has_its_figures_and_then_all_together() -> None:
    earlier = datetime(2026, 4, 29, tzinfo=UTC)
    ratings = rated(RatingKind.CSAT, 10, None, at=earlier) + rated(RatingKind.CSAT, 6, 8)
    weeks = weigh(ratings, ZoneInfo("Asia/Novosibirsk"))["bakery"]
    assert [week.monday for week in weeks] == [date(2026, 4, 27), date(2026, 5, 4), None]
    assert [figure(week.csat) for week in weeks] == [(10, 1), (7, 2), (8, 3)]
    assert [week.asked for week in weeks] == [2, 2, 4]


def test_the_nps_is_promoters_less_detractors() -> None:
    week = weigh(rated(RatingKind.NPS, 10, 9, 8, 7, 6, 0, None), ZoneInfo("UTC"))["bakery"][-1]
    assert figure(week.nps) == (0, 6)
    week = weigh(rated(RatingKind.NPS, 10, 9, 9, 6), ZoneInfo("UTC"))["bakery"][-1]
    assert figure(week.nps) == (50, 4)


def test_the_interval_holds_the_mean() -> None:
    week = weigh(rated(RatingKind.CSAT, *[8, 9, 10, 7] * 10), ZoneInfo("UTC"))["bakery"][-1]
    assert week.csat is not None
    assert week.csat.span is not None
    assert 8 < week.csat.span[0] < week.csat.value < week.csat.span[1] < 9


def test_one_answer_has_no_interval_and_none_no_figure() -> None:
    week = weigh(rated(RatingKind.THUMB, -1), ZoneInfo("UTC"))["bakery"][-1]
    assert (week.thumbs_up, week.nps, week.csat) == (Figure(value=0.0, count=1, span=None), None, None)
