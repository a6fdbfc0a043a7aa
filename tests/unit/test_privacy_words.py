"""Asking for one's own data in words; what only sounds alike is a question like any other."""

import pytest

from bot.people.privacy.words import OwnData, own_data_in


@pytest.mark.parametrize(
    "text",
    [
        "/forget",
        "/forget@our_bot",
        "забудь меня",
        "Забудьте меня, пожалуйста!",
        "Пожалуйста, удалите мои данные.",
        "Удалите, пожалуйста, мои данные",
        "удали все мои персональные данные",
        "хочу удалить свои данные",
        "Сотрите всё, что вы знаете обо мне",
        "удалите мою переписку",
        "забудь обо мне всё",
        "Forget me",
        "please delete my data",
        "erase everything about me",
    ],
)
def test_somebody_wants_to_be_forgotten(text: str) -> None:
    assert own_data_in(text) is OwnData.FORGET


@pytest.mark.parametrize(
    "text", ["/privacy", "Какие данные вы обо мне храните?", "что вы обо мне знаете", "show me my data"]
)
def test_somebody_wants_to_know_what_is_kept(text: str) -> None:
    assert own_data_in(text) is OwnData.PRIVACY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/start",
        "/forgetme",
        "не забудь меня",
        "забудь",
        "забудь меня и расскажи про доставку",
        "как удалить мои данные из кабинета?",
        "удалите заказ",
        "что вы знаете о хлебе?",
        "forget it",
        "забудь меня " * 20,
    ],
)
def test_other_words_are_a_question_like_any_other(text: str) -> None:
    assert own_data_in(text) is None
