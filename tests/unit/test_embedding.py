"""Vectors are computed once for each text, and outlive the process."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.domain import Audience, Passage
from bot.knowledge.embedding import KeptVectors
from bot.knowledge.meanings import Meanings
from bot.knowledge.passage_index import PassageIndex


class Letters:
    """How often a text has each letter: near for words of the same letters."""

    name = "letters"

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += texts
        counts = [[text.lower().count(sign) + 1e-3 for sign in "абвгдеийклмнопрстуэюя"] for text in texts]
        vectors = np.asarray(counts, dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def passage(name: str, text: str, *questions: str, audience: Audience = Audience.CUSTOMER) -> Passage:
    return Passage(
        passage_id=name, document="Д", heading=(name,), text=text, questions=questions, audience=audience
    )


def test_only_new_texts_are_computed(tmp_path: Path) -> None:
    first = KeptVectors(Letters(), tmp_path)
    before = first.encode_all(["кот", "пёс"])
    letters = Letters()
    after = KeptVectors(letters, tmp_path).encode_all(["пёс", "кит"])
    assert letters.encoded == ["кит"]
    assert after[0] == pytest.approx(before[1], abs=1e-3)


def test_what_the_knowledge_no_longer_has_is_not_kept(tmp_path: Path) -> None:
    KeptVectors(Letters(), tmp_path).encode_all(["кот", "пёс"])
    KeptVectors(Letters(), tmp_path).encode_all(["пёс"])
    letters = Letters()
    KeptVectors(letters, tmp_path).encode_all(["кот"])
    assert letters.encoded == ["кот"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"not an archive"])
def test_a_broken_file_is_computed_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "letters.npz").write_bytes(content)
    assert KeptVectors(Letters(), tmp_path).encode_all(["кот"]).shape == (1, 21)
    letters = Letters()
    KeptVectors(letters, tmp_path).encode_all(["кот"])
    assert letters.encoded == []


def test_nothing_but_the_file_is_left_in_the_folder(tmp_path: Path) -> None:
    KeptVectors(Letters(), tmp_path).encode_all(["кот"])
    assert [path.name for path in tmp_path.iterdir()] == ["letters.npz"]


def test_a_passage_is_found_without_a_word_in_common(tmp_path: Path) -> None:
    passages = [passage("a", "Мяу.", "котята"), passage("b", "Гав.", "щенки"), passage("c", "Пи.", "мыши")]
    index = PassageIndex(passages, {}, embedder=KeptVectors(Letters(), tmp_path))
    assert index.search("токката")[0].passage.passage_id == "a"
    assert PassageIndex(passages, {}).search("токката") == []


@pytest.mark.parametrize("embedded", [False, True])
def test_what_is_for_staff_is_never_found_for_customers(tmp_path: Path, embedded: bool) -> None:
    embedder = KeptVectors(Letters(), tmp_path) if embedded else None
    passages = [
        passage("open", "Скидок нет.", "скидки"),
        passage("secret", "Скидка до 7 %.", "пределы скидки", audience=Audience.STAFF),
    ]
    for_customers = PassageIndex(passages, {}, embedder=embedder)
    for_staff = PassageIndex(passages, {}, embedder=embedder, audience=Audience.STAFF)
    assert {hit.passage.passage_id for hit in for_customers.search("пределы скидки", 9)} == {"open"}
    assert for_staff.search("пределы скидки")[0].passage.passage_id == "secret"


def test_among_very_many_texts_the_nearest_are_still_found() -> None:
    chance = np.random.default_rng(5)
    vectors = chance.standard_normal((9_000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    meanings = Meanings(vectors, list(range(9_000)), [True] * 9_000)
    asked = vectors[[17, 4_321, 8_999]] + 0.05 * chance.standard_normal((3, 64)).astype(np.float32)
    assert [next(iter(meanings.nearest(vector, 3))) for vector in asked] == [17, 4_321, 8_999]
    assert meanings.alike(17, asked[0])[0][0] > 0.9


def test_a_disk_that_is_full_costs_only_the_memory(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    kept = KeptVectors(Letters(), tmp_path / "taken")
    assert kept.encode_all(["кот"]).shape == (1, 21)


@pytest.mark.parametrize(
    "question", ["щ" * 4_000, "слово " * 700, "x" * 4_000, "страховка" * 400, "1" * 4_000]
)
def test_a_message_without_end_is_answered_at_once(tmp_path: Path, question: str) -> None:
    index = PassageIndex([passage("a", "Мяу.", "котята")], {}, embedder=KeptVectors(Letters(), tmp_path))
    started = time.perf_counter()
    index.search(question)
    assert time.perf_counter() - started < 1
