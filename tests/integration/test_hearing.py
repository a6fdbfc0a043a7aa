"""Recordings among the other messages of a chat: their place, kills, what cannot be heard, doubts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

pytest.importorskip("av", reason="the extra `voice` is not installed")

from bot.domain import ChannelName, ChatRef, Outcome, Recollection, Remark, Speaker, UtteranceKind
from bot.errors import SpeechError
from bot.notes import listening
from bot.queue.inbox import Acceptance
from tests.assistants import STORED, SpokenModel
from tests.fakes.telegram import FakeTelegram
from tests.integration.hearing_kit import Ears, HearingDesk
from tests.integration.serving_kit import Desk

BREAD = "Когда хлеб свежий?"
YES = "Да, в 9:00."


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        yield telegram


@pytest.fixture
async def hearing(
    redis: Redis, prefix: str, telegram: FakeTelegram, tmp_path: Path
) -> AsyncIterator[HearingDesk]:
    desk = HearingDesk(redis, prefix, telegram, tmp_path / "notes", ears=Ears())
    yield desk
    await desk.close()


@pytest.fixture
def ears(hearing: HearingDesk) -> Ears:
    assert isinstance(hearing.ears, Ears)
    return hearing.ears


@pytest.fixture
def open_desk(redis: Redis, prefix: str) -> Callable[..., Desk]:
    def open_desk(*replies: Any, **changes: Any) -> Desk:
        return Desk(redis=redis, prefix=prefix, model=SpokenModel(*replies or (YES,)), **changes)

    return open_desk


@pytest.fixture
def record(telegram: FakeTelegram) -> Callable[[str], str]:
    """Have something recorded; its file id."""
    return lambda said: telegram.book.keep_file("voice", said.encode())


Record = Callable[[str], str]
OpenDesk = Callable[..., Desk]


# Its place in the order.


async def test_a_note_is_answered_as_if_it_were_typed(
    hearing: HearingDesk, open_desk: OpenDesk, record: Record, redis: Redis, prefix: str
) -> None:
    desk = open_desk()
    await desk.hear_note(record(BREAD))
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


async def test_a_text_sent_after_a_note_is_not_answered_before_it(
    hearing: HearingDesk, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk("Первый.", "Второй.")
    await desk.hear_note(record(BREAD))
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


async def test_notes_and_texts_of_one_burst_are_joined_in_their_order(
    hearing: HearingDesk, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk()
    await desk.hear("Здравствуйте")
    await desk.hear_note(record("Хочу заказать торт."), duration_s=90)
    await desk.hear_note(record("И ещё:"), text="Подпись")
    await desk.hear(BREAD)
    assert len(await hearing.work_off()) == 2
    await desk.serve()
    assert await desk.answers() == [YES]
    (turn,) = await desk.records()
    assert turn.question == f"Здравствуйте\nХочу заказать торт.\nПодпись\nИ ещё:\n{BREAD}"


async def test_short_notes_go_before_long_ones(
    hearing: HearingDesk, ears: Ears, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk()
    for said, length_s in (("долгая", 180.0), ("неизвестная", None), ("короткая", 5.0)):
        await desk.hear_note(record(said), duration_s=length_s)
    await hearing.work_off()
    assert ears.heard == ["короткая", "долгая", "неизвестная"]


async def test_other_chats_are_answered_while_a_note_is_waited_for(
    open_desk: OpenDesk, record: Record
) -> None:
    speaking = open_desk(hears_within_s=30.0)
    typing = open_desk(chat=ChatRef(channel=ChannelName.CONSOLE, chat_id="other"))
    await speaking.hear_note(record(BREAD))
    waiting = asyncio.create_task(speaking.serve())
    await typing.hear(BREAD)
    await typing.serve()
    assert await typing.answers() == [YES]
    assert not waiting.done()
    waiting.cancel()
    await asyncio.wait([waiting])


# Nothing is lost, nothing is done twice.


async def test_an_update_that_comes_twice_is_heard_and_answered_once(
    hearing: HearingDesk, ears: Ears, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk()
    note = await desk.hear_note(record(BREAD))
    assert await desk.inbox.accept(note) is Acceptance.DUPLICATE
    await hearing.work_off()
    await hearing.server.hear(note.note_id)
    await desk.serve()
    await desk.serve()
    assert ears.heard == [BREAD]
    assert await desk.answers() == [YES]
    assert await desk.inbox.accept(note) is Acceptance.DUPLICATE
    assert await hearing.work_off() == []


async def test_a_worker_that_is_told_to_go_gives_the_note_back(
    hearing: HearingDesk, ears: Ears, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk()
    note = await desk.hear_note(record(BREAD))
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
    hearing: HearingDesk, ears: Ears, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk()
    note = await desk.hear_note(record(BREAD))
    for _ in range(3):
        assert await hearing.notes.take(note.note_id)
    await hearing.work_off()
    await desk.serve()
    assert ears.heard == []
    assert "неполадка" in (await desk.answers())[0]


async def test_a_turn_whose_worker_died_while_it_waited_is_answered_once(
    hearing: HearingDesk, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk()
    await desk.hear_note(record(BREAD))
    assert await desk.inbox.begin(desk.chat.key, 1, worker="dies", job="")
    serving = asyncio.create_task(desk.serve())
    await hearing.work_off()
    await serving
    await desk.serve()
    assert await desk.answers() == [YES]


async def test_a_recognition_that_dies_once_is_tried_again(
    hearing: HearingDesk, ears: Ears, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk()
    ears.failures = [SpeechError("it has died")]
    await desk.hear_note(record(BREAD))
    await hearing.work_off()
    await desk.serve()
    assert await desk.answers() == [YES]


async def test_without_a_voice_worker_the_person_is_told_and_typed_questions_go_on(
    hearing: HearingDesk, ears: Ears, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk(hears_within_s=0.1)
    await desk.hear_note(record(BREAD))
    await desk.serve()
    await desk.hear(BREAD)
    await desk.serve()
    late, answer = await desk.answers()
    assert "Не успел прослушать" in late
    assert answer == YES
    await hearing.work_off()
    assert ears.heard == [], "nobody waits for it any more"


async def test_cancel_stops_the_wait_and_the_notes_that_have_not_begun(
    hearing: HearingDesk, ears: Ears, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk()
    watching = asyncio.create_task(desk.cancellations.run())
    try:
        await desk.hear_note(record(BREAD))
        serving = asyncio.create_task(desk.serve())
        await asyncio.sleep(0.2)
        await desk.hear_note(record("Есть ли ржаной?"))
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
    open_desk: OpenDesk,
    record: Record,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listening, "_LOOKS_EVERY_S", 0.05)
    desk = open_desk()
    note = await desk.hear_note(record(BREAD))
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
    open_desk: OpenDesk,
    record: Record,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listening, "_LOOKS_EVERY_S", 0.05)
    desk = open_desk()
    note = await desk.hear_note(record(BREAD))
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


# What was heard, and how surely.


async def test_several_notes_of_which_one_is_lost_are_answered_with_a_word_about_it(
    hearing: HearingDesk, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk()
    await desk.hear_note(record(BREAD))
    await desk.hear_note("no such file")
    await hearing.work_off()
    await desk.serve()
    (said,) = await desk.answers()
    assert said.startswith(YES)
    assert "Мессенджер не отдаёт" in said


async def test_what_nobody_could_make_out_is_asked_for_again(
    hearing: HearingDesk, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk()
    await desk.hear_note(record("#Субтитры сделал кто-то"))
    await hearing.work_off()
    await desk.serve()
    (said,) = await desk.answers()
    assert "слов не разобрал" in said
    assert not desk.model.asked


async def doubted(hearing: HearingDesk, desk: Desk, record: Record) -> None:
    await desk.hear_note(record(f"~{BREAD}"))
    await hearing.work_off()
    await desk.serve()


async def test_what_was_hardly_heard_is_shown_first(
    hearing: HearingDesk, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk()
    await doubted(hearing, desk, record)
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
async def test_the_reply_makes_the_question(
    hearing: HearingDesk, open_desk: OpenDesk, record: Record, reply: str, asked: str
) -> None:
    desk = open_desk()
    await doubted(hearing, desk, record)
    await desk.hear(reply)
    await desk.serve()
    assert (await desk.records())[1].question == asked
    assert BREAD in asked or BREAD not in desk.model.last_prompt
    assert "расслышал" not in desk.model.last_prompt


async def test_no_is_asked_to_say_it_again_and_forgets_what_was_heard(
    hearing: HearingDesk, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk()
    await doubted(hearing, desk, record)
    await desk.hear("Нет, скажу иначе")
    await desk.serve()
    await desk.hear("Да")
    await desk.serve()
    _, again, _ = await desk.answers()
    assert "слушаю ещё раз" in again
    assert all(BREAD not in prompt.messages[-1].content for prompt in desk.model.asked)


async def test_a_spoken_yes_counts_however_badly_it_was_heard(
    hearing: HearingDesk, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk()
    await doubted(hearing, desk, record)
    await desk.hear_note(record("~Да."))
    await hearing.work_off()
    await desk.serve()
    assert (await desk.answers())[1] == YES


async def test_the_transcript_is_shown_and_neither_it_nor_the_log_holds_a_phone(
    hearing: HearingDesk, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk("Записал.", shows_transcript=True)
    said = f"Мой номер восемь девятьсот тринадцать пятьсот пятьдесят пять сорок четыре тридцать три. {BREAD}"
    await desk.hear_note(record(said))
    await hearing.work_off()
    await desk.serve()
    (shown,) = await desk.answers()
    assert shown.endswith(f"\n\nВы сказали: «Мой номер [телефон]. {BREAD}»")
    (turn,) = await desk.records()
    assert turn.question == f"Мой номер [PHONE_1]. {BREAD}"
    assert "тринадцать" not in turn.to_json()
    assert "тринадцать" not in desk.model.last_prompt


async def test_the_answer_is_in_the_language_that_was_spoken(
    hearing: HearingDesk, open_desk: OpenDesk, record: Record
) -> None:
    desk = open_desk("Yes, at 9:00.")
    await desk.hear_note(record("#When is the bread fresh?"))
    await desk.hear_note(record("When is the bread fresh?"))
    await hearing.work_off()
    await desk.serve()
    (said,) = await desk.answers()
    assert "I could not make out the words" in said
    (turn,) = await desk.records()
    assert turn.answer.trace["language"] == "en"


async def test_the_recognition_is_told_what_was_said_last(
    redis: Redis, prefix: str, telegram: FakeTelegram, tmp_path: Path, open_desk: OpenDesk, record: Record
) -> None:
    ears = Ears()

    async def recall(_: str) -> Recollection:
        return Recollection(remarks=(Remark(speaker=Speaker.ASSISTANT, text=STORED),))

    hearing = HearingDesk(redis, prefix, telegram, tmp_path / "notes", ears=ears, recall=recall)
    await open_desk().hear_note(record(BREAD))
    await hearing.work_off()
    await hearing.close()
    assert ears.contexts == [STORED]
