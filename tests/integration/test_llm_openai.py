import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.errors import (
    BadModelRequest,
    ContextTooLong,
    ModelError,
    ModelOverloaded,
    ModelRefused,
    ModelUnavailable,
    OutOfTokens,
)
from bot.llm.model import Chunk, Message, ModelTraits, Prompt, Tool
from bot.llm.openai_model import OpenAIModel
from bot.llm.pricing import Prices
from tests.fakes.model import Reply, Rule, ScriptedModel
from tests.fakes.model.script import CUT_BEFORE_HEADERS

TRAITS = ModelTraits(composes=True, context_tokens=8_000, calls_tools=True)
PROMPT = Prompt(
    messages=(
        Message(role="system", content="Ты помощник."),
        Message(role="user", content="Во сколько вы открываетесь?"),
    )
)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedModel]:
    async with ScriptedModel() as server:
        yield server


@pytest.fixture
async def model(server: ScriptedModel) -> AsyncIterator[OpenAIModel]:
    model = model_at(server.openai_url)
    yield model
    await model.close()


def model_at(base_url: str | Callable[[], str], timeout_s: float = 5.0) -> OpenAIModel:
    return OpenAIModel(
        name="openai",
        model="gpt-4o-mini",
        base_url=base_url,
        api_key=SecretStr("sk-secret"),
        traits=TRAITS,
        prices=Prices(prompt_per_million=1_000_000, completion_per_million=2_000_000),
        timeout_s=timeout_s,
    )


def answer_with(server: ScriptedModel, **reply: object) -> None:
    server.script.replace([Rule(reply=Reply(**reply))])  # type: ignore[arg-type]


async def read(model: OpenAIModel, prompt: Prompt = PROMPT) -> list[Chunk]:
    return [chunk async for chunk in model.stream(prompt)]


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


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("reply", "error", "permanent"),
    [
        (Reply(status=400), BadModelRequest, True),
        (Reply(status=400, error_code="context_length_exceeded"), ContextTooLong, True),
        (Reply(status=400, error_code="content_filter"), ModelRefused, True),
        (Reply(status=401), BadModelRequest, True),
        (Reply(status=402), OutOfTokens, True),
        (Reply(status=413), ContextTooLong, True),
        (Reply(status=422), BadModelRequest, True),
        (Reply(status=429), ModelOverloaded, False),
        (Reply(status=429, error_code="insufficient_quota"), OutOfTokens, True),
        (Reply(status=500), ModelUnavailable, False),
        (Reply(status=503), ModelUnavailable, False),
        (Reply(cut_after=CUT_BEFORE_HEADERS), ModelUnavailable, False),
        (Reply(cut_after=2), ModelUnavailable, False),
        (Reply(finish_reason="content_filter"), ModelRefused, True),
        (Reply(finish_reason=None), ModelUnavailable, False),
        (Reply(kind="empty"), ModelUnavailable, False),
        (Reply(kind="huge"), ModelUnavailable, False),
        (Reply(kind="nonsense"), ModelUnavailable, False),
    ],
)
async def test_every_failure_has_its_error(
    server: ScriptedModel,
    model: OpenAIModel,
    reply: Reply,
    error: type[ModelError],
    permanent: bool,
    streamed: bool,
) -> None:
    server.script.replace([Rule(reply=reply)])
    with pytest.raises(error) as caught:
        await (read(model) if streamed else model.complete(PROMPT))
    assert type(caught.value) is error
    assert caught.value.permanent is permanent
    assert "sk-secret" not in str(caught.value)


async def test_a_failure_is_not_tried_again_in_secret(server: ScriptedModel, model: OpenAIModel) -> None:
    answer_with(server, status=500)
    with pytest.raises(ModelUnavailable):
        await model.complete(PROMPT)
    assert server.requests == 1


async def test_the_beginning_of_a_cut_stream_is_seen_before_the_error(
    server: ScriptedModel, model: OpenAIModel
) -> None:
    answer_with(server, text="раз два три четыре", cut_after=3, token_s=0.01)
    async with aclosing(model.stream(PROMPT)) as chunks:
        texts = [(await anext(chunks)).text, (await anext(chunks)).text]
        with pytest.raises(ModelUnavailable):
            await anext(chunks)
    assert "".join(texts) == "раз два "


async def test_a_server_that_is_silent_is_given_up(server: ScriptedModel) -> None:
    server.latency_s = 30
    model = model_at(server.openai_url, timeout_s=0.1)
    with pytest.raises(ModelUnavailable):
        await model.complete(PROMPT)
    await model.close()


async def test_a_server_that_is_gone_and_comes_back(server: ScriptedModel, model: OpenAIModel) -> None:
    await model.complete(PROMPT)
    await server.refuse()
    with pytest.raises(ModelUnavailable):
        await model.complete(PROMPT)
    await server.accept()
    assert (await model.complete(PROMPT)).text


async def test_an_address_is_asked_for_again_when_nobody_answers_there(server: ScriptedModel) -> None:
    addresses = iter(["http://127.0.0.1:1/v1", server.openai_url])
    model = model_at(lambda: next(addresses))
    with pytest.raises(ModelUnavailable):
        await model.complete(PROMPT)
    assert (await model.complete(PROMPT)).text
    assert (await model.complete(PROMPT)).text
    await model.close()


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


async def test_without_usage_from_the_server_it_is_estimated(
    server: ScriptedModel, model: OpenAIModel
) -> None:
    answer_with(server, text="С девяти утра.", with_usage=False)
    completion = await model.complete(PROMPT)
    assert completion.usage.completion_tokens > 0
    assert completion.usage.cost > 0


PLAIN = '{"choices": [{"message": {"content": "С девяти утра."}, "finish_reason": "stop"}]}'
PIECE = 'data: {"choices": [{"delta": {"content": "С девяти утра."}}]}'
END = 'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}'


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


async def one_answer_a_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server that promises to keep the connection, and hangs up when the next request comes."""
    await reader.readuntil(b"\r\n\r\n")
    body = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"OK"},"finish_reason":"stop"}]}'
    length = str(len(body)).encode()
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + length)
    writer.write(b"\r\nConnection: keep-alive\r\n\r\n" + body)
    await writer.drain()
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def test_a_kept_connection_that_was_closed_is_no_failure() -> None:
    server = await asyncio.start_server(one_answer_a_connection, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        model = model_at(f"http://127.0.0.1:{port}/v1")
        answers = [(await model.complete(PROMPT)).text for _ in range(3)]
        await model.close()
    assert answers == ["OK", "OK", "OK"]


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
