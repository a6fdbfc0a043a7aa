"""A model that can call functions reads doubtful questions to the table; the lexicon's reading wins."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.dialogue.answering import Assistant
from bot.llm.chain import ModelChain
from bot.llm.model import ModelTraits
from bot.llm.openai_model import OpenAIModel
from bot.stock.tool import TOOL_NAME
from bot.wiring.assistant import build_assistant
from tests.assistants import ask, bakery
from tests.fakes.model import Reply, Rule, ScriptedModel
from tests.stocks import book_source

DOUBTFUL = "книга для меланхоличного вечера, роман"
CALL = {"task": "list", "filters": {"genre": ["роман"]}}


@pytest.fixture
async def assistant(server: ScriptedModel) -> AsyncIterator[Assistant]:
    model = OpenAIModel(
        name="openai",
        model="m",
        base_url=server.openai_url,
        api_key=SecretStr("k"),
        traits=ModelTraits(composes=True, context_tokens=8_000, calls_tools=True),
    )
    tenant, texts, settings = bakery()
    yield build_assistant(tenant, texts, ModelChain([model]), settings, tables=[book_source()])
    await model.close()


def script(server: ScriptedModel, **arguments: object) -> None:
    server.script.replace(
        [
            Rule(reply=Reply(tool=TOOL_NAME, arguments=arguments), question_contains="таблицы"),
            Rule(reply=Reply(text="Посмотрите «Мастера и Маргариту».")),
        ]
    )


async def test_the_models_reading_makes_a_doubtful_question_sure(
    server: ScriptedModel, assistant: Assistant
) -> None:
    script(server, **CALL)
    answer = await assistant.answer(ask(DOUBTFUL))
    assert answer.trace["stock"]["tool_agrees"] is True
    assert "Мастер и Маргарита" in str(server.seen[-1])


async def test_where_the_two_disagree_the_lexicon_wins(server: ScriptedModel, assistant: Assistant) -> None:
    script(server, task="list", filters={"genre": ["фантастика"]})
    answer = await assistant.answer(ask(DOUBTFUL))
    assert answer.trace["stock"]["tool_agrees"] is False
    assert "фантастика" not in str(answer.trace["stock"]["query"])


async def test_arguments_that_are_no_query_change_nothing(
    server: ScriptedModel, assistant: Assistant
) -> None:
    script(server, task="list", filters={"colour": ["красный"]})
    answer = await assistant.answer(ask(DOUBTFUL))
    assert "tool_agrees" not in answer.trace["stock"]


async def test_a_sure_question_costs_no_call(server: ScriptedModel, assistant: Assistant) -> None:
    script(server, **CALL)
    await assistant.answer(ask("сколько романов в наличии?"))
    assert server.requests == 1
