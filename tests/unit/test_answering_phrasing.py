"""The bakery's assistant with a model that only phrases what is stored: right, wrong, silent, or gone."""

import asyncio

import pytest

from bot.domain import Light, Outcome
from bot.errors import ModelUnavailable
from tests.assistants import BREAD, NOWHERE, STORED, SpokenModel, ask, assistant_of, checks, phrasing


async def test_a_faithful_phrasing_is_the_answer() -> None:
    said = "Приходите: свежий хлеб в 9:00 и в 15:00!"
    answer = await assistant_of(phrasing(said)).answer(ask(BREAD))
    assert (answer.text, answer.outcome, answer.light) == (said, Outcome.ANSWERED, Light.GREEN)
    assert answer.sources == ("Вопросы и ответы > Хлеб > Когда хлеб свежий?",)
    assert answer.model == "spoken-1"


@pytest.mark.parametrize(
    "said",
    [
        "Свежий хлеб в 9:00 и в 16:00.",
        "Свежий хлеб в 9:00.",
        "Свежего хлеба в 9:00 и в 15:00 не бывает.",
        "Свежий хлеб Baguette в 9:00 и в 15:00.",
        "Хлеб 9:00 15:00 " * 20,
        "新鲜面包 9:00 15:00 每天都有哦",
        "\u200b",
    ],
)
async def test_an_unfaithful_phrasing_gives_way_to_the_stored_text(said: str) -> None:
    model = phrasing(said)
    answer = await assistant_of(model).answer(ask(BREAD))
    assert (answer.text, answer.outcome, answer.light) == (STORED, Outcome.ANSWERED, Light.YELLOW)
    assert answer.trace["stored_text"] is True
    assert len(model.asked) == 1


async def test_a_phrasing_model_is_not_asked_what_is_not_stored() -> None:
    model = phrasing("Двести дней.")
    answer = await assistant_of(model).answer(ask(NOWHERE))
    assert (answer.outcome, answer.light) == (Outcome.UNKNOWN, Light.RED)
    assert "+7 (383) 000-11-22" in answer.text
    assert not model.asked


async def test_the_stored_text_answers_while_the_phrasing_model_is_down() -> None:
    answer = await assistant_of(phrasing(ModelUnavailable())).answer(ask(BREAD))
    assert (answer.text, answer.outcome, answer.light) == (STORED, Outcome.ANSWERED, Light.YELLOW)
    assert ("model", False) in checks(answer)


async def test_a_phrasing_that_takes_too_long_is_not_waited_for() -> None:
    model = phrasing(("Свежий", asyncio.Event()))
    answer = await assistant_of(model, local={"model_phrases_within_s": 0.05}).answer(ask(BREAD))
    assert (answer.text, answer.outcome) == (STORED, Outcome.ANSWERED)


async def test_small_talk_needs_no_phrasing_model() -> None:
    model = phrasing("Привет")
    answer = await assistant_of(model).answer(ask("Спасибо!"))
    assert answer.outcome is Outcome.SCRIPTED
    assert "Пожалуйста" in answer.text
    assert not model.asked


async def test_a_fallback_that_only_phrases_gets_the_stored_text_to_phrase() -> None:
    weak = phrasing("У нас свежий хлеб в 9:00 и в 15:00!")
    answer = await assistant_of(SpokenModel(ModelUnavailable()), weak).answer(ask(BREAD))
    assert answer.text == "У нас свежий хлеб в 9:00 и в 15:00!"
    assert STORED in weak.last_prompt
    assert answer.trace["composed"] is False
