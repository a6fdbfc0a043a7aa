"""Recordings that are cancelled, come twice, or whose workers die: nothing is lost, nothing is done twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

pytest.importorskip("av", reason="the extra `voice` is not installed")

from bot.domain import UtteranceKind
from bot.errors import SpeechError
from bot.notes import listening
from bot.queue.inbox import Acceptance
from tests.assistants import BREAD
from tests.fakes.telegram import FakeTelegram
from tests.integration.hearing_kit import YES, Ears, HearingDesk, open_hearing


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def hearing(
    redis: Redis, prefix: str, telegram: FakeTelegram, tmp_path: Path, ears: Ears
) -> AsyncIterator[HearingDesk]:
    async with open_hearing(redis, prefix, telegram, tmp_path, ears=ears) as hearing:
        yield hearing


async def test_an_update_that_comes_twice_is_heard_and_answered_once(
    hearing: HearingDesk, ears: Ears
) -> None:
    desk = hearing.open_desk()
    note = await desk.hear_note(hearing.record(BREAD))
    assert await desk.inbox.accept(note) is Acceptance.DUPLICATE
    await hearing.work_off()
    await hearing.server.hear(note.note_id)
    await desk.serve()
    await desk.serve()
    assert ears.heard == [BREAD]
    assert await desk.answers() == [YES]
    assert await desk.inbox.accept(note) is Acceptance.DUPLICATE
    assert await hearing.work_off() == []


async def test_a_worker_that_is_told_to_go_gives_the_note_back(hearing: HearingDesk, ears: Ears) -> None:
    desk = hearing.open_desk()
    note = await desk.hear_note(hearing.record(BREAD))
    ears.go_on = asyncio.Event()
    for _ in range(5):
        ears.began.clear()
        at_work = asyncio.create_task(hearing.server.hear(note.note_id))
        await ears.began.wait()
        at_work.cancel()
        with suppress(asyncio.CancelledError):
            await at_work
        assert hearing.files_left() == []
    ears.go_on = None
    await hearing.server.hear(note.note_id)
    await desk.serve()
    assert await desk.answers() == [YES]


async def test_a_note_that_kills_its_workers_is_given_up_with_a_sentence(
    hearing: HearingDesk, ears: Ears
) -> None:
    desk = hearing.open_desk()
    note = await desk.hear_note(hearing.record(BREAD))
    for _ in range(3):
        assert await hearing.notes.take(note.note_id)
    await hearing.work_off()
    await desk.serve()
    assert ears.heard == []
    assert "неполадка" in (await desk.answers())[0]


async def test_a_turn_whose_worker_died_while_it_waited_is_answered_once(hearing: HearingDesk) -> None:
    desk = hearing.open_desk()
    await desk.hear_note(hearing.record(BREAD))
    assert await desk.inbox.begin(desk.chat.key, 1, worker="dies", job="")
    serving = asyncio.create_task(desk.serve())
    await hearing.work_off()
    await serving
    await desk.serve()
    assert await desk.answers() == [YES]


async def test_a_recognition_that_dies_once_is_tried_again(hearing: HearingDesk, ears: Ears) -> None:
    desk = hearing.open_desk()
    ears.failures = [SpeechError("it has died")]
    await desk.hear_note(hearing.record(BREAD))
    await hearing.work_off()
    await desk.serve()
    assert await desk.answers() == [YES]


async def test_without_a_voice_worker_the_person_is_told_and_typed_questions_go_on(
    hearing: HearingDesk, ears: Ears
) -> None:
    desk = hearing.open_desk(hears_within_s=0.1)
    await desk.hear_note(hearing.record(BREAD))
    await desk.serve()
    await desk.hear(BREAD)
    await desk.serve()
    late, answer = await desk.answers()
    assert "Не успел прослушать" in late
    assert answer == YES
    await hearing.work_off()
    assert ears.heard == [], "nobody waits for it any more"


async def test_cancel_stops_the_wait_and_the_notes_that_have_not_begun(
    hearing: HearingDesk, ears: Ears
) -> None:
    desk = hearing.open_desk()
    watching = asyncio.create_task(desk.cancellations.run())
    try:
        await desk.hear_note(hearing.record(BREAD))
        serving = asyncio.create_task(desk.serve())
        await asyncio.sleep(0.2)
        await desk.hear_note(hearing.record("Есть ли ржаной?"))
        await desk.hear("/cancel", UtteranceKind.CANCEL)
        await serving
        await desk.serve()
    finally:
        watching.cancel()
        await asyncio.wait([watching])
    assert await desk.answers() == ["Хорошо, остановился. Спросите, когда будет удобно."]
    await hearing.work_off()
    assert ears.heard == []


async def test_a_note_that_is_cancelled_while_it_is_heard_is_let_go(
    hearing: HearingDesk,
    ears: Ears,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listening, "_LOOKS_EVERY_S", 0.05)
    desk = hearing.open_desk()
    note = await desk.hear_note(hearing.record(BREAD))
    ears.go_on = asyncio.Event()
    hearing_it = asyncio.create_task(hearing.server.hear(note.note_id))
    await ears.began.wait()
    await desk.hear("/cancel", UtteranceKind.CANCEL)
    async with asyncio.timeout(5):
        await hearing_it
    assert ears.heard == []
    assert hearing.files_left() == []


async def test_a_note_is_heard_to_its_end_though_redis_is_away_for_a_moment(
    hearing: HearingDesk,
    ears: Ears,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listening, "_LOOKS_EVERY_S", 0.05)
    desk = hearing.open_desk()
    note = await desk.hear_note(hearing.record(BREAD))
    ears.go_on = asyncio.Event()
    hearing_it = asyncio.create_task(hearing.server.hear(note.note_id))
    await ears.began.wait()

    async def away(_: str) -> bool:
        assert ears.go_on is not None
        ears.go_on.set()
        raise RedisConnectionError

    monkeypatch.setattr(hearing.notes, "is_wanted", away)
    async with asyncio.timeout(5):
        await hearing_it
    await desk.serve()
    assert await desk.answers() == [YES]
