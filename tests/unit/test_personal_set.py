"""The planted set of personal data, and sentences of figures in which nothing is personal."""

import csv
from pathlib import Path

import pytest

from bot.guard.personal_data import mask

SET = Path(__file__).parent.parent / "guards"
_PLANTED = list(csv.DictReader((SET / "personal.csv").read_text(encoding="utf-8").splitlines()))
OWN = frozenset({"+7 (495) 000-12-34", "Москва, проезд Северной Звезды, дом 7"})


@pytest.mark.parametrize("row", _PLANTED, ids=lambda row: row["text"])
def test_what_is_planted_is_hidden_and_comes_back(row: dict[str, str]) -> None:
    masked = mask(row["text"], keep=OWN)
    assert row["secret"] not in masked.text
    assert set(row["secret"].split()) <= set(" ".join(masked.hidden.values()).split())
    assert masked.restore(masked.text) == row["text"]


@pytest.mark.parametrize("text", (SET / "clean.txt").read_text(encoding="utf-8").splitlines())
def test_prices_models_and_years_stay(text: str) -> None:
    assert mask(text, keep=OWN).text == text


def test_the_business_own_phone_stays_when_it_is_said_aloud() -> None:
    said = "восемь четыреста девяносто пять ноль ноль ноль двенадцать тридцать четыре"
    assert mask(said, keep=OWN).text == said


@pytest.mark.parametrize("text", ["а" * 4000, "1 " * 2000, "один " * 800, "улица " * 600, "А123 " * 800])
def test_a_long_message_is_read_without_getting_stuck(text: str) -> None:
    assert mask(text).text
