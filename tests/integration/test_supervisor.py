"""The supervisor with small scripted programs in the place of the product's."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from bot.embedded.supervisor import (
    AlreadyRunning,
    Backoff,
    Service,
    Supervisor,
    read_service_pids,
    sole_supervisor,
)
from bot.errors import ServiceError

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
QUICK = Backoff(first_s=0.02, longest_s=0.1)


class Stage:
    """A supervisor that runs, with what it said."""

    def __init__(self, data_dir: Path, *services: Service) -> None:
        self.data_dir = data_dir
        self.said: list[str] = []
        self.supervisor = Supervisor(services, data_dir=data_dir, say=self.said.append, backoff=QUICK)

    @asynccontextmanager
    async def playing(self) -> AsyncIterator[None]:
        started = asyncio.Event()

        async def foreground() -> int:
            started.set()
            await asyncio.Event().wait()
            return 0

        running = asyncio.create_task(self.supervisor.run(foreground))
        await asyncio.wait_for(started.wait(), 20)
        try:
            yield
        finally:
            self.supervisor.request_stop()
            await asyncio.wait_for(running, 20)

    def pid(self, name: str) -> int:
        return read_service_pids(self.data_dir)[name]

    def log(self, name: str) -> str:
        return (self.data_dir / "log" / f"{name}.log").read_text()


def scripted(name: str, program: str, **options: float) -> Service:
    return Service(name=name, command=(sys.executable, "-c", program), **options)  # type: ignore[arg-type]


async def test_what_is_killed_starts_again(tmp_path: Path) -> None:
    stage = Stage(tmp_path, scripted("worker", SLEEPER))
    async with stage.playing():
        first = stage.pid("worker")
        os.kill(first, signal.SIGKILL)
        await until(lambda: stage.log("worker") == "up\nup\n" and stage.pid("worker") != first)
        assert is_running(stage.pid("worker"))
        assert not is_running(first)
    assert "worker: ended (SIGKILL), starting it again" in stage.said


async def test_what_keeps_failing_is_started_ever_more_slowly(tmp_path: Path) -> None:
    stage = Stage(
        tmp_path,
        scripted("bad", "import time; print('try', flush=True); raise SystemExit(7)", ready_within_s=0.3),
    )
    async with stage.playing():
        await until(lambda: stage.log("bad").count("try") >= 4)
    assert stage.said[0] == "bad: ended (exit status 7), starting it again"


async def test_services_start_in_order_each_when_the_one_before_is_ready(tmp_path: Path) -> None:
    async def has_written(_pid: int) -> bool:
        return (tmp_path / "ready").exists()

    slow = f"import time; time.sleep(0.3); open({str(tmp_path / 'ready')!r}, 'w'); time.sleep(60)"
    second = (
        f"import os, time; print(os.path.exists({str(tmp_path / 'ready')!r}), flush=True); time.sleep(60)"
    )
    first = Service(name="first", command=(sys.executable, "-c", slow), ready=has_written)
    stage = Stage(tmp_path, first, scripted("second", second))
    async with stage.playing():
        await until(lambda: stage.log("second") != "")
        assert stage.log("second") == "True\n"


async def test_one_that_is_never_ready_does_not_hold_up_the_others(tmp_path: Path) -> None:
    async def never(_pid: int) -> bool:
        return False

    slow = Service(name="slow", command=(sys.executable, "-c", SLEEPER), ready=never, ready_within_s=0.3)
    stage = Stage(tmp_path, slow, scripted("next", SLEEPER))
    async with stage.playing():
        assert is_running(stage.pid("next"))
    assert stage.said[0].startswith("slow: not ready after 0 s, see ")


async def test_all_are_stopped_in_the_opposite_order(tmp_path: Path) -> None:
    farewell = (
        "import signal, sys, time\n"
        "def stop(*_):\n"
        f"    open({str(tmp_path / 'ends')!r}, 'a').write(sys.argv[1]); sys.exit()\n"
        "signal.signal(signal.SIGTERM, stop); print('up', flush=True); time.sleep(60)"
    )
    names = ("a", "b", "c")
    commands = {name: (sys.executable, "-c", farewell, name) for name in names}
    stage = Stage(tmp_path, *(Service(name=name, command=commands[name]) for name in names))
    async with stage.playing():
        await until(lambda: all(stage.log(name) == "up\n" for name in names))
    assert (tmp_path / "ends").read_text() == "cba"
    assert read_service_pids(tmp_path) == {}


async def test_one_that_will_not_stop_is_killed_with_what_it_started(tmp_path: Path) -> None:
    parent = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {SLEEPER!r}]); print(child.pid, flush=True)\n"
    )
    stage = Stage(tmp_path, scripted("stubborn", parent + STUBBORN, stop_within_s=0.2))
    async with stage.playing():
        await until(lambda: stage.log("stubborn").count("up") == 2)
        pids = [stage.pid("stubborn"), int(stage.log("stubborn").split()[0])]
    await until(lambda: not any(is_running(pid) for pid in pids))
    assert stage.log("stubborn").count("up") == 2


async def test_broken_settings_end_the_run_with_their_sentence(tmp_path: Path) -> None:
    program = "import sys; print('TELEGRAM_BOT_TOKEN: not a token'); sys.exit(2)"
    supervisor = Supervisor(
        [scripted("other", SLEEPER), scripted("bot", program)], data_dir=tmp_path, say=lambda _: None
    )
    with pytest.raises(ServiceError, match="bot: TELEGRAM_BOT_TOKEN: not a token"):
        await asyncio.wait_for(supervisor.run(), 20)
    assert read_service_pids(tmp_path) == {}


async def test_the_end_of_the_foreground_is_the_end_of_all(tmp_path: Path) -> None:
    async def chat() -> int:
        return 5

    supervisor = Supervisor([scripted("worker", SLEEPER)], data_dir=tmp_path, say=lambda _: None)
    assert await asyncio.wait_for(supervisor.run(chat), 20) == 5


async def test_sigterm_ends_it(tmp_path: Path) -> None:
    stage = Stage(tmp_path, scripted("worker", SLEEPER))
    async with stage.playing():
        worker = stage.pid("worker")
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: read_service_pids(tmp_path) == {})
        assert not is_running(worker)


def test_a_second_one_is_refused_and_knows_the_first(tmp_path: Path) -> None:
    with sole_supervisor(tmp_path):
        with pytest.raises(AlreadyRunning) as refusal, sole_supervisor(tmp_path):
            pass
        assert refusal.value.pid == os.getpid()
    with sole_supervisor(tmp_path):
        pass


def test_nothing_survives_a_killed_supervisor(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path\n"
        "from bot.embedded.supervisor import Service, Supervisor, sole_supervisor\n"
        f"service = Service(name='worker', command=(sys.executable, '-c', {STUBBORN!r}))\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "with sole_supervisor(folder):\n"
        "    asyncio.run(Supervisor([service], data_dir=folder, say=lambda _: None).run())\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.DEVNULL) as supervisor:
        log = tmp_path / "log" / "worker.log"
        wait_until(lambda: log.exists() and log.read_text() == "up\n")
        child = json.loads((tmp_path / "run" / "services.json").read_text())["worker"]
        assert is_running(child)
        supervisor.kill()
    wait_until(lambda: not is_running(child))
    with sole_supervisor(tmp_path):
        pass


def is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def until(condition: Callable[[], bool], within_s: float = 20) -> None:
    deadline = time.monotonic() + within_s
    while not met(condition):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def wait_until(condition: Callable[[], bool], within_s: float = 20) -> None:
    deadline = time.monotonic() + within_s
    while not met(condition):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def met(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except FileNotFoundError:
        return False
