"""Articles in each of their formats, and each way in which one can be broken."""

import zipfile
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader, PdfWriter

from bot.domain import Audience
from bot.errors import Problem, TenantError
from bot.tenant.articles import Article, read_articles
from bot.tenant.documents import read_html

MARKDOWN = """---
title: Зимние шины
source: Сервис
date: 2026-09-25
audience: customer
---
# Зимние шины

Два слова о зиме.

## Когда менять

Когда холодно.

### Весной

Не спешите.
"""


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def only_article(folder: Path) -> Article:
    articles = read_articles(folder)
    assert articles.problems == ()
    (article,) = articles.read
    return article


def only_problem(folder: Path) -> Problem:
    articles = read_articles(folder)
    assert articles.read == ()
    (problem,) = articles.problems
    return problem


def pdf_with(folder: Path, name: str, *lines: str, password: str = "") -> Path:
    """A document of one page; `lines` in Latin letters."""
    text = "BT /F1 12 Tf 14 TL 40 700 Td " + "".join(f"({line}) ' " for line in lines) + "ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Resources 6 0 R >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Font << /F1 4 0 R >> >>",
    ]
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    body += f"xref\n0 7\n0000000000 65535 f \n{table}trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n"
    path = write(folder, name, body + f"{body.index('xref')}\n%%EOF\n")
    if password:
        writer = PdfWriter(clone_from=PdfReader(path))
        writer.encrypt(password, algorithm="RC4-128")
        writer.write(path)
    return path


def test_markdown_is_cut_at_its_headings_and_keeps_where_it_comes_from(tmp_path: Path) -> None:
    write(tmp_path, "winter.md", MARKDOWN)
    passages = list(only_article(tmp_path).passages)
    assert [passage.heading for passage in passages] == [(), ("Когда менять",), ("Когда менять", "Весной")]
    last = passages[-1]
    assert (last.text, last.document, last.source) == ("Не спешите.", "Зимние шины", "Сервис")
    assert (last.date, last.audience) == ("2026-09-25", Audience.CUSTOMER)
    assert last.passage_id == "articles/winter/когда-менять/весной"


def test_a_section_knows_its_line(tmp_path: Path) -> None:
    write(tmp_path, "winter.md", MARKDOWN)
    assert [section.line for section in only_article(tmp_path).sections] == [7, 11, 15]


def test_a_long_section_is_cut_between_paragraphs(tmp_path: Path) -> None:
    write(tmp_path, "long.md", "# О нас\n\n" + "\n\n".join(["слово " * 120] * 4))
    passages = list(only_article(tmp_path).passages)
    assert len(passages) == 4
    assert len({passage.passage_id for passage in passages}) == 4


@pytest.mark.parametrize("name", ["staff/prices.md", "prices.md"])
def test_what_is_for_staff_is_marked_so(tmp_path: Path, name: str) -> None:
    audience = "" if name.startswith("staff/") else "---\naudience: staff\n---\n"
    write(tmp_path, name, audience + "# Скидки\n\nДо 5 %.\n")
    assert {passage.audience for passage in only_article(tmp_path).passages} == {Audience.STAFF}


@pytest.mark.parametrize(
    ("front", "line", "words"),
    [
        ("audience: everybody\n", 2, "audience"),
        ("title: А\nauthor: Б\n", 3, 'no field "author"'),
        ("title: [А\n", 2, "not YAML"),
    ],
)
def test_faulty_front_matter_is_told_by_line(tmp_path: Path, front: str, line: int, words: str) -> None:
    write(tmp_path, "a.md", f"---\n{front}---\n# А\n\nБ\n")
    problem = only_problem(tmp_path)
    assert problem.line == line
    assert words in problem.message


def test_html_is_read_without_menus_and_scripts(tmp_path: Path) -> None:
    page = """<html><head><title>Уход за кожей</title><meta name="date" content="2026-01-02"></head><body>
    <nav>Меню</nav><main><h1>Уход за кожей</h1><p>Протирайте <b>раз</b> в месяц.</p><h2>Пятна</h2>
    <ul><li>Кофе: вода</li></ul><table><tr><td>Чернила</td><td>спирт</td></tr></table></main>
    <script>alert(1)</script><footer>Подвал</footer></body></html>"""
    write(tmp_path, "leather.html", page)
    first, second = only_article(tmp_path).passages
    assert (first.document, first.date, first.text) == (
        "Уход за кожей",
        "2026-01-02",
        "Протирайте раз в месяц.",
    )
    assert (second.heading, second.text) == (("Пятна",), "Кофе: вода\n\nЧернила | спирт")


def test_html_is_read_in_the_encoding_that_it_declares(tmp_path: Path) -> None:
    page = '<html><head><meta charset="windows-1251"></head><body><p>Съешь ещё булок</p></body></html>'
    write(tmp_path, "old.html", page.encode("cp1251"))
    assert only_article(tmp_path).sections[0].text == "Съешь ещё булок"


@pytest.mark.parametrize("charset", ["hex", "undefined", "unicode_escape", "klingon"])
def test_html_in_an_encoding_that_is_none_is_told(tmp_path: Path, charset: str) -> None:
    write(tmp_path, "page.html", f"<meta charset={charset}><p>Хлеб \\ud800</p>")
    assert only_problem(tmp_path).message == f'there is no encoding "{charset}"'


def test_html_in_an_encoding_that_it_does_not_declare_is_told_by_line(tmp_path: Path) -> None:
    write(tmp_path, "old.html", "<html>\n<body><p>Булки</p></body></html>".encode("cp1251"))
    assert (only_problem(tmp_path).line, only_problem(tmp_path).message) == (2, "the text is not in UTF-8")


