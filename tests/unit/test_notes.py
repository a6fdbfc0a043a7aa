"""The parts of hearing recordings that need nobody else: who goes first, where files lie, what is kept."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.errors import AudioFault
from bot.notes.folder import NoteFolder, sweep
from bot.notes.gate import PriorityGate
from bot.notes.heard import Heard, HearingFault
from bot.texts.catalogue import LANGUAGES, Text, load_texts
from bot.voice.confidence import Trust


class Clock:
    moment = 0.0

    def __call__(self) -> float:
        return self.moment


async def passed(*arrivals: tuple[str, float, float], cancelled: str = "") -> list[str]:
    """The order in which those get through who arrive (name, at, patience) while somebody is inside."""
    clock, order = Clock(), list[str]()
    gate = PriorityGate(now=clock)

    async def go(name: str, patience_s: float) -> None:
        async with gate.passing(patience_s=patience_s):
            order.append(name)
            await asyncio.sleep(0)

    tasks = {}
    async with gate.passing(patience_s=0.0):
        for name, at, patience_s in arrivals:
            clock.moment = at
            tasks[name] = asyncio.create_task(go(name, patience_s))
            await asyncio.sleep(0)
        if cancelled:
            tasks[cancelled].cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)
    return order


async def test_the_short_go_before_the_long_in_the_order_of_their_arrival() -> None:
    assert await passed(("long", 0, 60), ("a", 1, 0), ("b", 2, 0)) == ["a", "b", "long"]


async def test_a_long_one_does_not_wait_for_ever() -> None:
    assert await passed(("long", 0, 60), ("a", 1, 0), ("late", 61, 0)) == ["a", "long", "late"]


@pytest.mark.parametrize("gone", ["a", "long"])
async def test_who_goes_away_holds_nobody_up(gone: str) -> None:
    left = await passed(("long", 0, 60), ("a", 1, 0), ("b", 2, 0), cancelled=gone)
    assert left == [name for name in ("a", "b", "long") if name != gone]


async def test_who_is_called_in_and_cancelled_at_once_lets_the_next_one_in() -> None:
    gate = PriorityGate()
    gone: list[str] = []

    async def go(name: str) -> None:
        async with gate.passing(patience_s=0.0):
            gone.append(name)

    async with gate.passing(patience_s=0.0):
        first = asyncio.create_task(go("first"))
        await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    async with asyncio.timeout(1):
        await go("next")
    assert gone == ["next"]


def test_a_file_is_gone_when_it_is_done_with_or_was_never_written(tmp_path: Path) -> None:
    folder = NoteFolder.open(tmp_path)
    with folder.file():
        pass
    with folder.file() as path:
        path.write_bytes(b"sound")
    assert not path.exists()
    folder.close()
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_together_do_not_sweep_one_another(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda _: NoteFolder.open(tmp_path / "notes"), range(60)))
    assert len(list((tmp_path / "notes").iterdir())) == 60
    for folder in folders:
        folder.close()


def test_only_what_the_dead_have_left_is_swept(tmp_path: Path) -> None:
    living = NoteFolder.open(tmp_path)
    dead = tmp_path / "4711-dead"
    dead.mkdir()
    (dead / "recording").write_bytes(b"sound")
    with living.file() as path:
        path.write_bytes(b"sound")
        assert sweep(tmp_path) == 1
        assert path.exists()
    assert not dead.exists()
    assert sweep(tmp_path / "missing") == 0
    living.close()


@pytest.mark.parametrize(
    "heard",
    [
        Heard(text="Да", language="ru", verdict=Trust.CONFIRM, reasons=("unclear",), timings={"gate": 0.5}),
        Heard(fault=HearingFault.LATE),
        Heard(fault=AudioFault.EMPTY, seconds=3.5, logprob=-0.5),
    ],
)
def test_what_was_heard_comes_back_from_json(heard: Heard) -> None:
    assert Heard.from_json(heard.to_json()) == heard
    assert "text" not in heard.for_log


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", [*AudioFault, *HearingFault])
def test_every_fault_has_a_sentence(fault: str, language: str) -> None:
    said = load_texts().say(Text(f"unreadable_{fault}"), language, longest="10 минут", largest="20")
    assert len(said) > 40
