"""`python -m bot run`, `redis` and `model` as a person starts them, with the product's own processes.

Started in an empty folder, so that a developer's `.env` has no say."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
import pytest
import redis

from bot.embedded.redis import EmbeddedRedis, embedded_redis_url
from bot.embedded.supervisor import read_service_pids

ROOT = Path(__file__).parents[2]
TENANT = str(ROOT / "tenants" / "mercedes")
NO_LOCAL_MODEL = {"LLM_PROVIDER": "openai", "OPENAI_API_KEY": "unused", "TENANT": TENANT}


class Started:
    """A command in the project's folder, with its output."""

    def __init__(self, data_dir: Path, *arguments: str, settings: Mapping[str, str] = NO_LOCAL_MODEL) -> None:
        self.data_dir = data_dir
        self._output = data_dir.parent / f"output-{time.monotonic_ns()}"
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=data_dir.parent,
                env={**inherited, "PYTHONPATH": str(ROOT), "DATA_DIR": str(data_dir), **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    def says(self, words: str) -> None:
        """Wait for the words."""
        until(lambda: words in self.output or self.process.poll() is not None)
        assert words in self.output

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(15)


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "var"
    yield folder
    if "supervisor" in (pids := read_service_pids(folder)):
        os.kill(pids["supervisor"], signal.SIGKILL)
    EmbeddedRedis(folder).stop()


def test_without_a_token_and_a_terminal_it_stays_up_and_says_how_to_talk_to_it(data_dir: Path) -> None:
    run = Started(data_dir, "-m", "bot", "run")
    run.says("python -m bot chat")
    assert "TELEGRAM_BOT_TOKEN" in run.output
    pids = read_service_pids(data_dir)
    assert set(pids) == {"supervisor", "redis", "worker", "scheduler"}

    second = Started(data_dir, "-m", "bot", "run")
    assert second.process.wait(30) == 2
    assert str(run.process.pid) in second.output
    assert len(second.output.splitlines()) == 1

    assert run.stop() == 0
    assert not any(is_running(pid) for pid in pids.values())
    assert not EmbeddedRedis(data_dir).is_running()


def test_a_killed_one_leaves_only_redis_and_the_next_one_takes_it_over(data_dir: Path) -> None:
    run = Started(data_dir, "-m", "bot", "run")
    run.says("python -m bot chat")
    pids = read_service_pids(data_dir)
    with client(data_dir) as connection:
        connection.set("kept", 1)
        server = connection.info("server")["process_id"]
    run.process.kill()
    run.process.wait(10)
    until(lambda: not any(is_running(pid) for pid in pids.values()))

    again = Started(data_dir, "-m", "bot", "run")
    again.says("python -m bot chat")
    with client(data_dir) as connection:
        assert connection.get("kept") == b"1"
        assert connection.info("server")["process_id"] == server
    assert again.stop() == 0


def test_the_end_of_the_conversation_ends_everything(data_dir: Path) -> None:
    program = (
        "import sys; from bot.cli.run import run; from bot.settings import load_settings\n"
        "async def chat(settings): print('hello from the chat', flush=True); return 7\n"
        "sys.exit(run(load_settings(), chat=chat, always_chat=True))"
    )
    run = Started(data_dir, "-c", program)
    assert run.process.wait(60) == 7
    assert "hello from the chat" in run.output
    assert not EmbeddedRedis(data_dir).is_running()


def test_broken_settings_of_a_process_are_one_sentence(data_dir: Path) -> None:
    run = Started(data_dir, "-m", "bot", "run", settings=NO_LOCAL_MODEL | {"TENANT": "nobody"})
    assert run.process.wait(60) == 2
    last_line = run.output.splitlines()[-1]
    assert last_line.startswith("dezhurny: worker: ")
    assert "nobody" in last_line
    assert "Traceback" not in run.output
    assert not EmbeddedRedis(data_dir).is_running()


@pytest.mark.parametrize(
    ("command", "settings", "event"),
    [
        ("redis", {"REDIS_URL": "redis://127.0.0.1:1/0"}, "redis_not_needed"),
        ("model", NO_LOCAL_MODEL, "model_not_needed"),
    ],
)
def test_what_is_not_needed_waits_idle(
    data_dir: Path, command: str, settings: Mapping[str, str], event: str
) -> None:
    started = Started(data_dir, "-m", "bot", command, settings=settings)
    started.says(event)
    assert started.stop() == 0


def test_redis_runs_by_itself_until_it_is_stopped(data_dir: Path) -> None:
    started = Started(data_dir, "-m", "bot", "redis")
    started.says("redis_started")
    with client(data_dir) as connection:
        assert connection.ping()
    assert started.stop() == 0
    assert not EmbeddedRedis(data_dir).is_running()


def client(data_dir: Path) -> "redis.Redis":
    return redis.Redis.from_url(embedded_redis_url(data_dir))


def is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def until(condition: Callable[[], bool], within_s: float = 60) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
