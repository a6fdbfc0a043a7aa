"""The readings of the knowledge's words come from a file, and are the dictionary's own."""

from pathlib import Path

import pytest

from bot.language import dictionary
from bot.language.dictionary import dictionary_forms, grammemes, readings_kept_in
from bot.language.kept_readings import load_readings, save_readings

WORD = (("быть", 0.75, frozenset({"VERB", "past"})), ("быль", 0.25, frozenset({"NOUN"})))


@pytest.fixture(autouse=True)
def _no_memory() -> None:
    for remembered in (dictionary._parsed, dictionary_forms, grammemes):
        remembered.cache_clear()


def test_readings_come_back_as_they_were_kept(tmp_path: Path) -> None:
    save_readings(tmp_path / "new" / "kept.json", "1", {"были": WORD})
    assert load_readings(tmp_path / "new" / "kept.json", "1") == {"были": WORD}


def test_readings_of_another_dictionary_are_ignored(tmp_path: Path) -> None:
    save_readings(tmp_path / "kept.json", "1", {"были": WORD})
    assert load_readings(tmp_path / "kept.json", "2") == {}


@pytest.mark.parametrize(
    "written", ["", "{", "[]", '{"version": "1"}', '{"version":"1","grammars":[],"words":{"а":[["а",1,7]]}}']
)
def test_a_broken_file_is_ignored(tmp_path: Path, written: str) -> None:
    (tmp_path / "kept.json").write_text(written, encoding="utf-8")
    assert load_readings(tmp_path / "kept.json", "1") == {}


def test_where_nothing_can_be_written_the_work_goes_on(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file", encoding="utf-8")
    with readings_kept_in(tmp_path / "folder" / "kept.json"):
        assert dictionary_forms("машины") == ("машина",)


def test_a_word_is_looked_up_once_for_all_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with readings_kept_in(tmp_path / "kept.json"):
        read = dictionary_forms("машины"), grammemes("машины")
    for remembered in (dictionary._parsed, dictionary_forms, grammemes):
        remembered.cache_clear()
    monkeypatch.delattr(dictionary, "_looked_up")
    with readings_kept_in(tmp_path / "kept.json"):
        assert (dictionary_forms("машины"), grammemes("машины")) == read


def test_words_that_come_later_are_not_kept(tmp_path: Path) -> None:
    with readings_kept_in(tmp_path / "kept.json"):
        dictionary_forms("машины")
    dictionary_forms("секреты")
    assert "секрет" not in (tmp_path / "kept.json").read_text(encoding="utf-8")


def test_words_that_the_knowledge_has_no_more_are_let_go(tmp_path: Path) -> None:
    for word in ("машины", "секреты"):
        with readings_kept_in(tmp_path / "kept.json"):
            dictionary_forms(word)
    assert "машин" not in (tmp_path / "kept.json").read_text(encoding="utf-8")
