import pytest

from bot.errors import ModelUnavailable
from bot.llm.model import Prompt
from bot.people.changes.models import OFF
from bot.settings import Settings
from bot.wiring.models import Models, SwitchedOff, model_options


def settings(**changes: object) -> Settings:
    return Settings.model_validate({"tenant": "bakery", **changes})


def configured(**changes: object) -> list[str]:
    options = model_options(settings(**changes)).options
    return [option.provider for option in options if option.is_configured]


def test_only_what_the_settings_allow_can_be_chosen() -> None:
    assert configured() == ["local"]
    assert configured(openai={"api_key": "k"}) == ["openai"]
    assert configured(openai={"base_url": "http://models.example/v1"}) == ["local", "openai"]
    assert configured(llm={"provider": "gigachat", "fallback": "local"}, gigachat={"credentials": "k"}) == [
        "local",
        "gigachat",
    ]


def test_the_chosen_one_is_asked_first_and_the_fallback_of_the_settings_next() -> None:
    models = Models(settings(llm={"provider": "openai", "fallback": "local"}, openai={"api_key": "k"}), None)
    assert models.chain().name == "openai>local"
    assert models.chain("local").name == "local"
    assert models.chain("openai") is models.chain()


def test_a_choice_that_is_not_configured_any_more_counts_no_more() -> None:
    assert Models(settings(), None).chain("gigachat").name == "local"


def test_switched_off_nothing_phrases_and_nothing_falls_back() -> None:
    chain = Models(settings(), None).chain(OFF)
    assert chain.name == OFF
    assert not chain.traits.phrases


async def test_a_model_that_is_off_answers_nobody() -> None:
    off = SwitchedOff()
    with pytest.raises(ModelUnavailable):
        await off.complete(Prompt(messages=()))
    with pytest.raises(ModelUnavailable):
        async for _ in off.stream(Prompt(messages=())):
            pass
    await off.close()
