import asyncio
import logging
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from bot.errors import (
    BadModelRequest,
    ContextTooLong,
    ModelError,
    ModelOverloaded,
    ModelRefused,
    ModelUnavailable,
    OutOfTokens,
)
from bot.llm.gigachat_model import GigaChatModel
from bot.llm.model import ModelTraits, Prompt, Tool
from bot.llm.streams import SharedStreams
from tests.fakes.model import Reply, Rule, ScriptedModel
from tests.fakes.model.script import CUT_BEFORE_HEADERS
from tests.fakes.model.server import DEFAULT_CREDENTIALS
from tests.integration.llm_kit import PROMPT, read

KEY = SecretStr(DEFAULT_CREDENTIALS)


@pytest.fixture
async def model(server: ScriptedModel, redis: Redis, prefix: str) -> AsyncIterator[GigaChatModel]:
    model = model_at(server, redis, prefix)
    yield model
    await model.close()


def model_at(
    server: ScriptedModel,
    redis: Redis,
    prefix: str,
    *,
    credentials: SecretStr = KEY,
    streams: SharedStreams | None = None,
    ca_bundle_file: Path | None = None,
) -> GigaChatModel:
    return GigaChatModel(
        name="gigachat",
        model="GigaChat-2",
        base_url=server.gigachat_url,
        auth_url=server.gigachat_auth_url,
        credentials=credentials,
        scope="GIGACHAT_API_PERS",
        redis=redis,
        traits=ModelTraits(composes=True, context_tokens=32_000, calls_tools=True),
        streams=streams,
        ca_bundle_file=ca_bundle_file,
        timeout_s=5,
        prefix=prefix,
    )


async def test_it_answers(server: ScriptedModel, model: GigaChatModel) -> None:
    server.script.replace([Rule(reply=Reply(text="С девяти утра.", with_id=False))])
    completion = await model.complete(PROMPT)
    assert (completion.text, completion.finish_reason) == ("С девяти утра.", "stop")
    assert completion.usage.prompt_tokens > 0


async def test_a_stream_carries_the_whole_answer_at_its_end(
    server: ScriptedModel, model: GigaChatModel
) -> None:
    server.token_s = 0.01
    *pieces, last = await read(model)
    assert len(pieces) > 2
    assert last.completion is not None
    assert "".join(chunk.text for chunk in pieces) == last.completion.text


async def test_it_calls_functions(server: ScriptedModel, model: GigaChatModel) -> None:
    server.script.replace([Rule(reply=Reply(tool="stock", arguments={"model": "GLE"}))])
    tool = Tool(name="stock", description="Наличие", parameters={"type": "object", "properties": {}})
    completion = await model.complete(Prompt(messages=PROMPT.messages, tools=(tool,)))
    call = completion.tool_calls[0]
    assert (completion.finish_reason, call.name, call.arguments) == ("tool_calls", "stock", {"model": "GLE"})
    assert server.seen[0].payload["functions"][0]["name"] == "stock"


@pytest.mark.parametrize(
    ("reply", "error", "permanent"),
    [
        (Reply(status=400), BadModelRequest, True),
        (Reply(status=402), OutOfTokens, True),
        (Reply(status=413), ContextTooLong, True),
        (Reply(status=422), BadModelRequest, True),
        (Reply(status=429), ModelOverloaded, False),
        (Reply(status=500), ModelUnavailable, False),
        (Reply(cut_after=CUT_BEFORE_HEADERS), ModelUnavailable, False),
        (Reply(cut_after=2), ModelUnavailable, False),
        (Reply(finish_reason="blacklist"), ModelRefused, True),
        (Reply(finish_reason=None), ModelUnavailable, False),
        (Reply(finish_reason="error"), ModelUnavailable, False),
        (Reply(kind="empty"), ModelUnavailable, False),
        (Reply(kind="huge"), ModelUnavailable, False),
        (Reply(kind="nonsense"), ModelUnavailable, False),
    ],
)
async def test_every_failure_has_its_error_and_is_not_tried_again(
    server: ScriptedModel, model: GigaChatModel, reply: Reply, error: type[ModelError], permanent: bool
) -> None:
    server.script.replace([Rule(reply=reply)])
    with pytest.raises(error) as caught:
        await model.complete(PROMPT)
    assert type(caught.value) is error
    assert caught.value.permanent is permanent
    assert server.requests == 1


async def test_a_system_message_that_is_not_first_is_our_mistake(model: GigaChatModel) -> None:
    with pytest.raises(BadModelRequest):
        await model.complete(Prompt(messages=PROMPT.messages[::-1]))


