"""Two premiums in one question, in the insurance tenant's tariffs."""

from typing import Any

import pytest

from tests.computing import computed, money, plain, surely_computed

COMPREHENSIVE = {
    "source": "computed",
    "what": "premium",
    "product": "kasko",
    "given": {"car_value": 2_000_000.0, "age": 40.0},
}


def compared(question: str, focus: dict[str, Any] | None = None) -> list[float]:
    """The premiums, having checked that they and the difference are told."""
    finding = surely_computed("insurance", question, focus)
    totals: list[float] = finding.trace["totals"]
    assert all(money(total) in plain(finding) for total in (*totals, finding.trace["difference"]))
    assert finding.trace["difference"] == max(totals) - min(totals)
    return totals


@pytest.mark.parametrize(
    ("question", "totals"),
    [
        ("что дешевле: полное каско или с франшизой 30 000, машина 2 млн, водителю 40", [84_000, 71_400]),
        ("насколько дешевле каско с франшизой 50 тысяч, машина 3 млн, мне 45", [126_000, 95_760]),
        ("каско за 1 500 000, водителю 35: полное или угон и гибель, разница в цене", [63_000, 25_200]),
        ("разница между каско с франшизой 15 и 50 тысяч? Машина 2 миллиона, мне 30", [77_280, 63_840]),
        ("насколько дороже каско для водителя 22 лет, чем для 35, машина 2 млн", [134_400, 84_000]),
        ("дом на 3 млн из кирпича или из дерева, сколько стоит", [15_000, 24_000]),
        ("квартира 2 млн: сдаём или живём сами, насколько дороже?", [8_400, 7_000]),
        ("клещ на троих: на 500 тысяч или на миллион, что сколько стоит", [1_170, 1_872]),
        ("Which is cheaper for a flat with 3,000,000 of contents: no deductible or 10,000?", [10_500, 8_925]),
        ("is casco cheaper with a satellite alarm? car 2,000,000, driver 40", [84_000, 78_120]),
    ],
)
def test_both_premiums_and_the_difference_are_told(question: str, totals: list[float]) -> None:
    assert compared(question) == totals


def test_what_was_computed_before_is_compared_with_what_is_said_now() -> None:
    assert compared("а насколько дешевле с франшизой 50?", COMPREHENSIVE) == [84_000, 63_840]


def test_a_comparison_goes_on_until_one_of_it_is_chosen() -> None:
    first = surely_computed("insurance", "каско 2 млн, водитель 40: с франшизой 30 или без франшизы?")
    assert compared("а если машина за 4 млн?", dict(first.focus)) == [142_800, 168_000]
    chosen = surely_computed("insurance", "ладно, без франшизы", dict(first.focus))
    assert "totals" not in chosen.trace
    assert chosen.trace["total"] == 84_000


def test_without_the_sum_the_proportion_is_told_and_the_sum_asked_for() -> None:
    finding = computed("insurance", "дом каркасный или бревенчатый, кому какая надбавка за стены")
    assert finding is not None
    assert finding.asks_back
    assert all(part in plain(finding) for part in ("× 1,3", "× 1,6", "18,8 %", "На какую сумму"))
    answered = surely_computed("insurance", "на 2 млн", dict(finding.focus))
    assert answered.trace["totals"] == [13_000, 16_000]


def test_premiums_that_are_the_same_are_said_to_be() -> None:
    finding = surely_computed("insurance", "что дешевле, каско водителю 35 или 45, машина 2 млн")
    assert "Цена одна и та же" in plain(finding)


@pytest.mark.parametrize(
    "question",
    [
        "полное каско или угон и гибель, в чем разница",
        "чем полное каско отличается от каско с франшизой",
        "в чём разница между угоном и полным каско по деталям",
        "чем отличается осаго от каско",
        "что дешевле, осаго или каско",
        "стоит ли брать каско с франшизой",
        "what is the difference between full cover and theft only",
    ],
)
def test_a_difference_that_is_not_of_prices_is_left_to_the_texts(question: str) -> None:
    assert computed("insurance", question) is None


def test_an_english_comparison_is_told_in_english() -> None:
    text = plain(surely_computed("insurance", "casco, theft only or full? car 2 million, driver is 40"))
    assert "theft and total loss: **33 600 ₽**" in text
    assert not any("а" <= sign <= "я" for sign in text.lower())
