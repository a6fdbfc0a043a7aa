"""What admins read of a folder's problems: in their language, whatever the folder's check says."""

import re
import shutil
from pathlib import Path

import pytest

from bot.people.upkeep.knowledge_check import remarks_on
from bot.people.upkeep.problem_words import problem_in_words
from bot.texts.catalogue import load_texts
from tests.assistants import BAKERY

BROKEN = {
    "faq.md": "\n### Пустой вопрос?\n\n### Когда хлеб свежий?\n\nТак.\n",
    "tenant.yaml": "foo: 1\n",
    "service.yaml": "ratings: {csat: maybe, nps_every_days: -1}\n",
    "lexicon.yaml": "x: [\n",
    "legend.md": "\n## Пусто\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "bakery"
    shutil.copytree(BAKERY, folder)
    for name, more in BROKEN.items():
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(more)
    return folder


def test_every_problem_is_told_in_russian_with_its_place(folder: Path) -> None:
    told = [problem_in_words(remark.problem, load_texts(), "ru") for remark in remarks_on(folder)]
    assert len(told) >= len(BROKEN)
    for line in told:
        place, _, what = line.partition(": ")
        assert re.search(r"[а-я]{3}", what), line
        assert place.split(",")[0].replace("\\", "") in BROKEN
    assert any("у вопроса «Пустой вопрос?» нет ответа" in line.replace("\\", "") for line in told)


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        ("stock.csv: the table has no rows", "stock.csv: в файле ничего нет"),
        ("stock.csv:3: 4 cells instead of 7", "stock.csv, строка 3: в строке таблицы ячеек 4, а столбцов 7"),
        ("a.md:2: something that nobody has words for", "a.md, строка 2: здесь что-то написано не так"),
        ("nonsense", "здесь что-то написано не так"),
    ],
)
def test_what_is_wrong_and_where(problem: str, told: str) -> None:
    assert problem_in_words(problem, load_texts(), "ru").replace("\\", "").startswith(told)


def test_admins_who_read_english_get_it_in_english() -> None:
    words = problem_in_words("faq.md:5: the file is missing", load_texts(), "en")
    assert words.replace("\\", "") == "faq.md, line 5: the file is missing"
