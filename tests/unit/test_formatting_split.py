"""A long answer is cut into messages at good places, and nothing is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.formatted import Entity, EntityKind, Formatted, first_part, split
from bot.delivery.formatting import render


def texts(text: str, limit: int) -> list[str]:
    return [part.text for part in split(Formatted(text=text), limit)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("раз два\n\nтри четыре\nпять", ["раз два", "три четыре\nпять"]),
        ("раз два. три\nчетыре пять", ["раз два. три", "четыре пять"]),
        ("Раз два. Три четыре пять", ["Раз два.", "Три четыре пять"]),
        ("раз два три четыре пять", ["раз два три", "четыре пять"]),
        ("а" * 20, ["а" * 16, "а" * 4]),
    ],
)
def test_it_cuts_at_the_best_border(text: str, parts: list[str]) -> None:
    assert texts(text, 16) == parts


def test_a_blank_line_near_the_start_does_not_make_a_tiny_message() -> None:
    assert texts("а\n\n" + "слово " * 20, 60)[0].startswith("а\n\nслово")


def test_4096_emoji_make_two_full_messages() -> None:
    parts = texts("😀" * 4096, 4096)
    assert [len(part) for part in parts] == [2048, 2048]


@pytest.mark.parametrize("cluster", ["👨‍👩‍👧‍👦", "🇷🇺", "👍🏽", "е\u0308"])
def test_a_cluster_is_never_cut(cluster: str) -> None:
    assert all(part == cluster * (len(part) // len(cluster)) for part in texts(cluster * 50, 32))


def test_a_cluster_longer_than_a_message_is_cut_all_the_same() -> None:
    assert "".join(texts("а" + "\u0301" * 40 + "б", 16)).startswith("а" + "\u0301" * 15)


def test_an_entity_goes_on_in_the_next_message() -> None:
    text = "слово " * 5
    bold = Entity(kind=EntityKind.PRE, offset=0, length=29, language="python")
    parts = split(Formatted(text=text, entities=(bold,)), 18)
    assert [(part.text, part.entities) for part in parts] == [
        ("слово слово слово", (Entity(kind=EntityKind.PRE, offset=0, length=17, language="python"),)),
        ("слово слово", (Entity(kind=EntityKind.PRE, offset=0, length=11, language="python"),)),
    ]


def test_a_growing_text_shows_what_fits() -> None:
    assert first_part(render("слово " * 10), 20).text == "слово слово слово"


def test_it_refuses_white_space() -> None:
    with pytest.raises(ValueError, match="nothing to see"):
        split(Formatted(text=" \n "))


alphabet = st.sampled_from(
    ["а", "b", " ", "\n", "\n\n", ". ", "😀", "👨‍👩‍👧", "🇷🇺", "е\u0308", "длинноеслово"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(alphabet, min_size=1, max_size=200).map("".join), st.integers(20, 60))
def test_nothing_is_lost_but_white_space_at_the_cuts(text: str, limit: int) -> None:
    if not text.strip():
        return
    parts = split(Formatted(text=text), limit)
    rest = text
    for part in parts:
        assert part.length <= limit
        rest = rest.lstrip()
        assert rest.startswith(part.text)
        rest = rest[len(part.text) :]
    assert not rest.strip()


@settings(max_examples=200, deadline=None)
@given(st.lists(alphabet, min_size=5, max_size=100), st.data())
def test_entities_cover_the_same_characters_after_the_cut(pieces: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(pieces) - 1))
    last = data.draw(st.integers(first + 1, len(pieces)))
    before, inside, after = "".join(pieces[:first]), "".join(pieces[first:last]), "".join(pieces[last:])
    if not (before + inside + after).strip():
        return
    bold = Entity(kind=EntityKind.BOLD, offset=_units(before), length=_units(inside))
    parts = split(Formatted(text=before + inside + after, entities=(bold,)), 30)
    shown = "".join(_slice(part.text, entity) for part in parts for entity in part.entities)
    assert "".join(shown.split()) == "".join(inside.split())


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _slice(text: str, entity: Entity) -> str:
    return text.encode("utf-16-le")[entity.offset * 2 : entity.end * 2].decode("utf-16-le")
