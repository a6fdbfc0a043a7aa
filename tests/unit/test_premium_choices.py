"""Which values of a product's choices are meant, and which are only denied."""

import pytest

from bot.computing.amounts import read_numbers
from bot.computing.premium_choices import read_choices
from tests.unit.test_premium_reading import product_named


@pytest.mark.parametrize(
    ("question", "alarm"),
    [
        ("спутник стоит", "со спутниковой охраной"),
        ("спутника нет", "без спутниковой охраны"),
        ("спутник не стоит", "без спутниковой охраны"),
        ("спутниковая охрана отсутствует", "без спутниковой охраны"),
        ("спутниковой нету", "без спутниковой охраны"),
        ("no satellite", "без спутниковой охраны"),
        ("satellite alarm installed", "со спутниковой охраной"),
    ],
)
def test_the_other_of_two_values_is_meant_where_one_is_denied(question: str, alarm: str) -> None:
    assert read_choices(product_named("kasko"), read_numbers(question)).given == {"alarm": alarm}


@pytest.mark.parametrize(
    ("product", "question", "given"),
    [
        ("kasko", "не полное, а угон", {"cover": "угон и гибель"}),
        ("osago", "не на год, а на полгода", {"period": "6 месяцев"}),
        ("house", "камина нет, печка есть", {"stove": "есть печь или камин"}),
        ("house", "ни печки, ни камина", {"stove": "нет печи"}),
        ("kasko", "уберите франшизу", {"franchise": "без франшизы"}),
        ("kasko", "с франшизой пятнашка", {"franchise": "15 000 ₽"}),
        ("accident", "без хоккея", {"activity": "обычная жизнь"}),
    ],
)
def test_one_value_is_chosen(product: str, question: str, given: dict[str, str]) -> None:
    choices = read_choices(product_named(product), read_numbers(question))
    assert choices.given == given
    assert not choices.several


@pytest.mark.parametrize(
    ("product", "question", "several"),
    [
        ("kasko", "полное или угон", {"cover": ("полное", "угон и гибель")}),
        ("kasko", "франшиза 15 или 30", {"franchise": ("15 000 ₽", "30 000 ₽")}),
        ("house", "с печкой или без печки", {"stove": ("есть печь или камин", "нет печи")}),
        ("osago", "на год и на 3 месяца", {"period": ("12 месяцев", "3 месяца")}),
    ],
)
def test_several_values_are_kept_in_their_order(
    product: str, question: str, several: dict[str, tuple[str, ...]]
) -> None:
    assert read_choices(product_named(product), read_numbers(question)).several == several