async def test_nobody_at_the_token_endpoint(server: ScriptedModel, model: GigaChatModel) -> None:
    await server.refuse()
    with pytest.raises(ModelUnavailable):
        await model.complete(PROMPT)


async def test_one_token_serves_all_workers(server: ScriptedModel, redis: Redis, prefix: str) -> None:
    server.token_latency_s = 0.1
    models = [model_at(server, redis, prefix) for _ in range(3)]
    await asyncio.gather(*[model.complete(PROMPT) for model in models for _ in range(5)])
    assert server.token_requests == 1
    for model in models:
        await model.close()


async def test_a_token_that_is_refused_is_renewed_once(server: ScriptedModel, model: GigaChatModel) -> None:
    await model.complete(PROMPT)
    server.tokens.revoke_all()
    completions = await asyncio.gather(*[model.complete(PROMPT) for _ in range(5)])
    assert len(completions) == 5
    assert server.token_requests == 2


async def test_a_token_is_renewed_before_it_expires(server: ScriptedModel, redis: Redis, prefix: str) -> None:
    server.tokens.lifetime_s = 0.4
    model = model_at(server, redis, prefix)
    await model.complete(PROMPT)
    await asyncio.sleep(0.35)
    server.tokens.lifetime_s = 1800
    await model.complete(PROMPT)
    assert server.token_requests == 2
    assert server.refused_tokens == 0
    await model.close()


async def test_a_wrong_key_is_named_nowhere(
    server: ScriptedModel, redis: Redis, prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    model = model_at(server, redis, prefix, credentials=SecretStr("d3Jvbmc6a2V5"))
    with caplog.at_level(logging.DEBUG), pytest.raises(BadModelRequest) as caught:
        await model.complete(PROMPT)
    assert caught.value.permanent
    assert "d3Jvbmc6a2V5" not in f"{caught.value!r} {caught.value.__cause__!r} {caplog.text}"
    await model.close()


async def test_what_a_broken_answer_says_stays_out_of_the_log(
    server: ScriptedModel, model: GigaChatModel, caplog: pytest.LogCaptureFixture
) -> None:
    server.script.replace([Rule(reply=Reply(kind="nonsense"))])
    with caplog.at_level(logging.DEBUG), pytest.raises(ModelUnavailable):
        await model.complete(PROMPT)
    assert "choices" not in caplog.text


async def test_the_settings_of_the_environment_do_not_leak_in(
    server: ScriptedModel, redis: Redis, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIGACHAT_CREDENTIALS", "b3RoZXI6a2V5")
    monkeypatch.setenv("GIGACHAT_ACCESS_TOKEN", "other")
    monkeypatch.setenv("GIGACHAT_CA_BUNDLE_FILE", "/nowhere/ca.pem")
    monkeypatch.setenv("GIGACHAT_MAX_RETRIES", "5")
    model = model_at(server, redis, prefix)
    assert (await model.complete(PROMPT)).text
    await model.close()


async def test_the_plan_allows_one_stream_and_several_workers_share_it(
    server: ScriptedModel, redis: Redis, prefix: str
) -> None:
    server.gigachat_streams, server.latency_s = 1, 0.05
    models = [
        model_at(
            server, redis, prefix, streams=SharedStreams(redis, "gigachat", limit=1, wait_s=10, prefix=prefix)
        )
        for _ in range(3)
    ]
    completions = await asyncio.gather(*[model.complete(PROMPT) for model in models for _ in range(4)])
    assert (len(completions), server.peak_streams) == (12, 1)
    for model in models:
        await model.close()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Key and certificate in one file; no public authority knows them."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl program")
    path = tmp_path / "server.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    made = subprocess.run([*command, "-keyout", "-", "-out", "-"], check=True, capture_output=True)
    path.write_bytes(made.stdout)
    return path


@pytest.fixture
async def encrypted(certificate: Path) -> AsyncIterator[ScriptedModel]:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    async with ScriptedModel(tls=tls) as server:
        yield server


async def test_a_bundle_vouches_for_the_server(
    encrypted: ScriptedModel, certificate: Path, redis: Redis, prefix: str
) -> None:
    model = model_at(encrypted, redis, prefix, ca_bundle_file=certificate)
    assert (await model.complete(PROMPT)).text
    await model.close()


async def test_a_stranger_is_not_trusted_whatever_the_environment_says(
    encrypted: ScriptedModel, redis: Redis, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIGACHAT_VERIFY_SSL_CERTS", "false")
    model = model_at(encrypted, redis, prefix)
    with pytest.raises(ModelUnavailable):
        await model.complete(PROMPT)
    assert encrypted.token_requests == encrypted.requests == 0
    await model.close()
