"""How the measures read texts, and find in them what a golden question asks for."""

import pytest

from bot.evaluation.matching import includes, named_figure
from bot.evaluation.reading import figures_in, latin_words, links_in, phones_in, plain, tokens_of


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Цена 6 900 000 ₽", [("money", 6_900_000)]),
        ("от 6,9 млн рублей", [("money", 6_900_000)]),
        ("900 тыс. руб.", [("money", 900_000)]),
        ("6,900,000 rub", [("money", 6_900_000)]),
        ("ставка **14,9 %** годовых", [("percent", 14.9)]),
        ("3 машины, 2 чёрные", [("plain", 3), ("plain", 2)]),
        ("C180 и GLC 300", [("plain", 300)]),
        ("звоните +7 (495) 000-12-34", []),
        ("с 9:00 до 21:00", []),
        ("1. Первое\n2. Второе", []),
        ("сдать 12.06.2026", []),
    ],
)
def test_a_figure_is_read_by_what_it_is_worth(text: str, values: list[tuple[str, float]]) -> None:
    assert [(figure.sort, figure.value) for figure in figures_in(plain(text))] == values


def test_a_phone_is_the_same_in_every_spelling() -> None:
    spellings = "+7 (383) 000-11-22, 8 383 000 11 22, 83830001122"
    assert phones_in(spellings) == ["3830001122"] * 3
    assert phones_in("6 900 000 и 8 500 000 000") == []


def test_an_address_is_the_same_with_and_without_its_scheme() -> None:
    links = links_in(plain("https://www.Bread.example/a/ и bread.example/a, @warm_bread, t.me/warm_bread"))
    assert links == ["bread.example/a", "bread.example/a", "@warm_bread", "@warm_bread"]


def test_names_are_words_with_latin_letters() -> None:
    assert latin_words("GLC 300d и C180, пишите на a@b.ru") == ["GLC", "300d", "C180"]


def test_a_number_is_one_token_however_it_is_written() -> None:
    assert tokens_of("6 900 000 ₽") == tokens_of("6,9 млн") == ["6900000"]
    assert tokens_of("09:00") == ["9:00"]
    assert tokens_of("8 (383) 000-11-22") == tokens_of("+73830001122")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Свежий хлеб — в **9:00** и в 15:00.", "9:00"),
        ("Ёлку привезём бесплатно", "елка"),
        ("Запишем вас на бесплатный тест-драйв.", "тест-драйв бесплатный"),
        ("Стоит 6 900 000 ₽", "6,9 млн"),
        ("По телефону 8 (383) 000-11-22", "+7 383 000 11 22"),
        ("Забронируем для вас", "заброн"),
        ("доставка по городу бесплатна", "доставка бесплатна"),
    ],
)
def test_a_part_is_found_in_another_spelling(text: str, part: str) -> None:
    assert includes(text, part)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("в 19:00", "9:00"),
        ("всегда", "да"),
        ("Стоит 16 900 000 ₽", "6 900 000"),
        ("до 21:30", "21"),
        ("+7 383 000 11 23", "+7 383 000 11 22"),
        ("доставка завтра, а вот самовывоз всегда и для всех бесплатный", "доставка бесплатна"),
    ],
)
def test_another_thing_is_not_the_part(text: str, part: str) -> None:
    assert not includes(text, part)


def test_what_must_not_be_there_is_only_found_in_its_order() -> None:
    assert includes("скидка 90%", "скидка 90", in_order=True)
    assert not includes("90 машин без скидок", "скидка 90", in_order=True)


@pytest.mark.parametrize(
    ("text", "value", "figure"),
    [
        ("Платёж — 101 300 ₽ на 60 месяцев", 101_250, 101_300),
        ("Есть две машины", 2, 2),
        ("К сожалению, такой нет.", 0, 0),
        ("Такой есть", 0, None),
        ("Позвоните: +7 (383) 000-11-22", 12, None),
    ],
)
def test_the_figure_nearest_to_the_expected_is_the_answers(
    text: str, value: float, figure: float | None
) -> None:
    assert named_figure(text, value) == figure
