"""Each way in which a tenant folder can be broken, told by file and line."""

import shutil
from pathlib import Path

import pytest

from bot.errors import Problem, TenantError
from bot.tenant import check_tenant, load_tenant

BAKERY = Path("tests/fixtures/tenants/bakery")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BAKERY, tmp_path / "bakery"))


def break_file(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def only_problem(folder: Path) -> Problem:
    (problem,) = check_tenant(folder)
    return problem


YAML_FAULTS = [
    ("tenant.yaml", "time_zone: Asia/Novosibirsk\n", "", 1, 'the field "time_zone" is missing'),
    ("tenant.yaml", "  name: Булочка\n", "", 25, 'the field "persona.name" is missing'),
    (
        "tenant.yaml",
        "subject: пекарня",
        "subjekt: x\nsubject: пекарня",
        3,
        'there is no field "subjekt" here',
    ),
    (
        "tenant.yaml",
        "  email: hello",
        "  fax: 1\n  email: hello",
        22,
        'there is no field "contacts.fax" here',
    ),
    ("tenant.yaml", "languages: [ru, en]", "languages: ru", 4, "languages: must be a list"),
    ("tenant.yaml", "title: Пекарня «Тёплый хлеб»", "title: [a]", 2, "title: must be text"),
    ("tenant.yaml", "title: Пекарня «Тёплый хлеб»", "title:", 2, "title: must be text"),
    ("tenant.yaml", "Asia/Novosibirsk", "Asia/Berdsk", 5, "time zone"),
    ("tenant.yaml", "  monday: closed\n  tuesday: 09", "  monday: soon\n  tuesday: 09", 7, "span of hours"),
    ("tenant.yaml", "13:00, 14:00", "14:30, 14:00", 8, "hours overlap"),
    ("tenant.yaml", "saturday: 10:00-24:00", "saturday: 10:00-24:30", 12, "no such time of day"),
    ("tenant.yaml", "saturday: 10:00-24:00", "saturday: 22:00-06:00", 12, "ends before it begins"),
    ("tenant.yaml", "day: 01-01", "day: 02-30", 17, 'there is no day "02-30"'),
    ("tenant.yaml", "day: 2027-12-31", "day: 2027-02-29", 19, "in the calendar"),
    ("tenant.yaml", "day: 01-01", "day: 1 января", 17, "is not a day such as"),
    ("tenant.yaml", "+7 (383) 000-11-22", "+7 (383) 000", 21, "is not a phone number"),
    ("tenant.yaml", "hello@bread.example", "hello.bread.example", 22, "is not an email address"),
    ("tenant.yaml", "https://bread.example", "bread.example", 24, "begins with https://"),
    ("tenant.yaml", "name: bakery", "name: bread", 1, "must be the name of the folder"),
    ("tenant.yaml", "  en:\n", "  de:\n", 45, "is not among the languages"),
    ("tenant.yaml", "title: The", "title: The\n    title: The", 47, "occurs twice: first on line 46"),
    ("tenant.yaml", "title: Пекарня", "title: *other", 2, "references"),
    ("tenant.yaml", "title: Пекарня «Тёплый хлеб»", "title: [a", 3, "this is not YAML"),
    ("lexicon.yaml", "кулебяка", "нарезной", 2, '"нарезной" is claimed by "батон" (line 1) and by "пирог"'),
    ("lexicon.yaml", "кулебяка", "Батон]\nБулка: [пирог", 1, "the terms go in a circle"),
    ("lexicon.yaml", "пирог:", "Батон:", 2, '"Батон" is the same term as "батон" (line 1)'),
    ("lexicon.yaml", "[булка, нарезной]", "булка", 1, "батон: must be a list"),
    ("forbidden.yaml", "выбор(ы|ах)", "выбор(ы", 4, "is not a regular expression"),
    ("forbidden.yaml", "выбор(ы|ах)", "(вы+)+бор", 4, "takes forever"),
    (
        "forbidden.yaml",
        "    words: [депутат]\n    patterns: ['выбор(ы|ах)']\n",
        "",
        2,
        "needs words, phrases",
    ),
    ("examples.yaml", "  draft: Свежий хлеб в 9:00 и в 15:00.\n", "", 1, 'the field "0.draft" is missing'),
    ("texts.en.yaml", '"Bye! Come while it is warm."', "[Bye]", 1, "small_talk_bye: must be text"),
]


@pytest.mark.parametrize(("name", "old", "new", "line", "words"), YAML_FAULTS)
def test_a_fault_in_yaml_is_told_by_line(
    folder: Path, name: str, old: str, new: str, line: int, words: str
) -> None:
    break_file(folder, name, old, new)
    found = [problem for problem in check_tenant(folder) if words in problem.message]
    assert [(problem.file, problem.line) for problem in found] == [(folder / name, line)]


MARKDOWN_FAULTS = [
    ("legend.md", "# О пекарне", "Привет", 1, "before the first heading"),
    ("legend.md", "# О пекарне\n\nПечём с 2015 года.\n\n", "", 1, "must be the title"),
    ("legend.md", "## Заказ", "# Заказ", 13, "second title"),
    ("legend.md", "### Ржаной", "#### Ржаной", 9, "three deep"),
    ("legend.md", "Ржаной хлеб готов к 11:00.", "", 9, 'nothing under the heading "Ржаной"'),
    ("legend.md", "### Пироги", "## Хлеб", 15, "there already, on line 5"),
    ("legend.md", "000-11-33", "000-99-99", 15, "the phone 8 (383) 000-99-99 is not among"),
    ("faq.md", "Да, каждый день.", "", 11, "has no answer"),
    ("faq.md", "Да, каждый день.", "? каждый день", 11, "has no answer"),
    ("faq.md", "Да, каждый день.", "Да.\n\n? чёрный есть", 11, "stand before the answer"),
    ("faq.md", "Есть ли ржаной?", "Когда, хлеб СВЕЖИЙ", 11, "by the question on line 5"),
    ("faq.md", "? пирог на завтра", "? хлеб еще теплый?", 17, "by the question on line 5"),
    ("faq.md", "### Есть ли ржаной?", "### ???", 11, "no words"),
    ("faq.md", "## Хлеб\n", "### Где?\n\nТут.\n\n## Хлеб\n", 3, "outside any section"),
    ("faq.md", "## Хлеб\n", "## Хлеб\n\nВкусный.\n", 3, "outside a question"),
    ("faq.md", "## Хлеб\n", "## Пусто\n\n## Хлеб\n", 3, "no question in the section"),
    ("faq.md", "000-11-33", "000-11-44", 17, "is not among the contacts"),
]


@pytest.mark.parametrize(("name", "old", "new", "line", "words"), MARKDOWN_FAULTS)
def test_a_fault_in_markdown_is_told_by_its_heading(
    folder: Path, name: str, old: str, new: str, line: int, words: str
) -> None:
    break_file(folder, name, old, new)
    found = [problem for problem in check_tenant(folder) if words in problem.message]
    assert [(problem.file, problem.line) for problem in found] == [(folder / name, line)]


@pytest.mark.parametrize(
    "name", ["tenant.yaml", "legend.md", "faq.md", "lexicon.yaml", "forbidden.yaml", "examples.yaml"]
)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert only_problem(folder) == Problem(file=folder / name, line=None, message="the file is missing")


@pytest.mark.parametrize("name", ["tenant.yaml", "faq.md", "golden.csv"])
def test_a_file_in_another_encoding_is_told_by_line(folder: Path, name: str) -> None:
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data.replace(b"\n", "\nёж".encode("cp1251"), 1))
    problem = only_problem(folder)
    assert (problem.file.name, problem.line, problem.message) == (name, 2, "the text is not in UTF-8")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tenant.yaml", "the file is empty"),
        ("legend.md", "there is no section with text"),
        ("faq.md", "there is no question"),
    ],
)
def test_an_empty_file_is_named(folder: Path, name: str, words: str) -> None:
    (folder / name).write_bytes(b"")
    assert only_problem(folder) == Problem(file=folder / name, line=1, message=words)


