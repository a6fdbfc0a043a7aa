"""The decoder as the voice worker uses it: in a process that hangs or dies without harm."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

pytest.importorskip("av", reason="the extra `voice` is not installed")

from bot.errors import AudioError, AudioFault
from bot.voice.decoding import Decoder, DecodingLimits, bound_memory
from bot.voice.own_process import OwnProcess
from tests.sounds import tone, write


@pytest.fixture
async def decoder() -> AsyncIterator[Decoder]:
    decoder = Decoder(DecodingLimits(max_seconds=20), deadline_s=2.0)
    yield decoder
    await decoder.close()


async def test_a_file_that_never_ends_to_open_is_given_up_and_the_next_one_opens(
    decoder: Decoder, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "hangs.ogg")
    note = write(tmp_path / "note.ogg", tone(2), codec="libopus")
    with pytest.raises(AudioError) as caught:
        await decoder.decode(tmp_path / "hangs.ogg")
    assert caught.value.reason == AudioFault.TOO_SLOW
    assert (await decoder.decode(note, declared_s=2)).duration_s == pytest.approx(2, abs=0.15)


async def test_bad_files_do_not_stop_good_ones(decoder: Decoder, tmp_path: Path) -> None:
    (tmp_path / "empty.ogg").touch()
    note = write(tmp_path / "note.ogg", tone(1), codec="libopus")
    files = [tmp_path / "empty.ogg", note, tmp_path / "nowhere.ogg", note]
    done = await asyncio.gather(*map(decoder.decode, files), return_exceptions=True)
    reasons = [one.reason if isinstance(one, AudioError) else None for one in done]
    assert reasons == [AudioFault.EMPTY, None, AudioFault.MISSING, None]


def hungry() -> Callable[..., int]:
    bound_memory(100_000_000)
    return lambda _, count: len(bytearray(count))


async def test_what_asks_for_too_much_memory_does_not_get_it() -> None:
    process = OwnProcess(hungry, name="hungry")
    try:
        assert await process.call(1_000_000, within_s=10) == 1_000_000
        with pytest.raises(MemoryError):
            await process.call(500_000_000, within_s=10)
    finally:
        await process.close()


async def test_a_quiet_recording_comes_out_as_loud_as_a_note(decoder: Decoder, tmp_path: Path) -> None:
    quiet = write(tmp_path / "quiet.wav", tone(1, loudness=0.002), codec="pcm_f32le", rate=16_000)
    loud = await decoder.decode(quiet)
    assert abs(loud.values).max() > 0.1
