from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.computing.credit import annuity
from bot.computing.sources import computing_sources
from bot.errors import TenantError
from bot.findings import Finding, Inquiry
from bot.tenant.tariffs import read_tariffs
from tests.assistants import bakery

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def ask(text: str, focus: object = None, language: str = "ru") -> Finding | None:
    tenant, texts, _ = bakery()
    inquiry = Inquiry(text=text, asked_at=NOON, language=language, focus=focus or {})  # type: ignore[arg-type]
    found = [
        finding
        for source in computing_sources(tenant, texts)
        if (finding := source.find(inquiry)) is not None
    ]
    return max(found, key=lambda finding: finding.certainty, default=None)


def said(text: str, focus: object = None) -> str:
    finding = ask(text, focus)
    assert finding is not None
    return finding.text.replace("\u00a0", " ")


def test_an_instalment_is_the_annuity_of_the_textbook() -> None:
    assert annuity(1_000_000, 12, 12) == 88_849  # 1e6 * 0.01 / (1 - 1.01**-12) = 88 848.79
    assert annuity(240_000, 24, 0) == 10_000


@pytest.mark.parametrize(
    ("question", "payment"),
    [
        ("рассрочка на печь за 200 000 рублей, взнос 100 000, на год", "8 885 ₽"),
        ("какой платёж за 200 тысяч с взносом 50% на 12 месяцев?", "8 885 ₽"),
        ("платеж в месяц если рассрочка на печь за 200000 на 12 мес", "8 885 ₽"),
        ("рассрочка за двести тысяч", "8 885 ₽"),
        ("рассрочка за 240 тыс без первого взноса", "взнос бывает от 10 до 90 %"),
        ("рассрочка за 240 тыс на 5 лет", "от 3 до 24 месяцев"),
    ],
)
def test_it_computes_instalments(question: str, payment: str) -> None:
    assert payment in said(question)


def test_the_next_question_keeps_the_terms_of_the_one_before() -> None:
    first = ask("рассрочка на печь за 200 000 рублей, взнос 100 000, на год")
    assert first is not None
    assert "кредит 150 000 ₽" in said("а если взнос 50 000?", first.focus)
    assert "24 месяца, ставка 0 %" in said("а на 2 года?", first.focus)


def test_a_price_that_was_just_shown_is_the_price() -> None:
    assert "Цена 300 000 ₽" in said("а в рассрочку?", {"source": "stock", "price": 300_000})


@pytest.mark.parametrize(
    ("question", "difference"),
    [
        ("обменять печь: моя стоит 100 тысяч, новая 300 тысяч", "195 000 ₽"),
        ("беру новую за 300 000, старую оценили в 100 000, зачёт", "195 000 ₽"),
        ("зачёт старой за 310 тысяч, новая за 300 тысяч", "15 000 ₽ в вашу пользу"),
        ("обменять печь за миллион сто на печь за миллион двести", "95 000 ₽"),
        ("обменять печь за 100 тысяч", "Сколько стоит новое"),
    ],
)
def test_it_computes_the_difference_of_an_exchange(question: str, difference: str) -> None:
    assert difference in said(question)


@pytest.mark.parametrize(
    ("question", "total"),
    [
        ("сколько стоит банкет на 20 человек", "14 000 ₽"),
        ("банкет на двадцать гостей с тортом", "21 000 ₽"),
        ("фуршет на двадцать гостей, ребёнку 9 лет", "11 200 ₽"),
        ("почем банкет на пятерых", "меньше 5 000 ₽"),
        ("сколько стоит банкет", "Сколько будет гостей?"),
        ("цена банкета на 500 человек", "от 5 чел. до 100 чел."),
        ("застраховать доставку на 100 тыс сколько", "100 000 ₽ × 2 %"),
    ],
)
def test_it_computes_by_the_tariff_or_asks_what_is_missing(question: str, total: str) -> None:
    assert total in said(question)


def test_what_was_asked_for_is_filled_in_by_the_next_message() -> None:
    first = ask("сколько стоит банкет с тортом?")
    assert first is not None
    assert first.asks_back
    assert "21 000 ₽" in said("20", first.focus)
    assert ask("а хлеб свежий?", first.focus) is None


@pytest.mark.parametrize(
    "question", ["где банкетный зал", "какой процент у рассрочки", "хлеб есть?", "привет"]
)
def test_questions_without_a_sum_are_left_to_other_sources(question: str) -> None:
    assert ask(question) is None


def test_it_answers_in_english() -> None:
    finding = ask("how much is a банкет for 20 people", language="en")
    assert finding is not None
    assert finding.text.startswith("**Banquet: 14\u00a0000\u00a0₽**")


@pytest.mark.parametrize(
    ("replaced", "by", "fault"),
    [
        ("{to: 12, factor: 0.8}, ", "", 'factor "возраст" has no band for 1'),
        ("by: cake", "by: pie", 'there is no input "pie"'),
        ("[13, 24]", "[14, 24]", "rates: none for 13 months"),
        ("name: delivery_cover", "name: banquet", 'two products "banquet"'),
        ("base: {percent: 2, of: worth}", "base: {percent: 2}", "percent with of, or amount"),
        ("default: без торта", "default: с пирогом", "is not one of the values"),
    ],
)
def test_a_broken_tariff_is_named_by_file_and_line(
    tmp_path: Path, replaced: str, by: str, fault: str
) -> None:
    whole = Path("tests/fixtures/tenants/bakery/tariffs.yaml").read_text(encoding="utf-8")
    path = tmp_path / "tariffs.yaml"
    path.write_text(whole.replace(replaced, by), encoding="utf-8")
    with pytest.raises(TenantError, match=fault) as raised:
        read_tariffs(path)
    assert all(problem.line for problem in raised.value.problems)


def test_a_part_of_the_price_may_be_paid_at_once() -> None:
    assert "первый взнос 100 000 ₽" in said(
        "рассрочка на печь за 200 000 рублей на год, половину вношу сразу"
    )
    assert "первый взнос 50 000 ₽" in said("платёж за печь 200 тысяч, сразу заплачу 50 тысяч")


def test_english_words_for_a_credit_are_known_everywhere() -> None:
    finding = ask("monthly payment for a 200 000 rouble oven, half down, 12 months", language="en")
    assert finding is not None
    assert "Instalment: 8\u00a0885" in finding.text


def test_another_value_changes_the_exchange_of_before() -> None:
    first = ask("обменять печь: моя стоит 100 тысяч, новая 300 тысяч")
    assert first is not None
    assert "175 000 ₽" in said("а если оценят в 120 тысяч", first.focus)
    assert "295 000 ₽" in said("а если новая за 400 тысяч", first.focus)
