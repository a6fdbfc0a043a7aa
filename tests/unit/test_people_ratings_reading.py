"""Which words after a rating are about it, and what taps say."""

import pytest

from bot.domain.ratings import RatingKind
from bot.people.endings.reading import leans_on_last_visit
from bot.people.ratings.reading import reads_as_opinion
from bot.people.ratings.screens import Scored, scored_in, step_in
from bot.people.ratings.thumbs import Tap, ThumbTap, thumb_in


@pytest.mark.parametrize(
    "text",
    [
        "Отвечали медленно",
        "всё понравилось, очень быстро",
        "Не поняли мой вопрос про доставку",
        "как всегда отлично",
        "Бот тупой",
        "можно было короче",
        "цена неверная",
        "too slow",
        "не хватило фотографий",
        "менеджер так и не перезвонил",
        "ничего не понятно",
        "Отлично",
        "вы молодцы, спасибо",
        "great job",
    ],
)
def test_an_opinion_is_kept(text: str) -> None:
    assert reads_as_opinion(text)


@pytest.mark.parametrize(
    "text",
    [
        "Сколько стоит доставка",
        "а какие есть цвета",
        "есть ли ржаной",
        "Хочу записаться на завтра",
        "подскажите адрес",
        "перезвоните мне",
        "позовите менеджера",
        "забудь меня",
        "всё плохо, а где вы находитесь?",
        "/help",
        "спасибо",
        "ок, спасибо большое",
        "нет, не надо",
        "до свидания",
        "Привет",
        "how much is it",
        "I want to book a visit",
        "+7 916 123-45-67",
        "5",
        "👍",
        "",
        "плохо " * 300,
    ],
)
def test_what_goes_on_with_the_talk_is_no_opinion(text: str) -> None:
    assert not reads_as_opinion(text)


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("Мне как в прошлый раз", True),
        ("то же, что обсуждали в прошлом разговоре", True),
        ("same as last time", True),
        ("в прошлом году брал у вас", False),
        ("раз уж спросили", False),
    ],
)
def test_who_leans_on_the_last_visit_says_so(text: str, leans: bool) -> None:
    assert leans_on_last_visit(text) is leans


def test_a_tap_on_a_number_is_read_with_its_subject() -> None:
    assert scored_in("nps:2026-05-01:0") == Scored(kind=RatingKind.NPS, subject="2026-05-01", score=0)


@pytest.mark.parametrize(
    "data", ["csat:ab:0", "csat:ab:11", "csat:ab:01", "nps:ab:١", "csat:a b:1", "csat::1", "x"]
)
def test_a_number_that_no_button_has_is_none(data: str) -> None:
    assert scored_in(data) is None


def test_a_reason_is_given_or_taken_back() -> None:
    given = step_in("csat:ab:+slow")
    assert given is not None
    assert (given.reason, given.is_given) == ("slow", True)
    assert step_in("csat:ab:*slow") is None


def test_a_thumb_names_its_turn_whatever_colons_it_has() -> None:
    assert thumb_in("th:telegram:-5:tap--5-3:up") == ThumbTap(turn_id="telegram:-5:tap--5-3", tap=Tap.UP)
