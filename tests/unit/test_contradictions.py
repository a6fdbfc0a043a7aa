import pytest

from bot.domain import Passage
from bot.knowledge.contradictions import contradictions


def passage(name: str, heading: str, text: str) -> Passage:
    return Passage(passage_id=name, document=name, heading=(heading,), text=text)


@pytest.mark.parametrize(
    ("one", "other", "figures"),
    [
        ("Химчистка салона стоит 9 000 ₽.", "Стоимость химчистки салона 12 000 ₽.", ("9000", "12000")),
        ("Химчистка салона занимает 3 часа.", "Химчистка салона занимает 5 часов.", ("3", "5")),
        (
            "Химчистка открыта с 9:00 каждый день.",
            "Химчистка открыта с 10:00 каждый день.",
            ("9:00", "10:00"),
        ),
        ("Скидка на химчистку салона 5 %.", "Скидка на химчистку салона 10 %.", ("5", "10")),
    ],
)
def test_different_figures_of_the_same_subject_are_found(
    one: str, other: str, figures: tuple[str, str]
) -> None:
    passages = [passage("a", "Химчистка салона", one), passage("b", "Химчистка салона машины", other)]
    lexicon = {"стоимость": ["стоит"]}
    (found,) = contradictions(passages, lexicon)
    assert found.figures == figures
    assert found.sentences == (one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Химчистка салона стоит 9 000 ₽.", "Химчистка салона стоит 9000 ₽."),
        ("Химчистка салона стоит 9 000 ₽.", "Химчистка салона занимает 3 часа."),
        ("Химчистка салона занимает 3 часа.", "Полировка кузова занимает 5 часов."),
        ("Химчистка салона доступна.", "Химчистки салона нет."),
    ],
)
def test_what_agrees_or_speaks_of_something_else_is_left_alone(one: str, other: str) -> None:
    passages = [passage("a", one.split(" ")[0], one), passage("b", other.split(" ")[0], other)]
    assert list(contradictions(passages, {})) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            ("Цена страхования квартиры", "За год стоит 1 500 ₽."),
            ("Цена страхования дома", "За год стоит 2 500 ₽."),
        ),
        (
            ("Модель X1", "X1 представлена публике в 5 000 км."),
            ("Модель Y2", "Y2 представлена публике в 7 000 км."),
        ),
    ],
)
def test_things_of_one_kind_may_differ(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert list(contradictions([passage("a", *one), passage("b", *other)], {})) == []


def test_a_question_and_a_heading_may_be_of_one_subject() -> None:
    passages = [
        Passage(
            passage_id="a",
            document="faq",
            heading=(),
            text="Тест-драйв стоит 500 ₽ за поездку.",
            questions=("Сколько стоит тест-драйв?",),
        ),
        passage("b", "Цена тест-драйва", "Тест-драйв стоит 900 ₽ за поездку."),
    ]
    (found,) = contradictions(passages, {})
    assert found.figures == ("500", "900")


def test_the_same_words_under_another_heading_are_of_another_thing() -> None:
    passages = [
        passage("a", "Полировка фар", "Работа стоит 9 000 ₽ и делается утром."),
        passage("b", "Замена масла", "Работа стоит 4 000 ₽ и делается утром."),
    ]
    assert list(contradictions(passages, {})) == []
