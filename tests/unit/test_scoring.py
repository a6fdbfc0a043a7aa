"""What makes an answer surer, and what does not."""

import pytest

from bot.knowledge.scoring import Evidence, certainty, certainty_by_words
from bot.knowledge.vocabulary import Vocabulary
from bot.knowledge.weighing import Asked, Unit, Weighing

SURE = Evidence(kept=1.0, echoed=1.0, wording=0.95, wordings=0.9, body=0.6, joined=1.0, elsewhere=0.6)


def test_a_question_in_the_words_of_the_passage_is_sure() -> None:
    assert certainty(SURE) > 0.9
    assert certainty_by_words(1.0, 1.0) > 0.9


@pytest.mark.parametrize(
    "weaker", [{"kept": 0.5}, {"echoed": 0.2}, {"wordings": 0.5}, {"elsewhere": 0.9}], ids=str
)
def test_whatever_is_lacking_or_likely_elsewhere_makes_it_less_sure(weaker: dict[str, float]) -> None:
    assert certainty(SURE._replace(**weaker)) < certainty(SURE)


def test_one_wording_that_is_near_by_chance_is_not_enough() -> None:
    assert certainty(SURE._replace(kept=0.6, echoed=0.5, wordings=0.5)) < 0.5


def test_a_wording_is_echoed_as_a_whole_and_not_by_the_words_of_several() -> None:
    units = [
        Unit(passage=0, text="", lemmas=("цена", "окно"), is_wording=True),
        Unit(passage=0, text="", lemmas=("замена", "дверь"), is_wording=True),
        Unit(passage=0, text="", lemmas=("мастер",), is_wording=False),
    ]
    vocabulary = Vocabulary({"цена": 1, "окно": 1, "замена": 1, "дверь": 1, "мастер": 1}, 1)
    weighing = Weighing(units, vocabulary, None)
    asked = Asked(vocabulary.ask(["цена", "дверь"]), None, {})
    assert weighing.kept(0, asked) == pytest.approx(1.0)
    assert weighing.echoed(0, asked) == pytest.approx(0.5)
