"""What the knowledge does not hold is found in an answer, whatever the turn's own checks say."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.domain import Outcome
from bot.evaluation.independent_checker import IndependentChecker
from tests.evaluating import said

TODAY = date(2026, 11, 22)
FILES = {
    "tenant.yaml": "phone: +7 (383) 000-11-22\nwebsite: https://bread.example\n",
    "legend.md": "# О нас\n\nРаботаем с 9:00 до 21:00. Доставка 300 рублей, скидка 5 % по вторникам.\n",
    "stock.csv": "model,price,year\nGLC 300,6900000,2025\nGLE 450,9800000,2026\nC180,4100000,2024\n",
    "tariffs.yaml": "credit:\n  rates:\n    - {months: [12, 36], rate_percent: 14.9}\n",
    "articles/history.md": "# История\n\nВ 1886 году Карл Бенц получил патент DRP 37435.\n",
    "articles/staff.md": "---\naudience: staff\n---\n# Закупка\n\nЗакупочная цена 3 333 333 рубля.\n",
    "golden.csv": "question,kind\nсколько стоит 7 777 777,fact\n",
}


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> IndependentChecker:
    folder = tmp_path_factory.mktemp("tenant")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return IndependentChecker(folder, ["Из PDF: гарантия 8 лет."])


def unsupported(
    checker: IndependentChecker, text: str, asked: str = "", trace: Mapping[str, Any] | None = None
) -> tuple[str, ...]:
    return checker.unsupported(said(text, trace=trace or {}), [asked], TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "GLC 300 2025 года — 6 900 000 ₽, или 6,9 млн рублей.",
        "Работаем с 9 до 21, звоните: 8 (383) 000-11-22.",
        "Ставка **14,9%** на срок от 12 до 36 месяцев.",
        "Сайт — https://www.bread.example/, доставка за 300 ₽.",
        "Патент DRP 37435 получен в 1886 году.",
        "Гарантия 8 лет.",
        "C 180 — 4 100 000 ₽\nGLE 450 — 9 800 000 ₽",
        "Price from 6 900 000 ₽, none lower.",
        "Есть 2 машины:\n- GLC 300\n- C180",
        "Пришлём SMS сегодня, 22.11.2026.",
    ],
)
def test_what_is_known_is_supported(checker: IndependentChecker, text: str) -> None:
    assert unsupported(checker, text) == ()


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("GLC 300 — 6 500 000 ₽", "figure 6 500 000 ₽"),
        ("Скидка 90% только сегодня", "figure 90%"),
        ("Скидка 300% на всё", "figure 300%"),
        ("Работаем до 23:00", "time 23:00"),
        ("Звоните: +7 (383) 000-11-23", "phone 3830001123"),
        ("Пишите на sale@bread.example", "link sale@bread.example"),
        ("Смотрите https://evil.example/x", "link evil.example/x"),
        ("Есть GLS и X5", "name GLS"),
        ("Есть новый X5", "name X5"),
        ("Ждём вас 01.02.2027", "date 1.02.2027"),
        ("Осталось 17 машин", "figure 17"),
        ("Закупочная цена 3 333 333 рубля", "figure 3 333 333"),
        ("Цена 7 777 777 ₽", "figure 7 777 777 ₽"),
        ("C180 — 9 800 000 ₽", "figure 9 800 000 ₽ of another row"),
    ],
)
def test_what_was_invented_is_caught(checker: IndependentChecker, text: str, claim: str) -> None:
    found = unsupported(checker, text)
    assert any(one.startswith(claim) for one in found), found


def test_the_customers_own_figures_may_be_repeated(checker: IndependentChecker) -> None:
    assert unsupported(checker, "До 5 млн ₽ есть C180.", "что есть за 5 миллионов?") == ()


def test_what_was_computed_in_the_turn_is_supported(checker: IndependentChecker) -> None:
    trace = {"computed": {"facts": ["платёж 101 250 ₽"], "months": 48}}
    text = "Платёж — 101 250 ₽ на 48 месяцев."
    assert unsupported(checker, text, trace=trace) == ()
    assert unsupported(checker, text, trace={"attempts": [101250, 48]}) != ()


def test_what_the_table_was_asked_gives_counts_and_age_but_no_prices(checker: IndependentChecker) -> None:
    trace = {"stock": {"rows": 17, "as_of": "2026-11-22T06:30:00+00:00", "facts": ["6 500 000 ₽"]}}
    assert unsupported(checker, "Их 17, данные на 22.11 06:30.", trace=trace) == ()
    assert unsupported(checker, "GLC 300 — 6 500 000 ₽", trace=trace) == ("figure 6 500 000 ₽",)


def test_a_text_of_the_catalogue_is_not_looked_up(checker: IndependentChecker) -> None:
    answer = said("Храним 90 дней.", Outcome.SCRIPTED)
    assert checker.unsupported(answer, [], TODAY) == ()


def test_rows_that_lie_in_no_file_are_known_too(tmp_path: Path) -> None:
    checker = IndependentChecker(tmp_path)
    checker.add_rows([{"model": "GLA", "price": 3_500_000}])
    assert unsupported(checker, "GLA — 3 500 000 ₽") == ()
