"""`python -m bot replay`: a logged turn run again over the real log, against a scripted model."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.dialogue.answering import Question
from bot.domain import Answer, Outcome, TurnRecord
from bot.llm.chain import ModelChain
from bot.settings import Settings
from bot.store.engine import database_url, open_engine
from bot.store.migrate import migrate
from bot.store.turns import TurnStore
from bot.tenant import load_tenant
from bot.wiring import build_texts
from bot.wiring.assistant import build_assistant
from bot.wiring.models import build_models
from tests.fakes.model import Reply, Rule, ScriptedModel
from tests.records import turn_record

ROOT = Path(__file__).parents[2]
BAKERY = ROOT / "tests" / "fixtures" / "tenants" / "bakery"
BREAD = "Когда хлеб свежий?"

Done = subprocess.CompletedProcess[str]


@pytest_asyncio.fixture
async def model() -> AsyncIterator[ScriptedModel]:
    async with ScriptedModel(default=Reply(text="Хлеб свежий в 9:00.")) as model:
        yield model


class Log:
    """A log of the bakery's turns in an empty folder."""

    def __init__(self, folder: Path, model: ScriptedModel) -> None:
        self._folder = folder
        self._model = model
        url = database_url(None, folder)
        migrate(url)
        self._engine = open_engine(url)
        self._store = TurnStore(self._engine)

    async def answer(self, question: str) -> Answer:
        settings = Settings.model_validate(
            {
                "tenant": str(BAKERY),
                "data_dir": self._folder,
                "llm": {"provider": "openai"},
                "embeddings": False,
                "openai": {"base_url": self._model.openai_url, "api_key": "key"},
            }
        )
        tenant = load_tenant(BAKERY)
        models: ModelChain = build_models(settings, None)
        try:
            assistant = build_assistant(tenant, build_texts(tenant, settings), models, settings)
            return await assistant.answer(Question(text=question))
        finally:
            await models.close()

    def keep(self, number: int, question: str, answer: Answer, **changes: Any) -> TurnRecord:
        record = turn_record(number, tenant="bakery", question=question, answer=answer, **changes)
        self._store.record([record])
        return record

    async def replay(self, turn: str, **settings: str) -> Done:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "TENANT": str(BAKERY),
            "DATA_DIR": str(self._folder),
            "LLM_PROVIDER": "openai",
            "OPENAI_BASE_URL": self._model.openai_url,
            "OPENAI_API_KEY": "key",
            "EMBEDDINGS": "false",
            **settings,
        }
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "bot", "replay", turn],
            cwd=self._folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=90,
        )

    def close(self) -> None:
        self._engine.dispose()


@pytest_asyncio.fixture
async def log(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[Log]:
    log = Log(tmp_path, model)
    yield log
    log.close()


@pytest.mark.parametrize("name", ["telegram:42:1", "1"])
async def test_the_same_answer_is_said_to_be_the_same(log: Log, name: str) -> None:
    log.keep(1, BREAD, await log.answer(BREAD))
    done = await log.replay(name)
    assert done.returncode == 0, done
    assert "the same answer:\nХлеб свежий в 9:00." in done.stdout
    assert "version differs" not in done.stdout


async def test_another_answer_is_shown_beside_the_logged_one(log: Log, model: ScriptedModel) -> None:
    log.keep(1, BREAD, await log.answer(BREAD))
    model.script.add(Rule(reply=Reply(text="Свежий хлеб в 15:00.")))
    done = await log.replay("telegram:42:1")
    assert done.returncode == 1, done
    assert "answer differs:\n  - Хлеб свежий в 9:00.\n  + Свежий хлеб в 15:00." in done.stdout


async def test_versions_that_are_others_now_are_named(log: Log) -> None:
    answer = await log.answer(BREAD)
    trace = {**answer.trace, "prompt": "old-prompt", "knowledge": "old-knowledge"}
    log.keep(1, BREAD, replace(answer, trace=trace, model="gpt-old"))
    done = await log.replay("telegram:42:1")
    assert "version differs: model: gpt-old then" in done.stdout
    assert "version differs: prompt: old-prompt then" in done.stdout
    assert "version differs: knowledge: old-knowledge then" in done.stdout


async def test_it_is_said_where_no_model_weighs_the_passage_this_time(log: Log) -> None:
    answer = await log.answer(BREAD)
    trace = {**answer.trace, "verified": {"found": 0.4, "odds": 3.0}}
    log.keep(1, BREAD, replace(answer, trace=trace))
    done = await log.replay("telegram:42:1")
    assert "version differs: a model's opinion of the passage: asked then, not asked now" in done.stdout


async def test_what_was_said_before_in_the_dialogue_is_remembered_again(
    log: Log, model: ScriptedModel
) -> None:
    answer = await log.answer(BREAD)
    log.keep(1, "Как заказать пирог?", answer)
    log.keep(2, "Что-то из другого разговора", answer, dialogue_id="d0")
    log.keep(3, "а на завтра?", answer)
    done = await log.replay("telegram:42:3")
    assert "1 turns before it" in done.stdout
    asked = model.seen[-1].text
    assert "Как заказать пирог?" in asked
    assert "другого разговора" not in asked


async def test_the_sampling_of_then_is_used(log: Log, model: ScriptedModel) -> None:
    answer = await log.answer(BREAD)
    sampling = {**answer.trace["sampling"], "temperature": 0.7, "seed": 99}
    log.keep(1, BREAD, replace(answer, trace={**answer.trace, "sampling": sampling}))
    await log.replay("telegram:42:1")
    payload = model.seen[-1].payload
    assert (payload["temperature"], payload["seed"]) == (0.7, 99)


async def test_what_cannot_be_run_again_is_one_sentence(log: Log, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = await log.answer(BREAD)
    log.keep(1, BREAD, answer)
    log.keep(2, "/start", Answer(text="Здравствуйте!", outcome=Outcome.SCRIPTED))
    for turn, words, settings in (
        ("telegram:42:9", "there is no turn telegram:42:9", {}),
        ("77", "there is no turn 77", {}),
        ("telegram:42:2", "was not answered by the assistant", {}),
        ("telegram:42:1", "did not answer", {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}),
        ("telegram:42:1", "File exists", {"DATABASE_URL": f"sqlite:///{tmp_path}/file/x.db"}),
    ):
        done = await log.replay(turn, **settings)
        assert (done.returncode, done.stdout) == (2, ""), done
        assert words in done.stderr
        assert len(done.stderr.splitlines()) == 1
