"""How often staff agree, and what is advised."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain import Light
from bot.domain.reviews import Decided, ReviewMode, ReviewStatus
from bot.evaluation.agreement import Agreement, agreement_of, wilson
from bot.evaluation.agreement_told import told
from bot.texts.catalogue import load_texts

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


def decided(status: ReviewStatus = ReviewStatus.APPROVED, **changes: object) -> Decided:
    values: dict[str, object] = {
        "at": MONDAY,
        "light": Light.GREEN,
        "mode": ReviewMode.ADVISER,
        "status": status,
        "answer": "Свежий хлеб в девять и в три",
        "final": "Свежий хлеб в девять и в три",
    }
    return Decided(**(values | changes))  # type: ignore[arg-type]


def of(*history: Decided, mode: ReviewMode = ReviewMode.ADVISER) -> Agreement:
    return agreement_of(history, mode, UTC)


def test_weeks_begin_on_monday_in_the_tenants_zone() -> None:
    weeks = of(
        decided(), decided(at=MONDAY + timedelta(days=6)), decided(at=MONDAY - timedelta(days=1))
    ).weeks
    assert [(day, tally.n) for day, tally in weeks] == [(date(2026, 11, 16), 1), (date(2026, 11, 23), 2)]


def test_what_nobody_decided_counts_apart() -> None:
    agreement = of(decided(), decided(ReviewStatus.PENDING), decided(ReviewStatus.EXPIRED))
    assert (agreement.all.n, agreement.waiting, agreement.expired) == (1, 2, 1)


def test_lights_are_counted_apart() -> None:
    agreement = of(decided(), decided(ReviewStatus.DECLINED, light=Light.RED))
    shares = {light: tally.share for light, tally in agreement.lights}
    assert shares == {Light.GREEN: 1.0, Light.YELLOW: 0.0, Light.RED: 0.0}


@pytest.mark.parametrize(
    ("unchanged", "others", "mode", "advised"),
    [
        (49, 0, ReviewMode.ADVISER, None),
        (50, 0, ReviewMode.ADVISER, ReviewMode.PARTIAL),
        (57, 3, ReviewMode.ADVISER, ReviewMode.PARTIAL),
        (56, 3, ReviewMode.ADVISER, None),
        (50, 0, ReviewMode.PARTIAL, ReviewMode.AUTOMATIC),
        (50, 0, ReviewMode.AUTOMATIC, None),
    ],
)
def test_the_next_mode_is_advised_from_95_percent_of_50(
    unchanged: int, others: int, mode: ReviewMode, advised: ReviewMode | None
) -> None:
    history = [decided(mode=mode)] * unchanged + [decided(ReviewStatus.DECLINED, mode=mode)] * others
    assert of(*history, mode=mode).advised is advised


def test_decisions_of_another_mode_advise_nothing() -> None:
    assert of(*[decided()] * 60, mode=ReviewMode.PARTIAL).advised is None


def test_similarity_is_100_for_the_same_words_and_less_for_others() -> None:
    same = of(decided(ReviewStatus.EDITED)).similarity
    other = of(decided(ReviewStatus.EDITED, final="Свежий хлеб в девять и в четыре")).similarity
    assert same == pytest.approx(100)
    assert other is not None
    assert other < 90


def test_wilson_agrees_with_a_known_interval() -> None:
    assert wilson(9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-4)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_it_fits_into_one_message(language: str) -> None:
    history = [
        decided(ReviewStatus.EDITED, at=MONDAY - timedelta(weeks=week), light=light)
        for week in range(9)
        for light in Light
    ]
    assert len(told(of(*history, decided(ReviewStatus.PENDING)), load_texts(), language)) < 4_096
