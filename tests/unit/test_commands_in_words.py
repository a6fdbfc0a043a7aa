import pytest

from bot.domain import UtteranceKind
from bot.understanding.commands import command_in_words


@pytest.mark.parametrize(
    "said", ["Новый разговор", "начать заново!", "Давайте начнём заново, пожалуйста", "start over"]
)
def test_a_wish_for_a_clean_sheet_is_understood(said: str) -> None:
    assert command_in_words(said) is UtteranceKind.NEW


@pytest.mark.parametrize("said", ["Меню", "меню?", "главное меню", "Menu please"])
def test_a_wish_for_the_menu_is_understood(said: str) -> None:
    assert command_in_words(said) is UtteranceKind.HELP


@pytest.mark.parametrize(
    "said",
    ["", "?", "новый разговор о цене", "что в меню на обед", "как начать заново выплаты", "пожалуйста"],
)
def test_what_says_more_is_a_question(said: str) -> None:
    assert command_in_words(said) is None