def test_values_nested_without_end_are_a_problem_and_no_crash(folder: Path) -> None:
    (folder / "lexicon.yaml").write_text("a: " + "[" * 5_000 + "]" * 5_000, encoding="utf-8")
    assert only_problem(folder).message == "the values are nested too deeply"


def test_a_sign_that_yaml_does_not_allow_is_told_by_line(folder: Path) -> None:
    (folder / "lexicon.yaml").write_text("хлеб: [батон]\nпирог: [\x07]\n", encoding="utf-8")
    assert only_problem(folder).line == 2


def test_texts_in_a_language_nobody_declared_are_a_problem(folder: Path) -> None:
    (folder / "texts.de.yaml").write_text("help: Hilfe\n", encoding="utf-8")
    assert only_problem(folder).file.name == "texts.de.yaml"


def test_all_problems_are_told_at_once(folder: Path) -> None:
    (folder / "examples.yaml").unlink()
    break_file(folder, "tenant.yaml", "Asia/Novosibirsk", "Asia/Berdsk")
    break_file(folder, "faq.md", "Да, каждый день.", "")
    with pytest.raises(TenantError) as raised:
        load_tenant(folder)
    assert [problem.file.name for problem in raised.value.problems] == [
        "examples.yaml",
        "faq.md",
        "tenant.yaml",
    ]
    assert f"{folder / 'faq.md'}:11: " in str(raised.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert [str(problem) for problem in check_tenant(tmp_path / "no")] == [
        f"{tmp_path / 'no'}: there is no such folder"
    ]
