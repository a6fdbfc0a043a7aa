import math

import pytest

from bot.knowledge.bm25 import Bm25


def test_a_score_is_the_rarity_of_a_word_times_its_damped_frequency() -> None:
    index = Bm25([["a", "a", "b"], ["b"]], weights=[1.0, 0.5])
    rare, common = math.log(1 + 1.5 / 1.5), math.log(1 + 0.5 / 2.5)
    damping = [1.2 * (0.4 + 0.6 * length / 2) for length in (3, 1)]
    first = rare * 2 / (2 + damping[0]) + common / (1 + damping[0])
    second = 0.5 * common / (1 + damping[1])
    assert index.scores(["a", "b"]) == pytest.approx({0: first, 1: second})


def test_a_text_without_any_of_the_words_has_no_score() -> None:
    assert Bm25([["a"], ["b"]], weights=[1, 1]).scores(["b", "c"]).keys() == {1}


def test_of_two_texts_the_shorter_one_is_better() -> None:
    scores = Bm25([["a", "b", "c", "d"], ["a", "b"]], weights=[1, 1]).scores(["a"])
    assert scores[1] > scores[0]
