import math
import random

import pytest

from bot.knowledge import bm25
from bot.knowledge.bm25 import Bm25


def only(*words: str) -> list[dict[str, float]]:
    return [{word: 1.0} for word in words]


def test_a_score_is_the_rarity_of_a_word_times_its_damped_frequency() -> None:
    index = Bm25([["a", "a", "b"], ["b"]], weights=[1.0, 0.5])
    rare, common = math.log(1 + 1.5 / 1.5), math.log(1 + 0.5 / 2.5)
    damping = [1.2 * (0.4 + 0.6 * length / 2) for length in (3, 1)]
    first = rare * 2 / (2 + damping[0]) + common / (1 + damping[0])
    second = 0.5 * common / (1 + damping[1])
    assert index.best(only("a", "b"), 2) == pytest.approx({0: first, 1: second})


def test_a_text_without_any_of_the_words_has_no_score() -> None:
    assert Bm25([["a"], ["b"]], weights=[1, 1]).best(only("b", "c"), 2).keys() == {1}


def test_of_two_texts_the_shorter_one_is_better() -> None:
    scores = Bm25([["a", "b", "c", "d"], ["a", "b"]], weights=[1, 1]).best(only("a"), 2)
    assert scores[1] > scores[0]


def test_of_words_that_mean_the_same_the_best_one_counts_and_only_once() -> None:
    index = Bm25([["a", "b"], ["a"], ["b"], ["c"]], weights=[1, 1, 1, 1])
    alone = index.best([{"a": 1.0}], 4)[0]
    assert index.best([{"a": 1.0, "b": 0.5}], 4)[0] == pytest.approx(alone)
    assert index.best([{"a": 1.0, "b": 0.5}], 4)[2] < alone


def test_many_postings_are_counted_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(3)
    texts = [[*chance.choices("abcdefgh", k=6), f"x{chance.randrange(300)}"] for _ in range(9_000)]
    index = Bm25(texts, weights=[1.0] * len(texts))
    asked = [{"x7": 1.0}, {"a": 1.0, "b": 0.5}, {"c": 1.0}]
    with_numpy = index.best(asked, 20)
    monkeypatch.setattr(bm25, "_has_numpy", lambda: False)
    without = index.best(asked, 20)
    assert sorted(with_numpy.values()) == pytest.approx(sorted(without.values()))
    assert len(without) == 20
