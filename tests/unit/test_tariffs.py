from pathlib import Path
from typing import Any

import pytest

from bot.errors import TenantError
from bot.tenant.tariffs import Credit, Several, Tariffs, read_tariffs

PRODUCT = """
products:
  - name: ride
    title: {ru: поездка, en: ride}
    names: [поездка]
    base: {amount: 100, times: km}
    inputs:
      - {name: km, title: {ru: расстояние, en: distance}, type: number, unit: {ru: км, en: km},
         range: [1, 50], required: true, ask: {ru: Сколько ехать?, en: How far?}, several: most}
      - name: car
        title: машина
        type: choice
        default: малая
        values: {малая: [small], большая: [big]}
        translations: {en: {малая: small, большая: big}}
    factors:
      - {title: {ru: машина, en: car}, by: car, values: {малая: 1, большая: 2}}
"""


def read(tmp_path: Path, text: str) -> Tariffs:
    path = tmp_path / "tariffs.yaml"
    path.write_text(text, encoding="utf-8")
    tariffs = read_tariffs(path)
    assert tariffs is not None
    return tariffs


def test_wordings_may_be_in_several_languages_or_in_russian_alone(tmp_path: Path) -> None:
    distance, car = read(tmp_path, PRODUCT).products[0].inputs
    assert distance.ask == {"ru": "Сколько ехать?", "en": "How far?"}
    assert car.title == {"ru": "машина"}
    assert car.translations["en"]["большая"] == "big"


def test_an_input_may_take_one_of_several_numbers(tmp_path: Path) -> None:
    distance, car = read(tmp_path, PRODUCT).products[0].inputs
    assert (distance.several, car.several) == (Several.MOST, None)


@pytest.mark.parametrize(
    ("replaced", "by", "fault"),
    [
        ("{en: {малая: small,", "{en: {синяя: blue,", '"синяя" is not one of the values'),
        ("several: most", "several: all", "least"),
        ("default: малая", "required: true", "needs ask"),
        ("type: number,", "type: choice,", "a choice has values"),
        ("times: km", "times: miles", 'no input "miles"'),
        ("{малая: 1, большая: 2}", "{малая: 1}", 'factor "машина": not the values'),
        ("title: {ru: поездка, en: ride}", "title: {}", "title"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, replaced: str, by: str, fault: str) -> None:
    assert replaced in PRODUCT
    with pytest.raises(TenantError, match=fault) as raised:
        read(tmp_path, PRODUCT.replace(replaced, by))
    assert all(problem.line for problem in raised.value.problems)


def test_without_a_file_nothing_is_computed(tmp_path: Path) -> None:
    assert read_tariffs(tmp_path / "tariffs.yaml") is None


@pytest.mark.parametrize(("months", "rate"), [(12, 10), (24, 10), (25, 12), (60, 12), (61, None)])
def test_the_rate_is_that_of_the_first_band_that_fits(months: int, rate: float | None) -> None:
    bands: Any = [{"months": (12, 24), "rate_percent": 10}, {"months": (20, 60), "rate_percent": 12}]
    credit = Credit.model_validate({"names": ["кредит"], "rates": bands})
    assert credit.rate_for(months) == rate


@pytest.mark.parametrize("tenant", ["insurance", "mercedes"])
def test_the_shipped_tariffs_are_worded_in_english_too(tenant: str) -> None:
    tariffs = read_tariffs(Path("tenants") / tenant / "tariffs.yaml")
    assert tariffs is not None
    for product in tariffs.products:
        assert "en" in product.title
        assert product.note is None or "en" in product.note
        assert all(
            "en" in wanted.title and (wanted.ask is None or not wanted.required or "en" in wanted.ask)
            for wanted in product.inputs
        )
        assert all("en" in factor.title for factor in product.factors)
        assert any(name.isascii() for name in product.names)
