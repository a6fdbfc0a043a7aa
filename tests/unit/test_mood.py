import pytest

from bot.understanding.mood import Mood, manner_of


@pytest.mark.parametrize(
    "message",
    [
        "позовите человека",
        "Соедините с оператором, пожалуйста",
        "хочу поговорить с живым человеком",
        "оператор",
        "нужен менеджер",
        "можно менеджера?",
        "I want to talk to a human",
    ],
)
def test_the_wish_for_a_person_is_understood(message: str) -> None:
    assert manner_of(message).wants_person


@pytest.mark.parametrize(
    "message",
    [
        "сколько человек у вас работает",
        "менеджер мне не перезвонил",
        "на пять человек",
        "кто ваш менеджер по шинам",
    ],
)
def test_the_mere_word_for_a_person_is_no_wish(message: str) -> None:
    assert not manner_of(message).wants_person


@pytest.mark.parametrize(
    "message", ["это возмутительно", "СКОЛЬКО ЖЕ ЖДАТЬ ОТВЕТА!", "верните мои деньги", "буду писать жалобу"]
)
def test_anger_is_heard(message: str) -> None:
    assert manner_of(message).mood is Mood.ANGRY
    assert manner_of(message).person_first


@pytest.mark.parametrize("message", ["срочно нужна помощь", "я попал в аварию", "застрял на дороге"])
def test_urgency_is_heard(message: str) -> None:
    assert manner_of(message).is_urgent


@pytest.mark.parametrize("message", ["Какие документы нужны?", "ДА", "сколько стоит ОСАГО", "ужин включён?"])
def test_most_messages_are_calm(message: str) -> None:
    assert not manner_of(message).person_first
