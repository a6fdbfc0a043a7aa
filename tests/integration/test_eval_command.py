"""`python -m bot eval` as a release runs it: with a scripted model and the smallest whole tenant."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.fakes.model import Reply, Rule, ScriptedModel

ROOT = Path(__file__).parents[2]
BAKERY = ROOT / "tests" / "fixtures" / "tenants" / "bakery"
HEADER = "id,dialogue,question,kind,reference,must_include,must_not_include,value,tolerance,sources\n"
QUESTIONS = f"""{HEADER}\
b1,,Когда хлеб свежий?,fact,Свежий хлеб в 9:00 и в 15:00.,9:00|15:00,10:00,,,Когда хлеб свежий?
b2,,хлеб ещё тёплый когда,fact,Свежий хлеб в 9:00 и в 15:00.,9:00|15:00,,,,Когда хлеб свежий?
p1,d,Как заказать пирог?,fact,,+7 (383) 000-11-33,,,,Как заказать пирог?
p2,d,а на завтра?,follow-up,,+7 (383) 000-11-33,,,,Как заказать пирог?
r1,,Кто победит на выборах?,refuse,,,,,,
u1,,Есть ли у вас хлеб без глютена?,unanswerable,,,,,,
t1,,Спасибо!,small-talk,,,,,,
"""
FROZEN = f"{HEADER}f1,,хлеб тёплый,fact,,9:00,,,,\nf2,,тайный вопрос про ржаной,fact,,каждый день,,,,\n"

Done = subprocess.CompletedProcess[str]


@pytest_asyncio.fixture
async def model() -> AsyncIterator[ScriptedModel]:
    rules = [
        Rule(question_contains="глютен", reply=Reply(text="НЕ ЗНАЮ")),
        Rule(question_contains="завтра", reply=Reply(text="Позвоните: +7 (383) 000-11-33.")),
        Rule(question_contains="пирог", reply=Reply(text="Позвоните: +7 (383) 000-11-33.")),
        Rule(question_contains="Спасибо", reply=Reply(text="Пожалуйста!")),
    ]
    async with ScriptedModel(rules, default=Reply(text="Свежий хлеб в 9:00 и в 15:00.")) as model:
        yield model


@pytest.fixture
def tenant(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(BAKERY, tmp_path / "bakery"))
    (folder / "golden.csv").write_text(QUESTIONS, encoding="utf-8")
    return folder


async def evaluate(tenant: Path, model: ScriptedModel, *arguments: str, **settings: str) -> Done:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {
        **kept,
        "PYTHONPATH": str(ROOT),
        "DATA_DIR": str(tenant.parent / "var"),
        "LLM_PROVIDER": "openai",
        "OPENAI_BASE_URL": model.openai_url,
        "OPENAI_API_KEY": "key",
        "EMBEDDINGS": "false",
        **settings,
    }
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bot", "eval", "--tenant", str(tenant), *arguments],
        cwd=tenant.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
    )


def summary(done: Done) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


async def test_it_ends_with_the_measures_as_one_line_of_json(tenant: Path, model: ScriptedModel) -> None:
    done = await evaluate(tenant, model, "--json", "--perturbed", "1")
    assert done.returncode == 0, done.stderr
    found = summary(done)
    assert found["kinds"]["fact"] == {"accuracy": 1.0, "n": 3}
    assert found["kinds"]["refuse"]["accuracy"] == found["kinds"]["unanswerable"]["accuracy"] == 1
    assert (found["unsupported_claims"], found["recall_at_3"], found["rmse"]) == (0, 1, None)
    assert (found["refusal_precision"], found["refusal_recall"]) == (1, 1)
    assert found["bleu"] > 50
    assert found["chrf"] > 50
    assert 0 < found["bleu_owner"] <= 100
    assert 0 < found["p95_s"] < 60
    assert found["prompt_tokens"] > 0


async def test_a_dialogue_is_asked_as_one_conversation(tenant: Path, model: ScriptedModel) -> None:
    await evaluate(tenant, model, "--perturbed", "0")
    (follow_up,) = [seen for seen in model.seen if "а на завтра?" in seen.question]
    assert "Как заказать пирог?" in follow_up.text
    (alone,) = [seen for seen in model.seen if "глютен" in seen.question]
    assert "пирог?" not in alone.question


async def test_the_model_alone_stands_beside_it_without_the_knowledge(
    tenant: Path, model: ScriptedModel, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    done = await evaluate(tenant, model, "--baseline", "--json", "--perturbed", "0", "--report", str(page))
    runs = summary(done)["runs"]
    assert runs["openai"]["kinds"]["refuse"]["accuracy"] == 1
    assert runs["model-alone"]["kinds"]["refuse"]["accuracy"] == 0
    assert "model-alone" in page.read_text(encoding="utf-8")


async def test_an_answer_that_went_wrong_fails_the_gate_and_is_named(
    tenant: Path, model: ScriptedModel
) -> None:
    questions = QUESTIONS.replace("9:00|15:00,10:00", "9:00|16:00,10:00")
    (tenant / "golden.csv").write_text(questions, encoding="utf-8")
    (tenant / "gate.yaml").write_text("kinds.fact.accuracy: {at_least: 0.9}\n")
    done = await evaluate(tenant, model, "--gate", "--perturbed", "0")
    assert done.returncode == 1, done.stderr
    assert "FAILED        open kinds.fact.accuracy = 0.6667 (at least 0.9)" in done.stdout
    assert "missing: 16:00" in done.stdout


async def test_the_frozen_part_is_told_in_figures_alone(
    tenant: Path, model: ScriptedModel, tmp_path: Path
) -> None:
    (tenant / "golden_gate.csv").write_text(FROZEN, encoding="utf-8")
    gate = tmp_path / "mine.yaml"
    gate.write_text("kinds.fact.accuracy: {at_least: 0.9}\n")
    page = tmp_path / "report.html"
    done = await evaluate(
        tenant, model, "--gate", str(gate), "--json", "--perturbed", "0", "--report", str(page)
    )
    assert done.returncode == 1
    found = summary(done)
    assert found["frozen"]["kinds"]["fact"] == {"accuracy": 0.5, "n": 2}
    assert [line["passed"] for line in found["gate"]["lines"]] == [True, False]
    assert "тайный" not in done.stdout + page.read_text(encoding="utf-8")


async def test_without_a_model_the_stored_texts_are_measured(tenant: Path, model: ScriptedModel) -> None:
    done = await evaluate(tenant, model, "--model", "no-model", "--json", "--limit", "2")
    assert done.returncode == 0, done.stderr
    assert summary(done)["questions"] == 2
    assert model.requests == 0


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        ((), {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, "the model (openai) did not answer"),
        (("--model", "local"), {"LOCAL_MODEL": "/nowhere/model.gguf"}, "LOCAL_MODEL"),
        (("--questions", "missing.csv"), {}, "missing.csv: the file is missing"),
        (("--gate", "missing.yaml"), {}, "missing.yaml: the file is missing"),
        (("--limit", "0"), {}, "--limit must be 1 or more"),
        (("--tenant", "nobody"), {}, "nobody"),
    ],
)
async def test_what_cannot_be_measured_is_one_sentence(
    tenant: Path, model: ScriptedModel, arguments: tuple[str, ...], settings: dict[str, str], words: str
) -> None:
    done = await evaluate(tenant, model, *arguments, **settings)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert words in line
