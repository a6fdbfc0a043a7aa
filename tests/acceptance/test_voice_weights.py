"""A spoken question with the real model, from Telegram's file to the answer; skipped without the model."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

pytest.importorskip("faster_whisper", reason="the extra `voice` is not installed")

from bot.settings import Settings
from bot.voice.audio import Samples
from bot.voice.decoding import DecodingLimits, decode_file
from tests.fakes.model import ScriptedModel
from tests.fakes.telegram import FakeTelegram
from tests.sounds import tone, write
from tests.stack import UNHURRIED, Stack, telegram_and_model

CACHE = Settings().local.cache_home.expanduser() / "dezhurny"


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    if not (CACHE / "models" / "whisper-base" / "model.bin").is_file():
        pytest.skip("Whisper's weights are not in the cache")
    async with FakeTelegram() as telegram:
        yield telegram


@pytest.fixture
async def stack(telegram: FakeTelegram, tmp_path: Path) -> AsyncIterator[Stack]:
    async with ScriptedModel(answer=lambda _: "Да, приезжайте!") as model:
        settings = telegram_and_model(telegram, model) | UNHURRIED
        settings |= {"VOICE_ENABLED": "true", "VOICE_SHOW_TRANSCRIPT": "true"}
        async with Stack.open(tmp_path, **settings) as stack:
            await stack.start("bot", "worker", "voice")
            yield stack


async def test_a_person_is_heard_and_a_tone_is_not_taken_for_one(
    stack: Stack, telegram: FakeTelegram, tmp_path: Path
) -> None:
    telegram.inject.voice(1, _note(tmp_path, tone(3)), duration_s=3)
    refusal = await telegram.wait_for_text(1, "слов не разобрал", timeout_s=90)
    assert "Вы сказали" not in refusal.text
    recordings = sorted((CACHE / "recordings" / "festvox-ru-sixty").glob("*.wav"))
    if recordings:
        speech = decode_file(recordings[0], DecodingLimits(max_seconds=60))
        telegram.inject.voice(2, _note(tmp_path, speech), duration_s=round(speech.duration_s))
        await telegram.wait_for_text(2, "Вы сказали: «", timeout_s=60)


def _note(folder: Path, sound: Samples) -> bytes:
    return write(folder / "note.ogg", sound, codec="libopus").read_bytes()
