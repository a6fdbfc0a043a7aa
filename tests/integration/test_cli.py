"""The commands as a person types them: answers on standard output, one sentence and status 2 on trouble."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.tenant import load_tenant
from tests.fakes.model import Reply, Rule, ScriptedModel

ROOT = Path(__file__).parents[2]
BAKERY = ROOT / "tests" / "fixtures" / "tenants" / "bakery"
BREAD = "Когда хлеб свежий?"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def model() -> AsyncIterator[ScriptedModel]:
    async with ScriptedModel(default=Reply(text="Хлеб свежий в **9:00**.")) as model:
        yield model


class Terminal:
    """An empty folder and an environment with the given settings alone."""

    def __init__(self, folder: Path, model: ScriptedModel) -> None:
        self._folder = folder
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._settings = {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "TENANT": str(BAKERY),
            "DATA_DIR": str(folder / "var"),
            "LLM_PROVIDER": "openai",
            "OPENAI_BASE_URL": model.openai_url,
            "OPENAI_API_KEY": "key",
            "EMBEDDINGS": "false",
        }

    async def type(
        self, *arguments: str, lines: str = "", **settings: str
    ) -> "subprocess.CompletedProcess[str]":
        # A thread: the model answers on this loop.
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "bot", *arguments],
            cwd=self._folder,
            env={**self._settings, **settings},
            input=lines,
            capture_output=True,
            text=True,
            timeout=90,
        )


@pytest.fixture
def terminal(tmp_path: Path, model: ScriptedModel) -> Terminal:
    return Terminal(tmp_path, model)


def is_one_sentence(done: "subprocess.CompletedProcess[str]", *words: str) -> bool:
    """Whether the command has failed as it should: status 2, one line on standard error, nothing else."""
    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout, len(lines)) == (2, "", 1), done
    assert lines[0].startswith("dezhurny: ")
    return all(word in lines[0] for word in words)


async def test_ask_prints_the_answer_with_source_and_model(terminal: Terminal) -> None:
    done = await terminal.type("ask", BREAD)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Хлеб свежий в **9:00**.\n")
    assert "Когда хлеб свежий?" in done.stdout
    assert "scripted" in done.stdout or "gpt" in done.stdout
    assert done.stderr == ""


async def test_ask_tells_a_program_everything_as_json(terminal: Terminal) -> None:
    done = await terminal.type("ask", BREAD, "--json")
    answer = json.loads(done.stdout)
    assert {
        "text",
        "outcome",
        "light",
        "sources",
        "verdicts",
        "model",
        "usage",
        "timings_ms",
        "trace",
    } <= set(answer)
    assert (answer["outcome"], answer["light"]) == ("answered", "green")
    assert answer["usage"]["prompt_tokens"] > 0
    assert answer["timings_ms"]["answer"] > 0


async def test_ask_without_its_model_says_so(terminal: Terminal) -> None:
    done = await terminal.type("ask", BREAD, OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert is_one_sentence(done, "openai", "did not answer")


async def test_ask_with_a_refused_key_says_so(terminal: Terminal, model: ScriptedModel) -> None:
    model.script.add(Rule(reply=Reply(status=401, error_code="invalid_api_key"), times=1))
    assert is_one_sentence(await terminal.type("ask", BREAD), "BadModelRequest")


async def test_ask_for_an_unknown_tenant_says_which(terminal: Terminal) -> None:
    assert is_one_sentence(await terminal.type("ask", BREAD, TENANT="nobody"), "nobody")


@pytest.mark.parametrize("command", [("ask", BREAD), ("chat",), ("run",), ()])
async def test_a_broken_setting_is_one_sentence_whatever_the_command(
    terminal: Terminal, command: tuple[str, ...]
) -> None:
    done = await terminal.type(*command, NOTICE_AFTER_S="-1", LLM_PROVIDER="oracle")
    assert is_one_sentence(done, "LLM_PROVIDER") or is_one_sentence(done, "NOTICE_AFTER_S")


async def test_the_bot_without_a_token_says_where_to_get_one(terminal: Terminal) -> None:
    assert is_one_sentence(await terminal.type(), "TELEGRAM_BOT_TOKEN", "@BotFather")


async def test_a_clean_tenant_has_no_problems(terminal: Terminal) -> None:
    done = await terminal.type("tenant", "check", str(BAKERY))
    assert (done.returncode, done.stderr) == (0, "")
    assert "no problems" in done.stdout


async def test_every_problem_of_a_tenant_is_named_by_file_and_line(
    terminal: Terminal, tmp_path: Path
) -> None:
    folder = shutil.copytree(BAKERY, tmp_path / "bakery")
    (folder / "lexicon.yaml").write_text("батон: [булка\n")
    (folder / "legend.md").unlink()
    done = await terminal.type("tenant", "check", str(folder))
    assert done.returncode == 1
    assert f"{folder}/lexicon.yaml:" in done.stdout
    assert f"{folder}/legend.md" in done.stdout
    assert "Traceback" not in done.stderr


async def test_chat_answers_the_lines_of_its_input_and_ends_with_them(terminal: Terminal) -> None:
    done = await terminal.type("chat", lines=f"/help\n\n{BREAD}\n")
    assert done.returncode == 0, done.stderr
    assert "/cancel" in done.stdout
    assert done.stdout.rstrip().endswith("Хлеб свежий в 9:00.")
    assert "Traceback" not in done.stderr


async def test_an_unknown_command_is_explained(terminal: Terminal) -> None:
    done = await terminal.type("dance")
    assert done.returncode == 2
    assert "ask" in done.stderr


async def test_chat_without_its_redis_says_so(terminal: Terminal) -> None:
    done = await terminal.type("chat", lines="Привет\n", REDIS_URL="redis://:secret@127.0.0.1:9/0")
    assert is_one_sentence(done, "REDIS_URL")
    assert "secret" not in done.stderr


async def test_a_new_tenant_is_started_by_asking(terminal: Terminal, tmp_path: Path) -> None:
    answers = [
        "Плохое имя",
        "flowers",
        "«Астра»: цветы",
        "цветы, букеты",
        "Mars/Base",
        "Asia/Omsk",
        "",
        "10-12",
    ]
    answers += ["10:00-16:00", "", "12345", "+7 (381) 000-11-22", "hi", "hi@astra.example"]
    answers += ['Омск, улица "Роз", дом 3', "astra", "https://astra.example", ""]
    done = await terminal.type("tenant", "new", "--root", str(tmp_path), lines="\n".join(answers) + "\n")
    assert done.returncode == 0
    assert "no problems" in done.stdout
    assert "Так не получится: there is no time zone" in done.stdout
    tenant = load_tenant(tmp_path / "flowers")
    assert tenant.title == "«Астра»: цветы"
    assert tenant.contacts.address == 'Омск, улица "Роз", дом 3'


async def test_a_tenant_that_exists_is_not_overwritten(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "flowers").mkdir()
    done = await terminal.type("tenant", "new", "--root", str(tmp_path), lines="flowers\n")
    assert "уже есть" in done.stdout
    assert not any((tmp_path / "flowers").iterdir())
