"""Servers that speak OpenAI's protocol in their own way."""

from collections.abc import AsyncIterator

import pytest

from bot.errors import ModelUnavailable
from bot.llm.openai_model import OpenAIModel
from tests.fakes.model import ScriptedModel
from tests.integration.llm_kit import PROMPT, answer_with, openai_at, read

PLAIN = '{"choices": [{"message": {"content": "С девяти утра."}, "finish_reason": "stop"}]}'
PIECE = 'data: {"choices": [{"delta": {"content": "С девяти утра."}}]}'
END = 'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}'


@pytest.fixture
async def model(server: ScriptedModel) -> AsyncIterator[OpenAIModel]:
    model = openai_at(server.openai_url)
    yield model
    await model.close()


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (PLAIN, "application/json"),
        (f"\n {PLAIN}\n", "text/plain"),
        (f"{PIECE}\n\ndata: [DONE]\n\n", "text/event-stream"),
        (f"{PIECE}\n\ndata: [DONE]", "text/event-stream"),
        (f"{PIECE}\n\n{END}", "text/event-stream"),
        (f"{END}\n\n{PIECE}", "text/event-stream"),
        (f"{PIECE}\n{END}\ndata: {{torn", "text/event-stream"),
        (f": ping\r\n\r\nevent: x\r\n{PIECE}\r\n\r\ndata:\r\n{END}\r\n\r\n", "application/json"),
        (f'\ufeff{PIECE}\ndata: {{"choices": null, "error": null}}\n{END}\n', "text/event-stream"),
    ],
)
async def test_a_server_of_another_dialect_is_understood(
    server: ScriptedModel, model: OpenAIModel, raw: str, content_type: str
) -> None:
    answer_with(server, raw=raw, content_type=content_type)
    *pieces, last = await read(model)
    assert last.completion is not None
    assert "".join(chunk.text for chunk in pieces) == last.completion.text == "С девяти утра."
    assert last.completion.finish_reason == "stop"
    assert last.completion.usage.completion_tokens > 0


@pytest.mark.parametrize(
    "raw",
    [
        f"{PIECE}\n\n",
        PIECE,
        f"{PIECE}\n\ndata: [DO",
        "data: [DONE]\n\n",
        PLAIN[:-9],
        '{"error": {"message": "x"}}',
        '{"choices": [{"message": {"content": [1]}, "finish_reason": "stop"}]}',
        '{"choices": [{"message": {"content": "С девяти"}, "finish_reason": ["stop"]}]}',
        "",
    ],
)
async def test_half_an_answer_is_none_in_any_dialect(
    server: ScriptedModel, model: OpenAIModel, raw: str
) -> None:
    answer_with(server, raw=raw)
    with pytest.raises(ModelUnavailable):
        await read(model)


async def test_without_usage_from_the_server_it_is_estimated(
    server: ScriptedModel, model: OpenAIModel
) -> None:
    answer_with(server, text="С девяти утра.", with_usage=False)
    completion = await model.complete(PROMPT)
    assert completion.usage.completion_tokens > 0
    assert completion.usage.cost > 0


@pytest.mark.parametrize(
    "usage",
    ['"many"', "[1]", "{}", '{"prompt_tokens": 5}', '{"prompt_tokens": "5", "completion_tokens": -1}', "7"],
)
@pytest.mark.parametrize("streamed", [False, True])
async def test_an_odd_count_of_tokens_is_estimated(
    server: ScriptedModel, model: OpenAIModel, usage: str, streamed: bool
) -> None:
    answer_with(server, raw=f'{PLAIN[:-1]}, "usage": {usage}}}', content_type="application/json")
    completion = (await read(model))[-1].completion if streamed else await model.complete(PROMPT)
    assert completion is not None
    assert completion.usage.prompt_tokens > 5
    assert completion.usage.completion_tokens > 0
