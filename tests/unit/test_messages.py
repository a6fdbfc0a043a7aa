import pytest

from bot.texts.catalogue import Text
from bot.understanding.messages import (
    clean,
    is_blank,
    is_whole_question,
    language_of,
    leans_on_earlier,
    small_talk,
)


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200f\u202e", "\u200b\u2060", "…!?"])
def test_nothing_readable_is_blank(text: str) -> None:
    assert is_blank(clean(text))


@pytest.mark.parametrize("text", ["да", "5", "😀", "₽"])
def test_anything_readable_is_not_blank(text: str) -> None:
    assert not is_blank(clean(text))


def test_direction_marks_are_removed_and_joined_emoji_kept() -> None:
    assert clean("\u202eпривет\u200f 👨‍👩‍👧") == "привет 👨‍👩‍👧"


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("Есть C 180?", "en", "ru"),
        ("Do you have a GLE?", "ru", "en"),
        ("👍", "en", "en"),
        ("123", "de", "ru"),
        ("/price", "ru", "ru"),
        ("/price", "en", "en"),
        ("/price@bakery_bot на хлеб", "en", "ru"),
    ],
)
def test_the_letters_decide_the_language(text: str, hint: str, language: str) -> None:
    assert language_of(text, hint) == language


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Здравствуйте!", Text.SMALL_TALK_HELLO),
        ("здравствуйте, добрый день))", Text.SMALL_TALK_HELLO),
        ("Спасибо большое!!!", Text.SMALL_TALK_THANKS),
        ("Ты бот?", Text.SMALL_TALK_WHO),
        ("как дела?", Text.SMALL_TALK_HELLO),
        ("What's up", Text.SMALL_TALK_HELLO),
        ("здорово, бот", Text.SMALL_TALK_HELLO),
        ("Привет! Ну, как настроение?", Text.SMALL_TALK_HELLO),
        ("ты молодец, спасибо", Text.SMALL_TALK_THANKS),
        ("Понятно, тогда до завтра", Text.SMALL_TALK_BYE),
        ("всего хорошего", Text.SMALL_TALK_BYE),
        ("Вы живой человек или бот?", Text.SMALL_TALK_WHO),
        ("what can you do?", Text.SMALL_TALK_WHO),
        ("👍", Text.SMALL_TALK_OK),
        ("привет, есть гелик?", None),
        ("как дела с моим заказом", None),
        ("чем можете помочь с кредитом", None),
        ("₽", None),
        ("спасибо, а трейд-ин?", None),
    ],
)
def test_small_talk_is_a_whole_message(text: str, kind: Text | None) -> None:
    assert small_talk(text) == kind


@pytest.mark.parametrize(
    ("text", "whole"), [("Есть у вас GLE?", True), ("GLE?", False), ("хочу узнать про GLE", False)]
)
def test_a_whole_question_has_words_and_its_mark(text: str, whole: bool) -> None:
    assert is_whole_question(text) is whole


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("а в субботу?", True),
        ("Подробнее", True),
        ("и сколько?", True),
        ("Есть ли у вас парковка?", False),
        ("", False),
    ],
)
def test_a_follow_up_is_told_by_its_first_word_or_its_length(text: str, leans: bool) -> None:
    assert leans_on_earlier(text) is leans
