"""Recordings on the way from Telegram: what passes is waited for, what never comes is a fault in time."""

from pathlib import Path

import pytest
from redis.asyncio import Redis

pytest.importorskip("pydub", reason="the extra `voice` is not installed")

from bot.errors import AudioFault, DeliveryError, SpeechError
from bot.notes.heard import Heard, HearingFault
from tests.fakes.telegram import FakeTelegram, Fault, FaultKind
from tests.integration.hearing_kit import open_hearing


async def fetched(
    telegram: FakeTelegram,
    redis: Redis,
    prefix: str,
    folder: Path,
    *faults: Fault,
    patience_s: float = 5.0,
) -> Heard:
    """What comes of a recording that is fetched while the faults are in force."""
    async with open_hearing(redis, prefix, telegram, folder, patience_s=patience_s) as hearing:
        for fault in faults:
            telegram.faults.add(fault)
        note = await hearing.open_desk().hear_note(hearing.record("Hello"))
        await hearing.work_off()
        assert hearing.files_left() == []
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
    async with open_hearing(redis, prefix, telegram, tmp_path, patience_s=0.1) as hearing:
        await telegram.stop()
        with pytest.raises(DeliveryError) as raised:
            await hearing.files.fetch("f", tmp_path / "f", max_bytes=10)
    assert telegram.token not in repr(raised.getrepr(style="long"))


async def test_a_full_disk_is_no_fault_of_the_messenger(
    telegram: FakeTelegram, redis: Redis, prefix: str, tmp_path: Path
) -> None:
    async with open_hearing(redis, prefix, telegram, tmp_path, patience_s=5) as hearing:
        file_id = hearing.record("Hello")
        with pytest.raises(SpeechError, match="No space left"):
            await hearing.files.fetch(file_id, Path("/dev/full"), max_bytes=10)