def test_a_table_of_questions_is_an_article(tmp_path: Path) -> None:
    write(tmp_path, "faq.csv", "question,answer\nЕсть ли кофе?,Да.\nЕсть ли чай?,Нет.\n")
    article = only_article(tmp_path)
    assert [(section.heading, section.text) for section in article.sections] == [
        (("Есть ли кофе?",), "Да."),
        (("Есть ли чай?",), "Нет."),
    ]


def test_of_collected_pages_only_the_good_ones_are_read(tmp_path: Path) -> None:
    rows = "url,context,status\nhttps://w.org/wiki/%D0%9A%D0%BE%D1%82_1,О коте,Ok\n"
    write(tmp_path, "wiki.csv", rows + "https://w.org/wiki/B,,No find special words\nC,HTTP 500,Error\n")
    (passage,) = only_article(tmp_path).passages
    assert (passage.heading, passage.text) == (("Кот 1",), "О коте")
    assert passage.source == "https://w.org/wiki/%D0%9A%D0%BE%D1%82_1"


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("id,answer\n1,2\n", 1, "a column of question"),
        ("question,answer\nА\n", 2, "1 cells instead of 2"),
        ("question,answer\nПочём?,Даром\n".encode("cp1251"), 2, "not in UTF-8"),
        ("question,answer\n", 1, "no text"),
    ],
)
def test_a_faulty_table_is_told_by_line(tmp_path: Path, content: str | bytes, line: int, words: str) -> None:
    write(tmp_path, "faq.csv", content)
    problem = only_problem(tmp_path)
    assert problem.line == line
    assert words in problem.message


def test_a_pdf_is_read_in_paragraphs(tmp_path: Path) -> None:
    pdf_with(
        tmp_path,
        "rules.pdf",
        "A long line that goes on and on until it is",
        "over.",
        "The second one is here.",
    )
    text = only_article(tmp_path).sections[0].text
    assert text.startswith("A long line that goes on and on until it is over.\n\n")


def test_a_docx_is_read_under_its_headings(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Правила", 0)
    document.add_heading("Возврат", 2)
    document.add_paragraph("Вернём за день.")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Чек", "нужен"
    document.save(str(tmp_path / "rules.docx"))
    (passage,) = only_article(tmp_path).passages
    assert (passage.document, passage.heading) == ("Правила", ("Возврат",))
    assert passage.text == "Вернём за день.\n\nЧек | нужен"


def test_a_scan_without_text_says_so(tmp_path: Path) -> None:
    pdf_with(tmp_path, "scan.pdf")
    assert "has no text" in only_problem(tmp_path).message


def test_a_pdf_with_a_password_says_so(tmp_path: Path) -> None:
    pdf_with(tmp_path, "secret.pdf", "Secret.", password="1234")
    assert "has a password" in only_problem(tmp_path).message


@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nothing more", b"PK\x03\x04 cut off"])
def test_a_broken_document_is_a_problem_and_no_crash(tmp_path: Path, name: str, content: bytes) -> None:
    write(tmp_path, name, content)
    assert only_problem(tmp_path).file == tmp_path / name


def test_a_docx_that_is_another_archive_is_broken(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "broken" in only_problem(tmp_path).message


def test_a_docx_that_unpacks_without_end_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * (101 * 1024 * 1024))
    assert "101 MB" in only_problem(tmp_path).message


def test_a_page_of_300_mb_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.html").open("wb") as file:
        file.truncate(300 * 1024 * 1024)
    assert "300 MB" in only_problem(tmp_path).message


def test_one_broken_document_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    write(tmp_path, "broken.docx", b"?")
    write(tmp_path, "notes.odt", "?")
    write(tmp_path, ".hidden", "?")
    write(tmp_path, "winter.md", MARKDOWN)
    articles = read_articles(tmp_path)
    assert [article.file for article in articles.read] == ["winter"]
    assert [problem.file.name for problem in articles.problems] == ["broken.docx", "notes.odt"]


def test_a_tenant_without_articles_has_none(tmp_path: Path) -> None:
    assert read_articles(tmp_path / "articles").read == ()


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 100_000 + "Хлеб",
        "<p>" + "<b><i>" * 300 + "Хлеб",
        "</section><div></b>" * 600 + "Хлеб",
        "<table><tr><td>" * 600 + "Хлеб",
    ],
)
def test_html_that_is_nested_without_end_is_refused_before_it_is_parsed(tmp_path: Path, page: str) -> None:
    path = tmp_path / "deep.html"
    path.write_text(f"<html>\n<body>{page}", "utf-8")
    with pytest.raises(TenantError, match=r"deep.html:2: .* more than 500 deep"):
        read_html(path)


@pytest.mark.parametrize(
    "page",
    [
        "<div><b>Хлеб</b></div>" * 2_000,
        "<ul>" + "<li>Хлеб" * 2_000,
        "<p>Хлеб<br><img src=x>" * 2_000,
        "<script>" + "document.write('<div>');" * 1_000 + "</script><p>Хлеб",
        "<div>" * 100 + "Хлеб",
    ],
)
def test_html_that_is_long_but_flat_is_read(tmp_path: Path, page: str) -> None:
    path = tmp_path / "flat.html"
    path.write_text(f"<html><body>{page}</body></html>", "utf-8")
    assert read_html(path).blocks[0].text.startswith("Хлеб")
