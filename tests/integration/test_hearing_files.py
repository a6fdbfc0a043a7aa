"""What people send that is no good recording, opened by the real decoder."""

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from redis.asyncio import Redis

pytest.importorskip("pydub", reason="the extra `voice` is not installed")

from bot.errors import AudioFault, SpeechError
from bot.recordings import RecordingLimits
from bot.voice.audio import Samples
from bot.voice.confidence import Thresholds
from bot.voice.decoding import Decoder, DecodingLimits
from bot.voice.listening import Listener
from bot.voice.local import LocalTranscriber, Recognise
from bot.voice.normalising import Normaliser
from bot.voice.transcriber import Hints, Progress, Segment, Transcript
from bot.wiring.hearing import start_early
from tests.assistants import BREAD
from tests.fakes.telegram import FakeTelegram
from tests.integration.hearing_kit import YES, Ears, HearingDesk, open_hearing
from tests.sounds import silence, tone, write, write_video

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0" + b"\0" * 40
LIMITS = RecordingLimits(max_seconds=20, max_bytes=400_000)


class Scribe:
    """A Transcriber that hears the same words in any sound."""

    name = "scribe"

    async def start(self) -> float:
        return 0.0

    async def transcribe(
        self,
        audio: Samples,
        hints: Hints = Hints(),  # noqa: B008  frozen
        progress: Progress | None = None,
    ) -> Transcript:
        segment = Segment(text=BREAD, start_s=0.0, end_s=1.0, avg_logprob=-0.1)
        return Transcript(
            text=segment.text,
            language="ru",
            segments=(segment,),
            duration_s=audio.duration_s,
            model=self.name,
        )

    async def close(self) -> None: ...


@pytest.fixture
async def hearing(
    redis: Redis, prefix: str, telegram: FakeTelegram, tmp_path: Path
) -> AsyncIterator[HearingDesk]:
    listener = Listener(
        decoder=Decoder(
            DecodingLimits(max_seconds=LIMITS.max_seconds, max_bytes=LIMITS.max_bytes), deadline_s=5.0
        ),
        transcriber=Scribe(),
        normaliser=Normaliser({}),
        thresholds=Thresholds(),
        hints=Hints(languages=("ru",)),
    )
    async with open_hearing(redis, prefix, telegram, tmp_path, ears=listener, limits=LIMITS) as hearing:
        yield hearing
    await listener.close()


Sound = Callable[[Path], bytes]


def _ogg(folder: Path) -> bytes:
    return write(folder / "note.ogg", tone(12), codec="libopus").read_bytes()


def _half(folder: Path) -> bytes:
    whole = _ogg(folder)
    return whole[: len(whole) // 2]


def _long(folder: Path) -> bytes:
    return write(folder / "long.ogg", silence(40), codec="libopus").read_bytes()


def _soundless(folder: Path) -> bytes:
    return write_video(folder / "note.mp4").read_bytes()


def _unknown(folder: Path) -> bytes:
    content = bytearray(write(folder / "odd.wav", tone(12), codec="pcm_s16le", rate=8_000).read_bytes())
    place = content.index(b"fmt ") + 8
    content[place : place + 2] = b"\x21\x7a"
    return bytes(content)


def _eight_channels(folder: Path) -> bytes:
    return write(folder / "q.ogg", tone(12), codec="libopus", layout="7.1").read_bytes()


def _telephone(folder: Path) -> bytes:
    return write(folder / "q.wav", tone(12), codec="pcm_s16le", rate=8_000).read_bytes()


@pytest.mark.parametrize(
    ("sound", "fault", "words"),
    [
        (lambda _: b"", AudioFault.EMPTY, "пришла пустой"),
        (lambda _: PNG, AudioFault.NOT_AUDIO, "не похож на звук"),
        (_half, AudioFault.BROKEN, "повреждённой"),
        (_long, AudioFault.TOO_LONG, "до 10 минут"),
        (_soundless, AudioFault.NO_SOUND, "нет звука"),
        (_unknown, AudioFault.UNKNOWN_CODEC, "формат звука"),
        (lambda _: b"\0" * 410_000, AudioFault.TOO_LARGE, "до 20 МБ"),
    ],
)
async def test_each_bad_file_gets_its_kind_sentence_and_leaves_nothing_behind(
    hearing: HearingDesk, tmp_path: Path, sound: Sound, fault: AudioFault, words: str
) -> None:
    desk = hearing.open_desk()
    await desk.hear_note(hearing.record(sound(tmp_path)), duration_s=12.0)
    await hearing.work_off()
    await desk.serve()
    (said,) = await desk.answers()
    assert words in said
    (turn,) = await desk.records()
    assert turn.answer.trace["voice"]["notes"][0]["fault"] == fault
    assert hearing.files_left() == []
    assert not desk.model.asked


@pytest.mark.parametrize("sound", [_ogg, _telephone, _eight_channels])
async def test_a_good_recording_is_opened_and_answered(
    hearing: HearingDesk, tmp_path: Path, sound: Sound
) -> None:
    desk = hearing.open_desk()
    await desk.hear_note(hearing.record(sound(tmp_path)), duration_s=12.0)
    await hearing.work_off()
    await desk.serve()
    assert await desk.answers() == [YES]
    assert hearing.files_left() == []


async def test_a_recording_that_its_decoder_hangs_on_is_given_up_with_a_sentence(
    hearing: HearingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fetch(file_id: str, to: Path, *, max_bytes: int) -> None:
        os.mkfifo(to)  # to open it takes for ever

    monkeypatch.setattr(hearing.files, "fetch", fetch)
    desk = hearing.open_desk()
    await desk.hear_note()
    await hearing.work_off()
    await desk.serve()
    assert "не хватило времени" in (await desk.answers())[0]
    assert hearing.files_left() == []


def load_nothing() -> Recognise:
    return Scribe  # type: ignore[return-value]  # nobody calls it


def fail_to_load() -> Recognise:
    raise SpeechError("no model", permanent=True)


@pytest.mark.parametrize(("load", "is_ready"), [(load_nothing, True), (fail_to_load, False)])
async def test_the_first_recording_finds_the_model_loaded_if_it_can_be(
    load: Callable[[], Recognise], is_ready: bool
) -> None:
    ear = LocalTranscriber("ear", load)
    listener = Listener(
        decoder=Decoder(DecodingLimits()),
        transcriber=ear,
        normaliser=Normaliser({}),
        thresholds=Thresholds(),
        hints=Hints(),
    )
    try:
        await start_early(listener)
        assert (ear.pid is not None) is is_ready
    finally:
        await listener.close()


async def test_a_recognition_that_never_works_is_a_fault(
    telegram: FakeTelegram, redis: Redis, prefix: str, tmp_path: Path
) -> None:
    ears = Ears(SpeechError("no model", permanent=True))
    async with open_hearing(redis, prefix, telegram, tmp_path, ears=ears) as hearing:
        desk = hearing.open_desk()
        await desk.hear_note(hearing.record("Hello"))
        await hearing.work_off()
        await desk.serve()
    assert "неполадка" in (await desk.answers())[0]
