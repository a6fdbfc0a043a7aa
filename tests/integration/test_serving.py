"""From the inbox to the chat: bursts, pacing, commands, kills in the middle, and what the log keeps."""

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.delivery.console_channel import ConsoleReader
from bot.domain import Outcome, UtteranceKind
from tests.assistants import STORED, SpokenModel
from tests.integration.serving_kit import Desk

BREAD = "Когда хлеб свежий?"
YES = "Да, в 9:00."


class Desks:
    """Makes workers that share one Redis."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis, self._prefix = redis, prefix

    def open(self, model: SpokenModel | None = None, **changes: Any) -> Desk:
        model = model or SpokenModel(YES)
        return Desk(redis=self._redis, prefix=self._prefix, model=model, **changes)


@pytest.fixture
def desks(redis: Redis, prefix: str) -> Desks:
    return Desks(redis, prefix)


async def test_a_question_is_answered_once_and_logged_once(desks: Desks) -> None:
    desk = desks.open()
    await desk.hear(BREAD)
    await desk.serve()
    await desk.serve()
    assert await desk.answers() == [YES]
    (record,) = await desk.records()
    assert (record.question, record.answer.text, record.attempt) == (BREAD, YES, 1)


async def test_an_answer_says_where_it_comes_from_if_the_tenant_shows_that(desks: Desks) -> None:
    desk = desks.open(SpokenModel(STORED, composes=False), policy={"shows_sources": True})
    await desk.hear(BREAD)
    await desk.serve()
    assert await desk.answers() == [f"{STORED}\n\nОткуда это: Вопросы и ответы, Хлеб"]
    (record,) = await desk.records()
    assert record.answer.text == STORED


async def test_a_burst_is_joined_into_one_answer(desks: Desks) -> None:
    desk = desks.open(policy={"burst_window_s": 0.3})
    await desk.hear("Здравствуйте")
    serving = asyncio.create_task(desk.serve())
    await asyncio.sleep(0.05)
    await desk.hear("хочу узнать")
    await desk.hear("про свежий хлеб")
    await serving
    assert await desk.answers() == [YES]
    (record,) = await desk.records()
    assert record.question == "Здравствуйте\nхочу узнать\nпро свежий хлеб"


async def test_a_whole_question_is_not_held_back(desks: Desks) -> None:
    desk = desks.open(policy={"burst_window_s": 30.0})
    await desk.hear("Здравствуйте")
    await desk.hear(BREAD)
    await desk.serve()
    assert await desk.answers() == [YES]


async def test_what_comes_during_an_answer_waits_for_the_next_turn(desks: Desks) -> None:
    go_on = asyncio.Event()
    desk = desks.open(SpokenModel((go_on, YES), "Да, каждый день."))
    await desk.hear(BREAD)
    serving = asyncio.create_task(desk.serve())
    await desk.model.was_asked.wait()
    await desk.hear("Есть ли ржаной?")
    go_on.set()
    await serving
    assert await desk.answers() == [YES]
    await desk.serve()
    assert await desk.answers() == [YES, "Да, каждый день."]


async def test_who_asks_too_fast_is_told_once_and_answered_later(desks: Desks, redis: Redis) -> None:
    desk = desks.open(SpokenModel(YES, "Да, каждый день."), policy={"turns_per_minute": 1})
    for question in (BREAD, "Есть ли ржаной?"):
        await desk.hear(question)
        await desk.serve()
    await desk.serve()
    assert await desk.answers() == [YES]
    assert len(desk.model.asked) == 1
    notices = [event for event in await desk.events() if event.type == "notice"]
    assert len(notices) == 1
    assert "быстрее" in notices[0].text

    await redis.delete(f"{desk.prefix}:pace:console:me")  # as if its minute were over
    await desk.serve()
    assert await desk.answers() == [YES, "Да, каждый день."]
    assert len([event for event in await desk.events() if event.type == "notice"]) == 1


async def test_commands_are_never_paced(desks: Desks) -> None:
    desk = desks.open(policy={"turns_per_minute": 1})
    await desk.hear(BREAD)
    await desk.serve()
    await desk.hear("/help", UtteranceKind.HELP)
    await desk.serve()
    assert "/cancel" in (await desk.answers())[1]


async def test_the_dialogue_is_remembered_until_it_is_to_be_forgotten(desks: Desks) -> None:
    desk = desks.open(SpokenModel("Расскажу с радостью."))
    for text, kind in (
        ("Как заказать пирог?", UtteranceKind.TEXT),
        (BREAD, UtteranceKind.TEXT),
        ("/new", UtteranceKind.NEW),
        ("Есть ли ржаной?", UtteranceKind.TEXT),
    ):
        await desk.hear(text, kind)
        await desk.serve()
    second, third = (prompt.messages[-1].content for prompt in desk.model.asked[1:])
    assert "Как заказать пирог?" in second
    assert BREAD not in third
    records = await desk.records()
    assert records[0].dialogue_id == records[1].dialogue_id != records[3].dialogue_id


async def test_cancel_stops_the_answer_in_the_middle_and_is_answered_once(desks: Desks) -> None:
    desk = desks.open(SpokenModel(("Да", asyncio.Event())))
    listening = asyncio.create_task(desk.cancellations.run())
    try:
        await desk.hear(BREAD)
        serving = asyncio.create_task(desk.serve())
        await desk.model.was_asked.wait()
        await asyncio.sleep(0.05)
        await desk.hear("/cancel", UtteranceKind.CANCEL)
        await serving
        await desk.serve()
        await desk.serve()
    finally:
        listening.cancel()
        await asyncio.wait([listening])
    assert await desk.answers() == ["Хорошо, остановился. Спросите, когда будет удобно."]
    assert [record.answer.outcome for record in await desk.records()] == [
        Outcome.CANCELLED,
        Outcome.SCRIPTED,
    ]


async def test_cancel_with_nothing_to_stop_says_so(desks: Desks) -> None:
    desk = desks.open()
    await desk.hear("/cancel", UtteranceKind.CANCEL)
    await desk.serve()
    assert "нечего" in (await desk.answers())[0]


@pytest.mark.parametrize(
    "detail",
    ["photo", "video", "voice", "audio", "document", "sticker", "location", "contact", "other"],
)
async def test_what_cannot_be_read_gets_a_kind_sentence(desks: Desks, detail: str) -> None:
    desk = desks.open()
    await desk.hear("", UtteranceKind.UNREADABLE, detail=detail)
    await desk.serve()
    (said,) = await desk.answers()
    assert len(said) > 20
    assert not desk.model.asked


async def test_a_slow_answer_is_announced_once_and_takes_the_notices_place(desks: Desks) -> None:
    go_on = asyncio.Event()
    desk = desks.open(SpokenModel((go_on, YES)), policy={"notice_after_s": 10.0})
    await desk.hear(BREAD, ago_s=10.0)
    serving = asyncio.create_task(desk.serve())
    await desk.model.was_asked.wait()
    await ConsoleReader(desk.redis, desk.chat, prefix=desk.prefix).read()
    go_on.set()
    await serving
    notice, answer = await desk.events()
    assert (notice.type, notice.text) == ("notice", "Ваш запрос обрабатывается, ожидайте ответа")
    assert (answer.type, answer.text, answer.id) == ("edit", YES, notice.id)


async def test_an_answer_that_never_comes_ends_with_an_apology(desks: Desks) -> None:
    desk = desks.open(SpokenModel((asyncio.Event(),)), policy={"deadline_s": 0.1})
    await desk.hear(BREAD)
    await desk.serve()
    (said,) = await desk.answers()
    assert "+7 (383) 000-11-22" in said
    assert (await desk.records())[0].answer.outcome is Outcome.MODEL_DOWN


async def test_a_turn_that_kills_its_workers_is_set_aside_with_an_apology(desks: Desks) -> None:
    desk = desks.open()
    await desk.hear(BREAD)
    for _ in range(3):
        assert await desk.inbox.begin(desk.chat.key, 1, worker="dies", job="")
    await desk.hear("Есть ли ржаной?")
    await desk.serve()
    await desk.serve()
    assert ["Простите" in said for said in await desk.answers()] == [True, False]
    assert [record.answer.outcome for record in await desk.records()] == [
        Outcome.SET_ASIDE,
        Outcome.ANSWERED,
    ]
    assert not any(BREAD in prompt.messages[-1].content for prompt in desk.model.asked)


# What the log keeps.


async def test_the_log_holds_what_a_replay_needs_and_nobodys_phone(desks: Desks) -> None:
    desk = desks.open(SpokenModel("Ваш номер: [PHONE_1]."))
    await desk.hear(f"Я +7 913 555-44-33, почта a@b.example. {BREAD}")
    await desk.serve()
    assert await desk.answers() == ["Ваш номер: +7 913 555-44-33."]
    (record,) = await desk.records()
    assert record.question == f"Я [PHONE_1], почта [EMAIL_2]. {BREAD}"
    assert "555" not in record.to_json()
    assert record.tenant == "bakery"
    assert record.answer.outcome is Outcome.ANSWERED
    assert {"prompt", "sampling", "knowledge", "passages", "attempts", "language", "recalled"} <= set(
        record.answer.trace
    )


async def test_no_message_reaches_the_program_log(desks: Desks, capsys: pytest.CaptureFixture[str]) -> None:
    desk = desks.open(SpokenModel("Хлеб стоит 90 ₽."))
    await desk.hear(f"Я Аглая. {BREAD}")
    await desk.serve()
    printed = capsys.readouterr()
    assert "turn_answered" in printed.out + printed.err
    for words in ("Аглая", "хлеб", "90", STORED):
        assert words not in printed.out + printed.err
