"""What was heard in a recording, how surely, and what is made of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

pytest.importorskip("av", reason="the extra `voice` is not installed")

from bot.domain import Recollection, Remark, Speaker
from tests.assistants import BREAD, STORED
from tests.fakes.telegram import FakeTelegram
from tests.integration.hearing_kit import YES, Ears, HearingDesk, open_hearing
from tests.integration.serving_kit import Desk


@pytest.fixture
async def hearing(
    redis: Redis, prefix: str, telegram: FakeTelegram, tmp_path: Path
) -> AsyncIterator[HearingDesk]:
    async with open_hearing(redis, prefix, telegram, tmp_path) as hearing:
        yield hearing


async def test_several_notes_of_which_one_is_lost_are_answered_with_a_word_about_it(
    hearing: HearingDesk,
) -> None:
    desk = hearing.open_desk()
    await desk.hear_note(hearing.record(BREAD))
    await desk.hear_note("no such file")
    await hearing.work_off()
    await desk.serve()
    (said,) = await desk.answers()
    assert said.startswith(YES)
    assert "Мессенджер не отдаёт" in said


async def test_what_nobody_could_make_out_is_asked_for_again(hearing: HearingDesk) -> None:
    desk = hearing.open_desk()
    await desk.hear_note(hearing.record("#Субтитры сделал кто-то"))
    await hearing.work_off()
    await desk.serve()
    (said,) = await desk.answers()
    assert "слов не разобрал" in said
    assert not desk.model.asked


async def doubted(hearing: HearingDesk) -> Desk:
    """The desk of somebody whose question was hardly heard."""
    desk = hearing.open_desk()
    await desk.hear_note(hearing.record(f"~{BREAD}"))
    await hearing.work_off()
    await desk.serve()
    return desk


async def test_what_was_hardly_heard_is_shown_first(hearing: HearingDesk) -> None:
    desk = await doubted(hearing)
    assert await desk.answers() == [f"Я расслышал так: «{BREAD}». Верно?"]
    (turn,) = await desk.records()
    assert turn.answer.choices == ("Да, верно", "Нет, скажу иначе")
    assert not desk.model.asked


@pytest.mark.parametrize(
    ("reply", "asked"),
    [
        ("Да, верно", BREAD),
        ("ага", BREAD),
        ("да, и есть ли ржаной?", f"{BREAD}\nи есть ли ржаной?"),
        ("Нет, есть ли ржаной?", "есть ли ржаной?"),
        ("Есть ли у вас ржаной хлеб?", "Есть ли у вас ржаной хлеб?"),
    ],
)
async def test_the_reply_makes_the_question(hearing: HearingDesk, reply: str, asked: str) -> None:
    desk = await doubted(hearing)
    await desk.hear(reply)
    await desk.serve()
    assert (await desk.records())[1].question == asked
    assert BREAD in asked or BREAD not in desk.model.last_prompt
    assert "расслышал" not in desk.model.last_prompt


async def test_no_is_asked_to_say_it_again_and_forgets_what_was_heard(hearing: HearingDesk) -> None:
    desk = await doubted(hearing)
    await desk.hear("Нет, скажу иначе")
    await desk.serve()
    await desk.hear("Да")
    await desk.serve()
    _, again, _ = await desk.answers()
    assert "слушаю ещё раз" in again
    assert all(BREAD not in prompt.messages[-1].content for prompt in desk.model.asked)


async def test_a_spoken_yes_counts_however_badly_it_was_heard(hearing: HearingDesk) -> None:
    desk = await doubted(hearing)
    await desk.hear_note(hearing.record("~Да."))
    await hearing.work_off()
    await desk.serve()
    assert (await desk.answers())[1] == YES


async def test_the_transcript_is_shown_and_neither_it_nor_the_log_holds_a_phone(hearing: HearingDesk) -> None:
    desk = hearing.open_desk("Записал.", shows_transcript=True)
    said = f"Мой номер восемь девятьсот тринадцать пятьсот пятьдесят пять сорок четыре тридцать три. {BREAD}"
    await desk.hear_note(hearing.record(said))
    await hearing.work_off()
    await desk.serve()
    (shown,) = await desk.answers()
    assert shown.endswith(f"\n\nВы сказали: «Мой номер [телефон]. {BREAD}»")
    (turn,) = await desk.records()
    assert turn.question == f"Мой номер [PHONE_1]. {BREAD}"
    assert "тринадцать" not in turn.to_json()
    assert "тринадцать" not in desk.model.last_prompt


async def test_the_answer_is_in_the_language_that_was_spoken(hearing: HearingDesk) -> None:
    desk = hearing.open_desk("Yes, at 9:00.")
    await desk.hear_note(hearing.record("#When is the bread fresh?"))
    await desk.hear_note(hearing.record("When is the bread fresh?"))
    await hearing.work_off()
    await desk.serve()
    (said,) = await desk.answers()
    assert "I could not make out the words" in said
    (turn,) = await desk.records()
    assert turn.answer.trace["language"] == "en"


async def test_the_recognition_is_told_what_was_said_last(
    redis: Redis, prefix: str, telegram: FakeTelegram, tmp_path: Path
) -> None:
    ears = Ears()

    async def recall(_: str) -> Recollection:
        return Recollection(remarks=(Remark(speaker=Speaker.ASSISTANT, text=STORED),))

    async with open_hearing(redis, prefix, telegram, tmp_path, ears=ears, recall=recall) as hearing:
        await hearing.open_desk().hear_note(hearing.record(BREAD))
        await hearing.work_off()
    assert ears.contexts == [STORED]
