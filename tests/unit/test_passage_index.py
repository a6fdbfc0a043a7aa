import pytest

from bot.domain import Passage
from bot.knowledge.passage_index import PassageIndex

LEXICON = {"G-Class": ["гелик", "гелендваген"]}


def faq(passage_id: str, text: str, *questions: str) -> Passage:
    return Passage(
        passage_id=passage_id, document="FAQ", heading=(questions[0],), text=text, questions=questions
    )


PASSAGES = [
    faq(
        "test-drive",
        "Да, запишитесь заранее.",
        "Есть ли у вас тест-драйв?",
        "можно прокатиться перед покупкой",
    ),
    faq("hours", "С 9 до 21 каждый день.", "Во сколько вы открываетесь?", "до скольких работаете"),
    faq("g-class", "Рамный внедорожник.", "Что за машина G-Class?"),
    Passage(
        passage_id="parking",
        document="Легенда",
        heading=("Парковка",),
        text="Гостевая стоянка на сорок мест.",
    ),
]


@pytest.fixture(scope="module")
def index() -> PassageIndex:
    return PassageIndex(PASSAGES, LEXICON)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("хочу прокатиться", "test-drive"),
        ("Доступен ли тест-драйв?", "test-drive"),
        ("до скольких вы работаете сегодня", "hours"),
        ("расскажи про гелик", "g-class"),
        ("сколько мест на стоянке", "parking"),
    ],
)
def test_a_question_finds_its_passage(index: PassageIndex, question: str, expected: str) -> None:
    assert index.search(question)[0].passage.passage_id == expected


def test_a_question_in_the_same_words_is_answered_surely(index: PassageIndex) -> None:
    assert index.search("Есть ли у вас тест-драйв?")[0].score > 0.9


def test_a_question_with_a_foreign_subject_is_answered_by_nothing(index: PassageIndex) -> None:
    assert all(hit.score < 0.5 for hit in index.search("есть ли рецепт борща с пампушками"))


@pytest.mark.parametrize("question", ["", "   ", "!!!", "щщщ ъъъ", "😀"])
def test_a_question_without_known_words_finds_nothing(index: PassageIndex, question: str) -> None:
    assert index.search(question) == []


def test_a_question_without_words_of_its_own_is_about_what_was_asked_before(index: PassageIndex) -> None:
    assert index.search("а сколько?", before="хочу прокатиться")[0].passage.passage_id == "test-drive"


def test_a_question_that_changes_the_subject_is_not_answered_as_before() -> None:
    index = PassageIndex(
        [
            faq("new", "Два года без ограничения пробега.", "Какая гарантия на новую машину?"),
            faq("used", "Шесть месяцев.", "Какая гарантия на машину с пробегом?"),
            *PASSAGES,
        ],
        {},
    )
    found = index.search("а с пробегом?", before="Какая гарантия на новую машину?")
    assert found[0].passage.passage_id == "used"


def test_an_index_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one passage"):
        PassageIndex([], {})


def test_passages_that_fit_equally_keep_the_order_of_the_tenant() -> None:
    twins = [faq(name, "Да.", "Есть ли кофе?") for name in ("first", "second")]
    hits = PassageIndex(twins, {}).search("есть кофе")
    assert [hit.passage.passage_id for hit in hits] == ["first", "second"]
