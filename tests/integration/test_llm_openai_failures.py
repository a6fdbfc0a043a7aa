"""Servers of OpenAI's protocol that fail, fall silent, or are gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from bot.errors import (
    BadModelRequest,
    ContextTooLong,
    ModelError,
    ModelOverloaded,
    ModelRefused,
    ModelUnavailable,
    OutOfTokens,
)
from bot.llm.openai_model import OpenAIModel
from tests.fakes.model import Reply, Rule, ScriptedModel
from tests.fakes.model.script import CUT_BEFORE_HEADERS
from tests.integration.llm_kit import PROMPT, answer_with, openai_at, read


@pytest.fixture
async def model(server: ScriptedModel) -> AsyncIterator[OpenAIModel]:
    model = openai_at(server.openai_url)
    yield model
    await model.close()


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
    model = openai_at(server.openai_url, timeout_s=0.1)
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
    model = openai_at(lambda: next(addresses))
    with pytest.raises(ModelUnavailable):
        await model.complete(PROMPT)
    assert (await model.complete(PROMPT)).text
    assert (await model.complete(PROMPT)).text
    await model.close()


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
        model = openai_at(f"http://127.0.0.1:{port}/v1")
        answers = [(await model.complete(PROMPT)).text for _ in range(3)]
        await model.close()
    assert answers == ["OK", "OK", "OK"]
