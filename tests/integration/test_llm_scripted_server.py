"""The scripted model server itself: what other tests rely on."""

import asyncio
import json
import sys
import uuid
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.model import Reply, Rule, ScriptedModel
from tests.fakes.model.server import DEFAULT_CREDENTIALS


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def asking(text: str) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}]}


async def ask(session: aiohttp.ClientSession, url: str, text: str = "Открыты?") -> tuple[int, Any]:
    async with session.post(f"{url}/chat/completions", json=asking(text)) as response:
        return response.status, await response.json()


async def test_the_same_question_gets_the_same_answer(
    server: ScriptedModel, session: aiohttp.ClientSession
) -> None:
    answers = [(await ask(session, server.openai_url))[1]["choices"] for _ in range(2)]
    assert answers[0] == answers[1]


async def test_rules_choose_by_text_and_by_number(
    server: ScriptedModel, session: aiohttp.ClientSession
) -> None:
    server.script.replace([Rule(reply=Reply(status=500), question_contains="яд", every=2)])
    statuses = [(await ask(session, server.openai_url, text))[0] for text in ("яд", "вода", "яд", "яд")]
    assert statuses == [200, 200, 500, 200]


@pytest.mark.parametrize(
    ("headers", "form", "status"),
    [
        ({}, {}, 200),
        ({"Authorization": "Basic wrong"}, {}, 401),
        ({"RqUID": "not-a-uuid"}, {}, 400),
        ({}, {"scope": "ALL"}, 400),
    ],
)
async def test_the_token_endpoint_checks_what_it_gets(
    server: ScriptedModel,
    session: aiohttp.ClientSession,
    headers: dict[str, str],
    form: dict[str, str],
    status: int,
) -> None:
    right = {"Authorization": f"Basic {DEFAULT_CREDENTIALS}", "RqUID": str(uuid.uuid4())}
    scope = {"scope": "GIGACHAT_API_PERS"}
    url = server.gigachat_auth_url
    async with session.post(url, headers=right | headers, data=scope | form) as response:
        assert response.status == status


async def test_gigachat_without_a_token_is_refused(
    server: ScriptedModel, session: aiohttp.ClientSession
) -> None:
    status, _ = await ask(session, server.gigachat_url)
    assert status == 401


async def test_it_runs_as_a_process_that_is_told_what_to_do(session: aiohttp.ClientSession) -> None:
    program = ("-m", "tests.fakes.model", "--answer", "Да.")
    process = await asyncio.create_subprocess_exec(sys.executable, *program, stdout=-1)
    assert process.stdout is not None
    urls = json.loads(await process.stdout.readline())
    control = urls["control_url"]
    _, answer = await ask(session, urls["openai_url"])
    assert answer["choices"][0]["message"]["content"] == "Да."
    await session.post(f"{control}/rules", json=[{"reply": {"status": 503}, "times": 1}])
    assert (await ask(session, urls["openai_url"]))[0] == 503
    async with session.get(f"{control}/state") as response:
        assert (await response.json())["outcomes"] == {"answered": 1, "refused": 1}
    async with session.get(f"{control}/log") as response:
        assert len((await response.text()).splitlines()) == 2
    process.terminate()
    assert await process.wait() == 0


async def test_it_can_refuse_connections_for_a_while(
    server: ScriptedModel, session: aiohttp.ClientSession
) -> None:
    await server.refuse()
    with pytest.raises(aiohttp.ClientConnectorError):
        await ask(session, server.openai_url)
    await server.accept()
    assert (await ask(session, server.openai_url))[0] == 200
