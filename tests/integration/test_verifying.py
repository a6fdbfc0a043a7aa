"""A small model is asked whether a doubtful passage answers the question, and its word counts."""

from collections.abc import AsyncIterator, Callable

import pytest

from bot.dialogue.answering import Assistant
from bot.domain import Outcome
from bot.findings import Finding, FindingKind, Inquiry
from bot.llm.chain import ModelChain
from bot.llm.model import ModelTraits
from bot.llm.openai_model import OpenAIModel
from bot.wiring.assistant import build_assistant
from tests.assistants import ask, bakery
from tests.fakes.model import Reply, Rule, ScriptedModel

TOO_LITTLE = "хлеб утром"
"""Of the bakery's texts one is near, yet not near enough."""
TOO_MUCH = "Когда хлеб у вас свежий, а когда чёрствый?"
SURE = "Когда хлеб свежий?"
YES, NO = {"ДА": -0.01, "НЕТ": -6.0}, {"НЕТ": -0.01, "ДА": -6.0}

Build = Callable[..., Assistant]


@pytest.fixture
async def build(server: ScriptedModel) -> AsyncIterator[Build]:
    models = []

    def assistant(**traits: bool) -> Assistant:
        known = {"composes": False, "calls_tools": False, "tells_odds": True} | traits
        model = OpenAIModel(
            name="small",
            model="m",
            base_url=server.openai_url,
            traits=ModelTraits(context_tokens=8_000, **known),
            timeout_s=5,
        )
        models.append(model)
        tenant, texts, settings = bakery(local={"model_phrases_within_s": 2})
        return build_assistant(tenant, texts, ModelChain([model]), settings)

    yield assistant
    for model in models:
        await model.close()


def say(server: ScriptedModel, **reply: object) -> None:
    verified = Rule(reply=Reply(**reply), question_contains="Текст:")  # type: ignore[arg-type]
    server.script.replace([verified, Rule(reply=Reply(text="Хлеб в 9:00 и в 15:00."))])


def times_verified(server: ScriptedModel) -> int:
    return sum("logprobs" in seen.payload for seen in server.seen)


@pytest.mark.parametrize("question", [TOO_LITTLE, TOO_MUCH])
@pytest.mark.parametrize(("odds", "outcome"), [(YES, Outcome.ANSWERED), (NO, Outcome.UNKNOWN)])
async def test_its_word_decides_what_the_search_left_open(
    server: ScriptedModel, build: Build, question: str, odds: dict[str, float], outcome: Outcome
) -> None:
    say(server, text="да", odds=odds)
    answer = await build().answer(ask(question))
    assert answer.outcome is outcome
    assert answer.trace["verified"]["odds"] == pytest.approx(5.99 if odds is YES else -5.99)


@pytest.mark.parametrize("reply", [{"status": 500}, {"text": "да"}, {"latency_s": 1.8, "odds": NO}])
async def test_without_its_word_the_search_decides(
    server: ScriptedModel, build: Build, reply: dict[str, object]
) -> None:
    say(server, **reply)
    answer = await build().answer(ask(TOO_LITTLE))
    assert answer.outcome is Outcome.UNKNOWN
    assert "verified" not in answer.trace


async def test_what_the_search_is_sure_of_needs_no_word(server: ScriptedModel, build: Build) -> None:
    say(server, text="нет", odds=NO)
    answer = await build().answer(ask(SURE))
    assert (answer.outcome, times_verified(server)) == (Outcome.ANSWERED, 0)


@pytest.mark.parametrize("traits", [{"composes": True}, {"tells_odds": False}])
async def test_a_model_of_another_kind_is_not_asked(
    server: ScriptedModel, build: Build, traits: dict[str, bool]
) -> None:
    say(server, text="нет", odds=NO)
    await build(**traits).answer(ask(TOO_LITTLE))
    assert times_verified(server) == 0


async def test_personal_data_is_not_told_to_it(server: ScriptedModel, build: Build) -> None:
    say(server, text="да", odds=YES)
    await build().answer(ask(f"мой телефон +7 913 555-12-12, {TOO_LITTLE}"))
    assert "555" not in str(server.seen)


class Nearly:
    """A source that is just sure enough to answer, though a passage comes before it."""

    def find(self, inquiry: Inquiry) -> Finding:
        return Finding(kind=FindingKind.HOURS, text="Открыто с 9:00.", certainty=0.55)


async def test_what_it_denies_gives_way_to_another_source(server: ScriptedModel) -> None:
    say(server, text="нет", odds=NO)
    model = OpenAIModel(
        name="small",
        model="m",
        base_url=server.openai_url,
        traits=ModelTraits(context_tokens=8_000, composes=False, calls_tools=False, tells_odds=True),
        timeout_s=5,
    )
    tenant, texts, settings = bakery(local={"model_phrases_within_s": 2})
    assistant = build_assistant(tenant, texts, ModelChain([model]), settings, tables=(Nearly(),))
    answer = await assistant.answer(ask(TOO_MUCH))
    await model.close()
    assert (answer.text, answer.trace["verified"]["odds"]) == ("Открыто с 9:00.", pytest.approx(-5.99))


async def test_a_model_that_takes_long_for_a_word_is_not_asked_to_phrase(
    server: ScriptedModel, build: Build
) -> None:
    say(server, text="да", odds=YES, latency_s=0.8)
    answer = await build().answer(ask(TOO_LITTLE))
    assert (answer.outcome, answer.text) == (Outcome.ANSWERED, "Хлеб печём дважды в день.")
    assert server.requests == 1
