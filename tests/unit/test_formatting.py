"""Markdown becomes text with entities, however it is written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.formatted import Entity, EntityKind, Formatted
from bot.delivery.formatting import render


def covered(formatted: Formatted, kind: EntityKind) -> list[str]:
    """The texts under the entities of one kind."""
    units = formatted.text.encode("utf-16-le")
    return [
        units[entity.offset * 2 : entity.end * 2].decode("utf-16-le")
        for entity in formatted.entities
        if entity.kind is kind
    ]


@pytest.mark.parametrize(
    ("markdown", "kind"),
    [
        ("Цена **окончательная** сегодня", EntityKind.BOLD),
        ("Цена *окончательная* сегодня", EntityKind.ITALIC),
        ("Цена ~~окончательная~~ сегодня", EntityKind.STRIKE),
        ("Цена `окончательная` сегодня", EntityKind.CODE),
    ],
)
def test_a_style_becomes_an_entity(markdown: str, kind: EntityKind) -> None:
    formatted = render(markdown)
    assert formatted.text == "Цена окончательная сегодня"
    assert formatted.entities == (Entity(kind=kind, offset=5, length=13),)


def test_offsets_count_utf16_units() -> None:
    formatted = render("🚗🚗 **GLE** 👍")
    assert formatted.entities == (Entity(kind=EntityKind.BOLD, offset=5, length=3),)


def test_a_heading_is_a_bold_line() -> None:
    formatted = render("## Часы **работы**\nС 9 до 21")
    assert formatted.text == "Часы работы\n\nС 9 до 21"
    assert covered(formatted, EntityKind.BOLD) == ["Часы работы"]


def test_lists_keep_their_marks_and_nesting() -> None:
    markdown = "Есть:\n- GLE\n- GLS\n  * белый\n\n3. третье\n4. четвёртое"
    assert render(markdown).text == "Есть:\n\n• GLE\n• GLS\n   • белый\n\n3. третье\n4. четвёртое"


def test_a_quote_is_one_entity_with_what_is_in_it() -> None:
    formatted = render("до\n> раз **два**\n> три\n\nпосле")
    assert covered(formatted, EntityKind.QUOTE) == ["раз два\nтри"]
    assert formatted.text == "до\n\nраз два\nтри\n\nпосле"


def test_a_table_becomes_a_line_for_each_row() -> None:
    formatted = render("| Модель | Цена | Цвет |\n|---|---|---|\n| GLE | 9 млн | белый |\n| GLS | 12 млн | |")
    assert formatted.text == "GLE — Цена: 9 млн; Цвет: белый\nGLS — Цена: 12 млн; Цвет:"
    assert covered(formatted, EntityKind.BOLD) == ["GLE", "GLS"]


def test_a_code_block_keeps_its_language_and_its_asterisks() -> None:
    formatted = render("```python\nprint('**')\n```")
    assert formatted.text == "print('**')"
    assert formatted.entities == (Entity(kind=EntityKind.PRE, offset=0, length=11, language="python"),)


def test_nothing_else_lies_over_code() -> None:
    formatted = render("**до `код` после**")
    assert covered(formatted, EntityKind.BOLD) == ["до ", " после"]
    assert covered(formatted, EntityKind.CODE) == ["код"]


@pytest.mark.parametrize("url", ["https://dealer.ru/a?b=1", "http://dealer.ru", "tg://user?id=1"])
def test_a_link_is_an_entity(url: str) -> None:
    formatted = render(f"Наш [сайт]({url}) тут")
    assert formatted.text == "Наш сайт тут"
    assert [entity.url for entity in formatted.entities] == [url]


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("[жми](javascript:alert)", "жми (javascript:alert)"),
        ("[жми](/prices)", "жми (/prices)"),
        ("[жми](http://[bad)", "жми (http://%5Bbad)"),
        ("[позвоните](tel:+74951234567)", "позвоните (+74951234567)"),
        ("[+7 495 123-45-67](tel:+74951234567)", "+7 495 123-45-67"),
        ("[нам](mailto:a@b.ru)", "нам (a@b.ru)"),
        ("[](https://dealer.ru)", "https://dealer.ru"),
    ],
)
def test_an_address_that_would_be_lost_is_shown(markdown: str, shown: str) -> None:
    assert render(markdown).text == shown


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**Цена:**1000", "Цена:1000"),
        ("Это **очень", "Это очень"),
        ("очень** важно", "очень важно"),
        ("2**10 и 2 ** 3", "2**10 и 2 ** 3"),
        (r"звезда \*\*не\*\* жирная", "звезда **не** жирная"),
        ("<b>жирно</b> раз<br>два *три*", "<b>жирно</b> раз\nдва три"),
        ("[a]: http://x.ru", "[a]: http://x.ru"),
    ],
)
def test_broken_markdown_reads_well(markdown: str, shown: str) -> None:
    assert render(markdown).text == shown


def test_bold_that_commonmark_misses_is_bold() -> None:
    assert covered(render("**Цена:**1000 и **да**"), EntityKind.BOLD) == ["Цена:", "да"]


@pytest.mark.parametrize("text", ["", "  \n\t", "\u200f\u200e", "\u200b"])
def test_it_refuses_a_text_without_anything_to_see(text: str) -> None:
    with pytest.raises(ValueError, match="nothing to see"):
        render(text)


def test_a_lone_surrogate_does_not_break_sending() -> None:
    assert render("а\ud83dб").text == "а\ufffdб"


marks = st.sampled_from(["**", "*", "_", "~~", "`", "```\n", "[", "](http://a.b)", "> ", "- ", "1. ", "# "])
markdowns = st.lists(marks | st.sampled_from(["\n", "\n\n", " ", "|", "|--|\n"]) | st.text(max_size=8)).map(
    "".join
)


@settings(max_examples=300, deadline=None)
@given(markdowns)
def test_whatever_comes_entities_stay_inside_the_text(markdown: str) -> None:
    try:
        formatted = render(markdown)
    except ValueError:
        return
    formatted.text.encode()
    for entity in formatted.entities:
        assert entity.length > 0
        assert 0 <= entity.offset < entity.end <= formatted.length


@settings(max_examples=200, deadline=None)
@given(st.lists(st.from_regex(r"[а-яa-z0-9]{1,9}", fullmatch=True), min_size=1, max_size=9), st.data())
def test_words_survive_in_order(words: list[str], data: st.DataObject) -> None:
    styles = [data.draw(st.sampled_from(["{}", "**{}**", "*{}*", "~~{}~~", "`{}`"])) for _ in words]
    markdown = " ".join(style.format(word) for style, word in zip(styles, words, strict=True))
    assert render(markdown).text == " ".join(words)
