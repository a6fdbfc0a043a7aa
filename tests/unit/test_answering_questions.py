"""How a question is understood: empty, angry, personal, a follow-up, in any language."""

import pytest

from bot.domain import Outcome
from tests.assistants import BREAD, STORED, SpokenModel, ask, assistant_of, phrasing

PHONE = "+7 913 555-44-33"


@pytest.mark.parametrize("text", ["", "   \n\t", "\u202e\u200f\u200b", "\ud83d", "?!", "\x00\x07"])
async def test_nothing_to_read_is_answered_kindly(text: str) -> None:
    model = SpokenModel("Что?")
    answer = await assistant_of(model).answer(ask(text))
    assert answer.outcome is Outcome.SCRIPTED
    assert "Напишите" in answer.text
    assert not model.asked


async def test_personal_data_stays_with_its_owner() -> None:
    model = SpokenModel("Ваш номер: [PHONE_1]. Хлеб свежий в 9:00.")
    answer = await assistant_of(model).answer(ask(f"Мой номер {PHONE}. {BREAD}"))
    assert PHONE not in model.last_prompt
    assert "[PHONE_1]" in model.last_prompt
    assert answer.text == f"Ваш номер: {PHONE}. Хлеб свежий в 9:00."
    assert PHONE not in str(answer.trace)


async def test_a_follow_up_is_understood_by_the_question_before_it() -> None:
    model = SpokenModel("Позвоните нам.")
    answer = await assistant_of(model).answer(ask("А на завтра?", "Как заказать пирог?"))
    assert answer.sources[0].endswith("Как заказать пирог?")
    assert "Как заказать пирог?" in model.last_prompt


@pytest.mark.parametrize(
    ("text", "words"), [("Do you sell gift cards?", "I do not know"), ("Эклеры у вас есть?", "Не")]
)
async def test_it_speaks_the_customers_language(text: str, words: str) -> None:
    answer = await assistant_of(phrasing("-")).answer(ask(text))
    assert answer.text.startswith(words)


async def test_personal_data_does_not_hide_the_question() -> None:
    answer = await assistant_of(phrasing("-")).answer(ask(f"Я {PHONE}, a@b.example. {BREAD}"))
    assert answer.text == STORED


async def test_a_person_is_offered_at_once_to_who_asks_for_one() -> None:
    model = SpokenModel("Да.")
    answer = await assistant_of(model).answer(ask("Позовите, пожалуйста, живого человека"))
    assert answer.outcome is Outcome.SCRIPTED
    assert "+7 (383) 000-11-22" in answer.text
    assert not model.asked


async def test_a_person_comes_first_for_who_is_angry() -> None:
    answer = await assistant_of(SpokenModel("НЕ_ЗНАЮ")).answer(ask("Это возмутительно, где мой вертолёт"))
    assert answer.text.startswith("Вижу, что дело важное")
    assert answer.trace["understood"]["mood"] == "angry"


async def test_a_question_behind_an_introduction_is_found() -> None:
    answer = await assistant_of(phrasing("Да.")).answer(
        ask("Добрый день, меня зовут Анна, мой телефон 8 916 123-45-67. До скольки вы работаете в субботу?")
    )
    assert "до 24:00" in answer.text
