"""Typed chats while long recordings are being heard: `python -m benchmarks.voice_load`.

Consoles ask the product's own worker, twenty at once, again and again; beside it the voice worker hears five
notes of three minutes with the packaged model. The rounds without notes are before and after the others.
"""

import asyncio
import itertools
import json
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import psutil

from benchmarks.console import Console
from benchmarks.measuring import peak_memory, percentile, report, say
from benchmarks.stack import UNLIMITED, Stack
from benchmarks.voice_recordings import people
from bot.domain import ChannelName, ChatRef, Utterance, UtteranceKind
from bot.queue.inbox import Inbox
from bot.recordings import AudioKind, AudioRef
from bot.settings import Settings
from bot.voice.audio import RATE
from tests.fakes.telegram import FakeTelegram

_NOTES: Final = 5
_NOTE_S: Final = 180
_SHORT_S: Final = 5
_CHATS: Final = 20
_MODEL_S: Final = 0.5
_QUIET_S: Final = 12.0
_BUSY_S: Final = 24.0
_BUSY_FROM_CPU_S: Final = 1.0
"""Of the voice worker's children: the model is loaded, and hears."""


async def measure() -> dict[str, Any]:
    """`typed_p99_ratio` with what it is made of. Raises NotToBeHad without recordings of people."""
    cache = Settings().local.cache_home.expanduser()
    note, short = await asyncio.gather(
        *(asyncio.to_thread(_note, cache, seconds) for seconds in (_NOTE_S, _SHORT_S))
    )
    async with FakeTelegram() as telegram, Stack.open(latency_s=_MODEL_S) as stack:
        files = {"TELEGRAM_API_BASE_URL": telegram.base_url, "TELEGRAM_BOT_TOKEN": telegram.token}
        settings = stack.settings(**UNLIMITED, **files, VOICE_ENABLED="true", VOICE_WAIT_S="600")
        await stack.start_product(settings, "worker")
        stack.start("voice", "worker.py", "--queue", "voice", settings=settings)
        console = Console(stack.redis_url)
        await _ask_for(console, 3.0)
        figures = await _of_a_short_one(stack, console, [telegram.book.keep_file("voice", short)] * 3)
        quiet = await _ask_for(console, _QUIET_S)
        await _send(stack, [telegram.book.keep_file("voice", note) for _ in range(_NOTES)], _NOTE_S)
        voice = stack.processes["voice"]
        await _until_it_hears(stack)
        with peak_memory(voice) as peak:
            busy = await _ask_for(console, _BUSY_S)
        model_mb = sum(child.memory_info().rss for child in _children(stack)) / 1024 / 1024
        heard = len(await stack.redis.keys("dz:heard:*"))
        await asyncio.to_thread(voice.stop)
        quiet += await _ask_for(console, _QUIET_S)
        await console.close()
    if heard == _NOTES:
        raise RuntimeError("the notes were over before the questions were")
    return figures | _figures(quiet, busy) | {"voice_worker_mb": peak.mb, "voice_children_mb": model_mb}


def _figures(quiet: list[float], busy: list[float]) -> dict[str, float]:
    figures = {
        "typed_p99_s": percentile(quiet, 0.99),
        "typed_p99_while_hearing_s": percentile(busy, 0.99),
        "typed_p50_s": percentile(quiet, 0.5),
        "typed_p50_while_hearing_s": percentile(busy, 0.5),
    }
    ratio = figures["typed_p99_while_hearing_s"] / figures["typed_p99_s"]
    say(
        f"typed chats, {len(quiet)} and {len(busy)} answers: p99 {figures['typed_p99_s']:.3f} s,"
        f" while notes are heard {figures['typed_p99_while_hearing_s']:.3f} s: {ratio:.2f} times"
    )
    return {"typed_p99_ratio": ratio, **figures}


async def _of_a_short_one(stack: Stack, console: Console, file_ids: list[str]) -> dict[str, float]:
    """From a note of 5 s to its answer, step by step; the last of a few, when the model is loaded."""
    for number, file_id in enumerate(file_ids):
        began = time.monotonic()
        await _send(stack, [file_id], _SHORT_S, name=f"short{number}")
        await console.answered(f"short{number}0")
        whole = time.monotonic() - began
    heard = [line for line in stack.log("voice").read_text().splitlines() if '"note_heard"' in line]
    steps: dict[str, float] = json.loads(heard[-1])["timings"]
    told = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in steps.items())
    say(f"a note of {_SHORT_S} s: answered after {whole:.2f} s, of which {told}")
    return {"note_answered_s": whole} | {f"note_{name}_s": seconds for name, seconds in steps.items()}


async def _ask_for(console: Console, seconds: float) -> list[float]:
    latencies: list[float] = []
    until = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < until:
        latencies += await console.ask([f"c{number}" for number in range(_CHATS)])
    return latencies


async def _send(stack: Stack, file_ids: list[str], seconds: int, *, name: str = "speaker") -> None:
    inbox = Inbox(stack.redis)
    for number, file_id in enumerate(file_ids):
        await inbox.accept(
            Utterance(
                update_id=f"note-{name}{number}",
                chat=ChatRef(channel=ChannelName.CONSOLE, chat_id=f"{name}{number}"),
                person_id=f"{name}{number}",
                kind=UtteranceKind.VOICE,
                audio=AudioRef(file_id=file_id, kind=AudioKind.VOICE, duration_s=seconds),
                received_at=datetime.now(UTC),
            )
        )


def _children(stack: Stack) -> list[psutil.Process]:
    return psutil.Process(stack.processes["voice"].pid).children(recursive=True)


async def _until_it_hears(stack: Stack) -> None:
    async with asyncio.timeout(120):
        while max((child.cpu_times().user for child in _children(stack)), default=0) < _BUSY_FROM_CPU_S:
            stack.check()
            await asyncio.sleep(0.2)


def _note(cache_home: Path, seconds: int) -> bytes:
    """People's sentences, as Telegram's clients record them."""
    recordings = itertools.cycle(people(cache_home / "dezhurny" / "recordings"))
    pieces: list[Any] = []
    while sum(map(len, pieces)) < seconds * RATE:
        pieces.append(next(recordings).audio.values)
    sound = np.concatenate(pieces)[: seconds * RATE]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "note.ogg")
        _write(path, sound)
        return path.read_bytes()


def _write(path: Path, sound: Any) -> None:
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libopus", rate=48_000, layout="mono")
        stream.bit_rate = 24_000
        resampler = av.AudioResampler(
            format=stream.codec_context.format,
            layout="mono",
            rate=48_000,
            frame_size=stream.codec_context.frame_size,
        )
        frame = av.AudioFrame.from_ndarray(sound[None, :].astype(np.float32), format="flt", layout="mono")
        frame.sample_rate = RATE
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            piece.pts = None
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))


def main() -> None:
    figures: Mapping[str, Any] = asyncio.run(measure())
    report(figures)


if __name__ == "__main__":
    main()
