import pytest

from bot.understanding.products import ProductLabels
from bot.understanding.understanding import Reader

LABELS = ProductLabels(
    {"торт": ["тортик", "бисквит"], "хлеб": ["батон", "буханка"]},
    [
        "Торт на свадьбу украшаем свежими ягодами",
        "Бисквит пропитываем сиропом, ягоды берём летом",
        "Хлеб печём на закваске каждое утро",
        "Батон стоит недорого, закваска своя",
        "Работаем каждый день, парковка во дворе",
    ],
)


@pytest.mark.parametrize(
    ("message", "label"), [("нужен тортик", "торт"), ("на какой закваске", "хлеб"), ("с ягодами", "торт")]
)
def test_a_product_is_known_by_its_name_or_by_what_is_said_of_it(message: str, label: str) -> None:
    assert next(iter(LABELS.of(message))) == label


def test_the_probabilities_are_shares_of_one() -> None:
    found = LABELS.of("торт или хлеб?")
    assert set(found) == {"торт", "хлеб"}
    assert 0.5 < sum(found.values()) <= 1


def test_what_is_about_no_product_has_no_label() -> None:
    assert LABELS.of("как вас зовут") == {}
    assert ProductLabels({}, []).of("торт") == {}


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("GLC 300", "ru", "ru"),
        ("glc", "ru", "ru"),
        ("glc", "en", "en"),
        ("glc price", "ru", "en"),
        ("300", "en", "en"),
        ("GLC есть?", "en", "ru"),
    ],
)
def test_a_name_alone_is_of_no_language(text: str, hint: str, language: str) -> None:
    reader = Reader(ProductLabels({"GLC": ["глц"]}, []))
    assert reader.read(text, hint, has_earlier=False).language == language
