"""Recordings among the other messages of a chat: answered as if they were typed, in their order."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

pytest.importorskip("av", reason="the extra `voice` is not installed")

from bot.domain import ChannelName, ChatRef, Outcome
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


async def test_a_note_is_answered_as_if_it_were_typed(
    hearing: HearingDesk, redis: Redis, prefix: str
) -> None:
    desk = hearing.open_desk()
    await desk.hear_note(hearing.record(BREAD))
    await hearing.work_off()
    await desk.serve()
    assert await desk.answers() == [YES]
    (turn,) = await desk.records()
    assert (turn.question, turn.answer.outcome) == (BREAD, Outcome.ANSWERED)
    (note,) = turn.answer.trace["voice"]["notes"]
    assert (note["language"], note["verdict"], note["logprob"]) == ("ru", "answer", -0.2)
    assert set(note["timings"]) == {"queue", "download", "gate", "decode", "transcribe"}
    assert not await redis.keys(f"{prefix}:note:*")
    assert not await redis.keys(f"{prefix}:heard:*")
    assert hearing.files_left() == []


async def test_a_text_sent_after_a_note_is_not_answered_before_it(hearing: HearingDesk) -> None:
    desk = hearing.open_desk("Первый.", "Второй.")
    await desk.hear_note(hearing.record(BREAD))
    serving = asyncio.create_task(desk.serve())
    await asyncio.sleep(0.1)
    await desk.hear("Есть ли ржаной?")
    await asyncio.sleep(0.1)
    assert await desk.answers() == []
    await hearing.work_off()
    await serving
    await desk.serve()
    assert [turn.question for turn in await desk.records()] == [BREAD, "Есть ли ржаной?"]
    assert await desk.answers() == ["Первый.", "Второй."]


async def test_notes_and_texts_of_one_burst_are_joined_in_their_order(hearing: HearingDesk) -> None:
    desk = hearing.open_desk()
    await desk.hear("Здравствуйте")
    await desk.hear_note(hearing.record("Хочу заказать торт."), duration_s=90)
    await desk.hear_note(hearing.record("И ещё:"), text="Подпись")
    await desk.hear(BREAD)
    assert len(await hearing.work_off()) == 2
    await desk.serve()
    assert await desk.answers() == [YES]
    (turn,) = await desk.records()
    assert turn.question == f"Здравствуйте\nХочу заказать торт.\nПодпись\nИ ещё:\n{BREAD}"


async def test_short_notes_go_before_long_ones(hearing: HearingDesk, ears: Ears) -> None:
    desk = hearing.open_desk()
    for said, length_s in (("долгая", 180.0), ("неизвестная", None), ("короткая", 5.0)):
        await desk.hear_note(hearing.record(said), duration_s=length_s)
    await hearing.work_off()
    assert ears.heard == ["короткая", "долгая", "неизвестная"]


async def test_other_chats_are_answered_while_a_note_is_waited_for(hearing: HearingDesk) -> None:
    speaking = hearing.open_desk(hears_within_s=30.0)
    typing = hearing.open_desk(chat=ChatRef(channel=ChannelName.CONSOLE, chat_id="other"))
    await speaking.hear_note(hearing.record(BREAD))
    waiting = asyncio.create_task(speaking.serve())
    await typing.hear(BREAD)
    await typing.serve()
    assert await typing.answers() == [YES]
    assert not waiting.done()
    waiting.cancel()
    await asyncio.wait([waiting])
