"""What OpenAI's protocol is asked and answers: texts, streams, tools, odds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from bot.errors import ModelUnavailable
from bot.llm.model import Prompt, Tool
from bot.llm.openai_model import OpenAIModel
from tests.fakes.model import ScriptedModel
from tests.integration.llm_kit import PROMPT, answer_with, openai_at, read


@pytest.fixture
async def model(server: ScriptedModel) -> AsyncIterator[OpenAIModel]:
    model = openai_at(server.openai_url)
    yield model
    await model.close()


async def test_it_answers(server: ScriptedModel, model: OpenAIModel) -> None:
    answer_with(server, text="С девяти утра.")
    completion = await model.complete(PROMPT)
    assert (completion.text, completion.finish_reason) == ("С девяти утра.", "stop")
    assert completion.usage.cost == completion.usage.prompt_tokens + 2 * completion.usage.completion_tokens


async def test_it_sends_the_prompt_and_the_sampling(server: ScriptedModel, model: OpenAIModel) -> None:
    server.api_key = "sk-secret"
    await model.complete(PROMPT)
    payload = server.seen[0].payload
    assert payload["messages"][0] == {"role": "system", "content": "Ты помощник."}
    assert (payload["model"], payload["temperature"], payload["seed"]) == ("gpt-4o-mini", 0.0, 7)
    assert payload["max_tokens"] == 400


async def test_a_stream_carries_the_whole_answer_at_its_end(
    server: ScriptedModel, model: OpenAIModel
) -> None:
    answer_with(server, text="С девяти утра до девяти вечера.", token_s=0.01)
    *pieces, last = await read(model)
    assert len(pieces) > 2
    assert last.completion is not None
    assert (
        "".join(chunk.text for chunk in pieces) == last.completion.text == "С девяти утра до девяти вечера."
    )
    assert last.completion.usage.completion_tokens > 0


@pytest.mark.parametrize("streamed", [False, True])
async def test_it_calls_tools(server: ScriptedModel, model: OpenAIModel, streamed: bool) -> None:
    answer_with(server, tool="stock", arguments={"model": "GLE", "colour": "чёрный"})
    tool = Tool(name="stock", description="Наличие", parameters={"type": "object", "properties": {}})
    prompt = Prompt(messages=PROMPT.messages, tools=(tool,))
    completion = (await read(model, prompt))[-1].completion if streamed else await model.complete(prompt)
    assert completion is not None
    assert completion.finish_reason == "tool_calls"
    assert completion.tool_calls[0].arguments == {"model": "GLE", "colour": "чёрный"}


async def test_connections_are_used_again(server: ScriptedModel, model: OpenAIModel) -> None:
    for _ in range(3):
        await read(model)
        await model.complete(PROMPT)
    assert server.connections == 1


async def test_a_reader_that_stops_frees_the_model(server: ScriptedModel, model: OpenAIModel) -> None:
    answer_with(server, text="слово " * 50, token_s=0.05)
    async with aclosing(model.stream(PROMPT)) as chunks:
        async for chunk in chunks:
            if chunk.text:
                break
    async with asyncio.timeout(5):
        await server.idle.wait()
    assert server.seen[0].outcome == "gone"


async def test_many_are_asked_at_once(server: ScriptedModel, model: OpenAIModel) -> None:
    server.latency_s = 1
    completions = await asyncio.gather(*[model.complete(PROMPT) for _ in range(150)])
    assert len(completions) == server.peak_streams == 150


CHOICE = replace(PROMPT, alternatives=("ДА", "НЕТ"))
TOLD = {"ДА": -0.1, "Н": -3.0, "Не": -4.0, " ": -0.5, "Я": -6.0}


async def test_it_tells_the_odds_of_each_alternative(server: ScriptedModel, model: OpenAIModel) -> None:
    answer_with(server, text="ДА", odds=TOLD, finish_reason="length")
    whole, *_, last = await model.complete(CHOICE), *await read(model, CHOICE)
    assert whole.odds == {"ДА": -0.1, "НЕТ": -3.0}
    assert last.completion is not None
    assert last.completion.odds == whole.odds
    assert [seen.payload["max_tokens"] for seen in server.seen] == [1, 1]


async def test_a_prompt_without_alternatives_asks_for_no_odds(
    server: ScriptedModel, model: OpenAIModel
) -> None:
    answer_with(server, text="ДА", odds=TOLD)
    assert not (await model.complete(PROMPT)).odds
    assert "logprobs" not in server.seen[0].payload


async def test_odds_that_are_no_numbers_are_no_answer(server: ScriptedModel, model: OpenAIModel) -> None:
    answer_with(server, text="ДА", odds={"ДА": "вряд ли"})
    with pytest.raises(ModelUnavailable):
        await model.complete(CHOICE)
