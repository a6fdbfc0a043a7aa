"""What people answer to «Верно?»."""

import pytest

from bot.dialogue.confirming import Confirmer, Reply, read_reply
from bot.domain import Recollection
from bot.texts.catalogue import load_texts

CONFIRMER = Confirmer(load_texts())


@pytest.mark.parametrize(
    "text",
    ["Да, верно", "да", "Да!", "ага", "угу", "Все верно", "всё правильно", "Именно так", "точно", "да да",
     "Yes", "yes, that's right", "Correct.", "ok", "Да. Верно."],
)  # fmt: skip
def test_yes(text: str) -> None:
    assert read_reply(text) == (Reply.YES, "")


@pytest.mark.parametrize(
    "text",
    ["Нет, скажу иначе", "нет", "Неверно", "не верно", "не то", "Нет, не так", "неа", "no", "wrong",
     "No, I'll say it again", "Нет, это не то"],
)  # fmt: skip
def test_no(text: str) -> None:
    assert read_reply(text) == (Reply.NO, "")


@pytest.mark.parametrize(
    ("text", "reply", "rest"),
    [
        ("да, и ещё сколько стоит доставка?", Reply.YES, "и ещё сколько стоит доставка?"),
        ("Да и адрес подскажите", Reply.YES, "и адрес подскажите"),
        ("Yes, and where are you?", Reply.YES, "and where are you?"),
        ("Нет, я про торт на заказ", Reply.NO, "я про торт на заказ"),
        ("нет - хлеб ржаной", Reply.NO, "хлеб ржаной"),
    ],
)
def test_what_is_said_after_the_reply_goes_on(text: str, reply: Reply, rest: str) -> None:
    assert read_reply(text) == (reply, rest)


@pytest.mark.parametrize(
    "text",
    ["Нет ли скидки?", "А это всё?", "Есть ли ржаной хлеб", "Так сколько стоит торт?", "", "?",
     "Да сколько же он стоит", "Верно ли, что вы открыты?", "это", "what is it"],
)  # fmt: skip
def test_a_question_of_its_own(text: str) -> None:
    assert read_reply(text)[0] is Reply.OTHER


def test_what_is_kept_holds_nobodys_phone_and_gives_the_focus_back() -> None:
    before = Recollection(focus={"source": "stock", "page": 2})
    question = CONFIRMER.ask("Перезвоните на +7 913 555-44-33", "ru", before)
    settled = CONFIRMER.settle("да", Recollection(focus=question.focus))
    assert "555" in question.text
    assert settled is not None
    assert settled.text == "Перезвоните на [телефон]"
    assert settled.recollection == before


def test_nothing_is_settled_where_nothing_was_asked() -> None:
    assert CONFIRMER.settle("да", Recollection(focus={"source": "stock"})) is None
