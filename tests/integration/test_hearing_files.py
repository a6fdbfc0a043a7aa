"""What people send that is no good recording: fetched from Telegram, opened by the real decoder."""

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from redis.asyncio import Redis

pytest.importorskip("pydub", reason="the extra `voice` is not installed")

from bot.errors import AudioFault, DeliveryError, SpeechError
from bot.notes.heard import Heard, HearingFault
from bot.recordings import RecordingLimits
from bot.voice.audio import Samples
from bot.voice.confidence import Thresholds
from bot.voice.decoding import Decoder, DecodingLimits
from bot.voice.listening import Listener
from bot.voice.local import LocalTranscriber, Recognise
from bot.voice.normalising import Normaliser
from bot.voice.transcriber import Hints, Progress, Segment, Transcript
from bot.wiring.hearing import start_early
from tests.assistants import SpokenModel
from tests.fakes.telegram import FakeTelegram, Fault, FaultKind
from tests.integration.hearing_kit import Ears, HearingDesk
from tests.integration.serving_kit import Desk
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
        segment = Segment(text="Когда хлеб свежий?", start_s=0.0, end_s=1.0, avg_logprob=-0.1)
        return Transcript(
            text=segment.text,
            language="ru",
            segments=(segment,),
            duration_s=audio.duration_s,
            model=self.name,
        )

    async def close(self) -> None: ...


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        yield telegram


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
    desk = HearingDesk(redis, prefix, telegram, tmp_path / "notes", ears=listener, limits=LIMITS)
    yield desk
    await desk.close()
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
    hearing: HearingDesk,
    telegram: FakeTelegram,
    redis: Redis,
    prefix: str,
    tmp_path: Path,
    sound: Sound,
    fault: AudioFault,
    words: str,
) -> None:
    desk = Desk(redis=redis, prefix=prefix, model=SpokenModel("Да, в 9:00."))
    await desk.hear_note(telegram.book.keep_file("voice", sound(tmp_path)), duration_s=12.0)
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
    hearing: HearingDesk, telegram: FakeTelegram, redis: Redis, prefix: str, tmp_path: Path, sound: Sound
) -> None:
    desk = Desk(redis=redis, prefix=prefix, model=SpokenModel("Да, в 9:00."))
    await desk.hear_note(telegram.book.keep_file("voice", sound(tmp_path)), duration_s=12.0)
    await hearing.work_off()
    await desk.serve()
    assert await desk.answers() == ["Да, в 9:00."]
    assert hearing.files_left() == []


async def test_a_recording_that_its_decoder_hangs_on_is_given_up_with_a_sentence(
    hearing: HearingDesk, redis: Redis, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fetch(file_id: str, to: Path, *, max_bytes: int) -> None:
        os.mkfifo(to)  # to open it takes for ever

    monkeypatch.setattr(hearing.files, "fetch", fetch)
    desk = Desk(redis=redis, prefix=prefix, model=SpokenModel("Да, в 9:00."))
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


# On the way from Telegram.


async def fetched(
    telegram: FakeTelegram,
    redis: Redis,
    prefix: str,
    folder: Path,
    *faults: Fault,
    patience_s: float = 5.0,
) -> Heard:
    """What comes of a recording that is fetched while the faults are in force."""
    hearing = HearingDesk(redis, prefix, telegram, folder / "notes", patience_s=patience_s)
    desk = Desk(redis=redis, prefix=prefix, model=SpokenModel("Да."))
    for fault in faults:
        telegram.faults.add(fault)
    note = await desk.hear_note(telegram.book.keep_file("voice", b"Hello"))
    try:
        await hearing.work_off()
        assert hearing.files_left() == []
    finally:
        await hearing.close()
    (heard,) = await hearing.notes.heard([note.note_id])
    assert heard is not None
    return Heard.from_json(heard)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.TOO_MANY, methods=("getFile",), times=1),
        Fault(kind=FaultKind.DROP_BEFORE, methods=("getFile",), times=1),
        Fault(kind=FaultKind.BAD_GATEWAY, methods=("getFile",), times=2, status=502),
        Fault(kind=FaultKind.MALFORMED, methods=("getFile",), times=1),
        Fault(kind=FaultKind.ERROR, methods=("download",), times=1, status=500),
        Fault(kind=FaultKind.LATENCY_BEFORE, methods=("download",), times=1, delay_s=0.5),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.methods[0]}",
)
async def test_what_passes_is_waited_for(
    telegram: FakeTelegram, redis: Redis, prefix: str, tmp_path: Path, fault: Fault
) -> None:
    assert (await fetched(telegram, redis, prefix, tmp_path, fault)).text == "Hello"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(kind=FaultKind.ERROR, methods=("getFile",), status=400), AudioFault.MISSING),
        (Fault(kind=FaultKind.ERROR, methods=("download",), status=404), AudioFault.MISSING),
        (Fault(kind=FaultKind.BAD_GATEWAY, methods=("getFile",)), HearingFault.UNREACHABLE),
        (Fault(kind=FaultKind.LATENCY_BEFORE, methods=("download",), delay_s=9), HearingFault.UNREACHABLE),
    ],
)
async def test_what_never_comes_is_a_fault_in_time(
    telegram: FakeTelegram,
    redis: Redis,
    prefix: str,
    tmp_path: Path,
    fault: Fault,
    expected: AudioFault | HearingFault,
) -> None:
    heard = await fetched(telegram, redis, prefix, tmp_path, fault, patience_s=0.8)
    assert heard.fault is expected


async def test_no_error_of_the_way_holds_the_token(
    telegram: FakeTelegram, redis: Redis, prefix: str, tmp_path: Path
) -> None:
    hearing = HearingDesk(redis, prefix, telegram, tmp_path / "notes", patience_s=0.1)
    await telegram.stop()
    with pytest.raises(DeliveryError) as raised:
        await hearing.files.fetch("f", tmp_path / "f", max_bytes=10)
    await hearing.close()
    assert telegram.token not in repr(raised.getrepr(style="long"))


async def test_a_full_disk_is_no_fault_of_the_messenger(
    telegram: FakeTelegram, redis: Redis, prefix: str, tmp_path: Path
) -> None:
    hearing = HearingDesk(redis, prefix, telegram, tmp_path / "notes", patience_s=5)
    file_id = telegram.book.keep_file("voice", b"Hello")
    try:
        with pytest.raises(SpeechError, match="No space left"):
            await hearing.files.fetch(file_id, Path("/dev/full"), max_bytes=10)
    finally:
        await hearing.close()


async def test_a_recognition_that_never_works_is_a_fault(
    telegram: FakeTelegram, redis: Redis, prefix: str, tmp_path: Path
) -> None:
    ears = Ears(SpeechError("no model", permanent=True))
    hearing = HearingDesk(redis, prefix, telegram, tmp_path / "notes", ears=ears)
    desk = Desk(redis=redis, prefix=prefix, model=SpokenModel("Да."))
    await desk.hear_note(telegram.book.keep_file("voice", b"Hello"))
    await hearing.work_off()
    await desk.serve()
    await hearing.close()
    assert "неполадка" in (await desk.answers())[0]
