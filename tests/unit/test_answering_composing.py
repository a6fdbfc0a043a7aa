"""The bakery's assistant with a model that composes: right, wrong, in doubt, or gone."""

from collections.abc import Sequence

import pytest

from bot.domain import Light, Outcome
from bot.errors import BadModelRequest, ModelRefused, ModelUnavailable
from tests.assistants import BREAD, NOWHERE, STORED, SpokenModel, ask, assistant_of, checks


async def test_a_supported_composition_is_the_answer() -> None:
    said = "Хлеб у нас свежий дважды в день: в **9:00** и в **15:00**."
    answer = await assistant_of(SpokenModel(said)).answer(ask(BREAD))
    assert (answer.text, answer.outcome, answer.light) == (said, Outcome.ANSWERED, Light.GREEN)
    assert (answer.usage.prompt_tokens, answer.usage.cost) == (10, 0.5)
    assert {"retrieve", "first_token", "model", "answer"} <= set(answer.timings_ms)


async def test_an_invented_price_is_repaired_once() -> None:
    model = SpokenModel("Хлеб в 9:00 и стоит 90 ₽.", "Хлеб свежий в 9:00 и в 15:00.")
    answer = await assistant_of(model).answer(ask(BREAD))
    assert answer.text == "Хлеб свежий в 9:00 и в 15:00."
    assert answer.light is Light.YELLOW
    assert checks(answer) == [("claims", False), ("claims", True)]
    assert "90 ₽" in model.asked[1].messages[-1].content
    assert answer.usage.prompt_tokens == 20


async def test_a_price_invented_twice_gives_way_to_the_stored_text() -> None:
    model = SpokenModel("Хлеб стоит 90 ₽.", "Хлеб стоит 95 ₽.")
    answer = await assistant_of(model).answer(ask(BREAD))
    assert (answer.text, answer.outcome, answer.light) == (STORED, Outcome.ANSWERED, Light.YELLOW)
    assert len(model.asked) == 2


async def test_a_price_invented_about_nothing_stored_becomes_i_do_not_know() -> None:
    answer = await assistant_of(SpokenModel("Билет стоит 5 000 000 ₽.")).answer(ask(NOWHERE))
    assert (answer.outcome, answer.light) == (Outcome.UNKNOWN, Light.RED)
    assert "5 000 000" not in answer.text


@pytest.mark.parametrize("replies", [("НЕ_ЗНАЮ",), ("Хлеб стоит 90 ₽.", "НЕ_ЗНАЮ")])
async def test_a_model_that_does_not_know_offers_a_person(replies: Sequence[str]) -> None:
    answer = await assistant_of(SpokenModel(*replies)).answer(ask(BREAD))
    assert answer.outcome is Outcome.UNKNOWN
    assert "НЕ_ЗНАЮ" not in answer.text
    assert "+7 (383) 000-11-22" in answer.text


async def test_an_answer_in_another_language_is_sent_in_doubt() -> None:
    said = "Our bread is fresh twice every day, please come."
    answer = await assistant_of(SpokenModel(said)).answer(ask(BREAD))
    assert (answer.text, answer.light) == (said, Light.YELLOW)
    assert ("language", False) in checks(answer)


async def test_a_forbidden_topic_does_not_come_from_the_model_either() -> None:
    answer = await assistant_of(SpokenModel("Наш депутат молодец.")).answer(ask(BREAD))
    assert answer.outcome is Outcome.REFUSED
    assert "депутат" not in answer.text


@pytest.mark.parametrize("said", ["Пишите на [PHONE_7].", "Мы забронировали вам хлеб.", "Вопрос стоит 90 ₽"])
async def test_what_is_made_up_is_not_said(said: str) -> None:
    answer = await assistant_of(SpokenModel(said)).answer(ask(BREAD))
    assert answer.text == STORED


async def test_another_script_is_repaired() -> None:
    model = SpokenModel("面包很新鲜", "Хлеб свежий в 9:00.")
    answer = await assistant_of(model).answer(ask(BREAD))
    assert answer.text == "Хлеб свежий в 9:00."
    assert ("foreign script", False) in checks(answer)


@pytest.mark.parametrize("nothing", ["\u200b", "...", "\u2060\n"])
async def test_an_answer_with_nothing_to_read_is_none(nothing: str) -> None:
    answer = await assistant_of(SpokenModel(nothing)).answer(ask(BREAD))
    assert answer.text == STORED


async def test_the_facts_are_told_while_the_composing_model_is_down() -> None:
    answer = await assistant_of(SpokenModel(ModelUnavailable())).answer(ask(BREAD))
    assert (answer.outcome, answer.light) == (Outcome.MODEL_DOWN, Light.RED)
    assert STORED in answer.text


async def test_without_facts_and_model_it_says_so_and_offers_a_person() -> None:
    answer = await assistant_of(SpokenModel(BadModelRequest())).answer(ask(NOWHERE))
    assert answer.outcome is Outcome.MODEL_DOWN
    assert "+7 (383) 000-11-22" in answer.text


async def test_a_subject_that_the_provider_blocks_is_declined() -> None:
    answer = await assistant_of(SpokenModel(ModelRefused())).answer(ask(BREAD))
    assert answer.outcome is Outcome.REFUSED
    assert ("provider", False) in checks(answer)


async def test_a_composing_model_takes_part_in_small_talk() -> None:
    answer = await assistant_of(SpokenModel("И вам доброго дня!")).answer(ask("Привет"))
    assert answer.text == "И вам доброго дня!"
