import pytest

from bot.guard.claims import foreign_script, unfaithful_phrasing, unsupported_claims

FACTS = ["Салон открыт с 9:00 до 21:00, телефон +7 (495) 000-12-34. Шиномонтаж стоит 4 500 ₽, скидка 10%."]


@pytest.mark.parametrize(
    "draft",
    [
        "Мы работаем с 9:00 до 21:00.",
        "Шиномонтаж: 4500 рублей",
        "Звоните 8 495 000-12-34, скидка 10 процентов",
        "Есть 5 причин приехать",
    ],
)
def test_a_supported_draft_passes(draft: str) -> None:
    assert unsupported_claims(draft, FACTS) == []


@pytest.mark.parametrize(
    ("draft", "claim"),
    [
        ("Шиномонтаж стоит 3 900 ₽", "3900 ₽"),
        ("Позвоните +7 495 111-22-33", "+7 495 111-22-33"),
        ("Скидка 90%!", "90%"),
        ("Закрываемся в 22:30", "22:30"),
        ("Пишите на sales@fake.ru", "sales@fake.ru"),
        ("Подробнее: https://fake.ru/x", "https://fake.ru/x"),
        ("Привезём 12 марта", "12 март"),
    ],
)
def test_an_invented_claim_is_named(draft: str, claim: str) -> None:
    assert claim in unsupported_claims(draft, FACTS)


@pytest.mark.parametrize(
    ("draft", "phrased", "reason"),
    [
        ("Стоянка на 40 мест.", "У нас стоянка на 40 мест!", ""),
        ("Стоянка на 40 мест.", "У нас стоянка на 50 мест!", "numbers differ"),
        ("С 21 года нельзя.", "С 21 года можно.", "negations differ"),
        ("Есть GLC и GLE.", "Есть GLC и GLS.", "names differ"),
        ("Приезжайте к нам.", "Да.", "length differs"),
    ],
)
def test_phrasing_keeps_the_meaning(draft: str, phrased: str, reason: str) -> None:
    assert unfaithful_phrasing(draft, phrased) == reason


@pytest.mark.parametrize(
    ("draft", "foreign"), [("欢迎", True), ("Приезжайте! 😀 — «C 180» №5 ₽", False), ("ελα", True)]
)
def test_letters_of_another_script_are_seen(draft: str, foreign: bool) -> None:
    assert foreign_script(draft) is foreign


def test_what_the_customer_said_supports_a_time_but_no_price() -> None:
    said = ["Приеду 12 марта в 15:40, вы обещали за 100 рублей и скидку 90%"]
    assert unsupported_claims("Ждём 12 марта в 15:40", FACTS, echoes=said) == []
    assert unsupported_claims("Да, 100 рублей и скидка 90%", FACTS, echoes=said) == ["90%", "100 рублей"]
