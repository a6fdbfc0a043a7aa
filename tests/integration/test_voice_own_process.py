"""Work in a process of its own: what hangs is killed, what dies is told, the next call works again."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.embedded.files import is_alive
from bot.errors import AudioError, AudioFault, SpeechError
from bot.voice.own_process import OwnProcess, Report


def double(_: Report, number: int) -> int:
    print("libraries print")
    return 2 * number


def count(report: Report, to: int) -> None:
    for number in range(to):
        report(number)


def sleep(_: Report, seconds: float) -> None:
    time.sleep(seconds)


def fail(_: Report, kind: str) -> None:
    match kind:
        case "audio":
            raise AudioError(AudioFault.EMPTY)
        case "odd":
            raise RuntimeError(lambda: None)
        case "die":
            os._exit(3)


def built(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def refuse() -> Callable[..., Any]:
    raise SpeechError("no such model", permanent=True)


@pytest.fixture
async def process(request: pytest.FixtureRequest) -> AsyncIterator[OwnProcess]:
    process = OwnProcess(partial(built, request.param), name="the work")
    yield process
    await process.close()


@pytest.mark.parametrize("process", [double], indirect=True)
async def test_calls_are_answered_in_turn_by_one_process(process: OwnProcess) -> None:
    answers = await asyncio.gather(*(process.call(number, within_s=20) for number in range(4)))
    assert answers == [0, 2, 4, 6]
    pid = process.pid
    assert await process.call(10**6, within_s=20) == 2 * 10**6
    assert process.pid == pid


@pytest.mark.parametrize("process", [count], indirect=True)
async def test_it_tells_how_far_it_is(process: OwnProcess) -> None:
    told: list[int] = []
    await process.call(5, within_s=20, on_report=told.append)
    assert told == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("process", [sleep], indirect=True)
async def test_what_takes_too_long_is_killed_and_the_next_call_works(process: OwnProcess) -> None:
    await process.start()
    pid = process.pid
    assert pid is not None
    with pytest.raises(AudioError) as caught:
        await process.call(60, within_s=0.3)
    assert caught.value.reason == AudioFault.TOO_SLOW
    assert not is_alive(pid)
    assert await process.call(0, within_s=20) is None


@pytest.mark.parametrize("process", [sleep], indirect=True)
async def test_a_cancelled_call_takes_its_process_with_it(process: OwnProcess) -> None:
    await process.start()
    pid = process.pid
    assert pid is not None
    call = asyncio.create_task(process.call(60, within_s=20))
    await asyncio.sleep(0.1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert not is_alive(pid)


@pytest.mark.parametrize("process", [fail], indirect=True)
async def test_errors_come_out_of_it(process: OwnProcess) -> None:
    with pytest.raises(AudioError) as caught:
        await process.call("audio", within_s=20)
    assert caught.value.reason == AudioFault.EMPTY
    with pytest.raises(SpeechError, match="RuntimeError"):
        await process.call("odd", within_s=20)
    with pytest.raises(SpeechError, match="has ended"):
        await process.call("die", within_s=20)
    assert await process.call("nothing", within_s=20) is None


async def test_what_cannot_be_built_leaves_no_process() -> None:
    process = OwnProcess(refuse, name="the work")
    with pytest.raises(SpeechError, match="no such model") as caught:
        await process.call(within_s=20)
    assert caught.value.permanent
    assert process.pid is None


async def test_what_the_child_cannot_import_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    process = OwnProcess(partial(built, double), name="the work")
    module = ModuleType("only_here")
    module.make = type("make", (), {"__module__": "only_here", "__qualname__": "make"})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "only_here", module)
    with pytest.raises(ModuleNotFoundError):
        await process.call(module.make(), within_s=20)
    assert await process.call(1, within_s=20) == 2
    await process.close()


@pytest.mark.parametrize("process", [double], indirect=True)
async def test_killed_from_outside_it_is_started_again(process: OwnProcess) -> None:
    await process.start()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    await asyncio.sleep(0.2)
    assert await process.call(4, within_s=20) == 8


_PARENT = """
import asyncio, sys
from functools import partial
from bot.voice.own_process import OwnProcess
from tests.integration.test_voice_own_process import built, sleep

async def main():
    process = OwnProcess(partial(built, sleep), name="the work")
    await process.start()
    print(process.pid, flush=True)
    await process.call(60, within_s=60)

asyncio.run(main())
"""


def test_it_does_not_outlive_a_killed_parent() -> None:
    root = Path(__file__).parents[2]
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], cwd=root, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        pid = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
    deadline = time.monotonic() + 10
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(pid)
