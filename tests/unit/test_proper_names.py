from pathlib import Path

import pytest

from bot.guard.claims import unsupported_claims
from bot.guard.proper_names import ProductNames, proper_terms, unsupported_addresses, unsupported_names
from bot.tenant import load_tenant

LEXICON = {
    "GLC": ["глц"],
    "E-Класс": ["ешка", "e class"],
    "G-Класс": ["гелик"],
    "Maybach": ["майбах"],
    "КАСКО": ["каска"],
}
PRODUCTS = ProductNames(LEXICON)
FACTS = [
    "GLC 300 4MATIC стоит 6 990 000 ₽. E-Класс есть в чёрном. GLE 450.",
    "Москва, проезд Северной Звезды, дом 7",
]


@pytest.mark.parametrize(
    "draft",
    [
        "Есть GLC 300.",
        "Есть GLC-300",
        "Есть ешка",
        "Есть глц",
        "GLC за 6 990 000 ₽",
        "Напишите SMS или в Telegram",
        "Пишите на sales@GLZ.example",
    ],
)
def test_what_the_facts_name_may_be_named_in_any_way(draft: str) -> None:
    assert unsupported_names(draft, FACTS, products=PRODUCTS) == []


@pytest.mark.parametrize(
    ("draft", "name"),
    [
        ("Есть GLC 450", "GLC 450"),
        ("Есть GLS", "GLS"),
        ("Могу предложить гелик", "гелик"),
        ("Лучше взять Maybach", "Maybach"),
        ("Есть майбахи", "майбах"),
        ("С 180 подойдёт", "C 180"),
        ("We have a GLC 300 and a GLS", "GLS"),
        ("Есть X5", "X5"),
    ],
)
def test_a_thing_that_nobody_named_is_found(draft: str, name: str) -> None:
    assert unsupported_names(draft, FACTS, products=PRODUCTS) == [name]


def test_what_the_customer_named_may_be_answered() -> None:
    assert (
        unsupported_names("GLE 250 и гелика нет", [], products=PRODUCTS, asked=["GLE-250 или G-Класс?"]) == []
    )


def test_only_names_of_a_make_are_proper_terms() -> None:
    found = proper_terms({"GLC": [], "Maybach": [], "VIN": [], "КАСКО": [], "запчасти": []})
    assert set(found) == {"GLC", "Maybach"}


@pytest.mark.parametrize(
    ("draft", "found"),
    [
        ("Мы на улице Ленина, дом 5", ["улице Ленина, дом 5"]),
        ("Ждём на проспекте Мира", ["проспекте Мира"]),
        ("Наш адрес: проезд Северной Звезды, 7", []),
        ("Проезд Северной Звезды, дом 9", ["Проезд Северной Звезды, дом 9"]),
        ("Проезд бесплатный", []),
    ],
)
def test_an_address_stands_in_a_fact_or_is_found(draft: str, found: list[str]) -> None:
    assert unsupported_addresses(draft, FACTS) == found


@pytest.mark.parametrize(
    "draft",
    [
        "Менеджер вам позвонит",
        "Действует скидка на GLC",
        "Сделаем дешевле",
        "Отложим машину для вас",
        "Подготовим договор",
        "Бесплатно доставим",
        "Ждём вас завтра",
    ],
)
def test_a_promise_needs_a_fact(draft: str) -> None:
    assert unsupported_claims(draft, FACTS)


@pytest.mark.parametrize("draft", ["Скидки нет", "О скидках расскажет менеджер", "Ждём вас!", "Звоните нам"])
def test_what_binds_nobody_is_no_promise(draft: str) -> None:
    assert unsupported_claims(draft, FACTS) == []


@pytest.mark.parametrize("tenant", ["mercedes", "insurance"])
def test_every_text_of_a_business_supports_itself(tenant: str) -> None:
    loaded = load_tenant(Path("tenants") / tenant)
    products = ProductNames(loaded.lexicon)
    for passage in loaded.passages:
        assert unsupported_names(passage.text, [passage.text], products=products) == []
        assert unsupported_addresses(passage.text, [passage.text]) == []
        assert unsupported_claims(passage.text, [passage.text]) == []
