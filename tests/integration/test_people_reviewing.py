"""Answers that wait for a person: as the customer, two operators and an outsider see them."""

import asyncio
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, delete, select

from bot.domain import Outcome
from bot.domain.reviews import ReviewMode, ReviewStatus
from bot.domain.staff import Role
from bot.memory.dialogue import DialogueMemory
from bot.people.review.decisions import Decision
from bot.store.reviews import REVIEWS, ReviewStore
from bot.store.rows import TURNS
from bot.store.turns import TurnStore
from tests.assistants import SpokenModel
from tests.fakes.telegram import FakeTelegram, Fault, FaultKind
from tests.integration.oversight_kit import (
    ANSWER,
    CLOSED,
    CUSTOMER,
    OPERATOR,
    QUESTION,
    SECOND,
    Clock,
    chat,
    member,
    open_bakery,
    toast,
)
from tests.integration.town_kit import Town

HELD = "Ответ проверяет сотрудник"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def town(town_with_reviews: Town) -> Town:
    return town_with_reviews


def store(town: Town) -> ReviewStore:
    return ReviewStore(town.engine, "bakery")


def told(town: Town, person: int = CUSTOMER) -> list[str]:
    """What the bot has said to somebody."""
    return [message.text for message in town.telegram.sent(person)]


async def test_the_answer_waits_and_goes_out_once_it_is_confirmed(town: Town) -> None:
    screen = await town.say(CUSTOMER, QUESTION)
    assert (screen.count(HELD), ANSWER in screen) == (1, False)
    assert ANSWER in town.telegram.screen(OPERATOR)
    await town.tap(OPERATOR, "Отправить")
    assert told(town)[-1] == ANSWER
    assert toast(town.telegram, OPERATOR) == "Отправлено клиенту."


async def test_a_confirmed_answer_can_be_rated_as_any_other(town: Town) -> None:
    await town.say(CUSTOMER, QUESTION)
    assert "[👍]" not in town.telegram.screen(CUSTOMER)
    await town.tap(OPERATOR, "Отправить")
    assert "[👍] [👎] [⚠️ Ошибка]" in town.telegram.screen(CUSTOMER)
    assert "[👍 ✓]" in await town.tap(CUSTOMER, "👍")


async def test_what_was_sent_is_what_log_and_memory_hold(town: Town) -> None:
    await town.say(CUSTOMER, QUESTION)
    await town.tap(OPERATOR, "Изменить")
    await town.say(OPERATOR, "Хлеб тёплый в 9:00.")
    await town.tap(OPERATOR, "Отправить клиенту")
    (record,) = TurnStore(town.engine).recent(chat(CUSTOMER), 1)
    assert (record.answer.text, record.answer.outcome) == ("Хлеб тёплый в 9:00.", Outcome.ANSWERED)
    memory = DialogueMemory(town.redis, 800, 3600, prefix=town.prefix)
    said = [remark.text for remark in (await memory.recall(f"telegram:{CUSTOMER}")).remarks]
    assert said == [QUESTION, "Хлеб тёплый в 9:00."]


async def test_nothing_of_a_held_answer_is_shown_while_it_is_written(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    model = SpokenModel(("Свежий хлеб ", "в 9:00 ", "и в 15:00."), composes=True)
    async with (
        FakeTelegram() as telegram,
        open_bakery(telegram, redis, prefix, engine, tmp_path, mode=ReviewMode.ADVISER, model=model) as town,
    ):
        await town.say(CUSTOMER, QUESTION)
        assert not any("Свежий" in draft for message in telegram.sent(CUSTOMER) for draft in message.history)


async def test_a_declined_answer_never_leaves_and_a_call_is_offered(town: Town) -> None:
    await town.say(CUSTOMER, QUESTION)
    await town.tap(OPERATOR, "Отклонить")
    screen = await town.screen(CUSTOMER)
    assert ANSWER not in screen
    assert "[Перезвоните мне]" in screen


async def test_of_two_operators_one_decides(town: Town) -> None:
    await town.say(CUSTOMER, QUESTION)
    town.telegram.inject.press_text(OPERATOR, "Отправить")
    town.telegram.inject.press_text(SECOND, "Отклонить")
    await town.settle()
    assert toast(town.telegram, SECOND) == "Этот ответ уже рассмотрен."
    assert told(town)[1:] == [ANSWER]
    assert "Отправлено без правок" in town.telegram.screen(SECOND)


async def test_of_a_hundred_decisions_at_once_one_is_made(town: Town) -> None:
    await town.say(CUSTOMER, QUESTION)
    decisions = town.people.oversight.decisions
    one, other = member(OPERATOR, Role.OPERATOR), member(SECOND, Role.OPERATOR)
    outcomes = await asyncio.gather(
        *(decisions.approve(1, one) for _ in range(50)), *(decisions.decline(1, other) for _ in range(50))
    )
    await town.settle()
    done = [number for number, outcome in enumerate(outcomes) if outcome is Decision.DONE]
    assert len({number < 50 for number in done}) == 1
    assert len(told(town)) == 2


async def test_of_unknown_fate_the_confirmed_answer_is_found_and_not_sent_again(town: Town) -> None:
    town.telegram.faults.add(Fault(kind=FaultKind.DROP_AFTER, methods=("sendMessage",), times=1))
    await town.say(CUSTOMER, QUESTION)
    town.telegram.faults.add(Fault(kind=FaultKind.DROP_AFTER, methods=("sendMessage",), times=1))
    await town.tap(OPERATOR, "Отправить")
    assert told(town).count(ANSWER) == 1


async def test_a_kill_after_the_decision_is_made_good(town: Town, clock: Clock) -> None:
    await town.say(CUSTOMER, QUESTION)
    review = store(town).of_turn(store(town).pending()[0].turn_id)
    assert review is not None
    store(town).decide(
        1, ReviewStatus.APPROVED, by="telegram:502", final=review.answer, sealed=None, at=clock()
    )
    clock.turn(minutes=1)
    await town.do_duty("reviews")
    assert told(town)[-1] == ANSWER


async def test_each_of_several_questions_has_its_card_and_its_answer_names_it(town: Town) -> None:
    await town.say(CUSTOMER, QUESTION)
    await town.say(CUSTOMER, "Есть ли ржаной?")
    await town.tap(OPERATOR, "Отправить")
    await town.tap(OPERATOR, "Отправить")
    first, second = told(town)[-1], told(town)[-2]
    assert first.startswith("На ваш вопрос «Когда хлеб свежий?»")
    assert "Да, каждый день." in second


async def test_staff_are_reminded_then_the_customer_hears_the_truth(town: Town, clock: Clock) -> None:
    await town.say(CUSTOMER, QUESTION)
    clock.turn(minutes=6)
    for _ in range(2):
        await town.do_duty("reviews")
    assert town.telegram.screen(OPERATOR).count("ждёт ответа уже 6 мин") == 1
    clock.turn(minutes=5)
    for _ in range(2):
        await town.do_duty("reviews")
    screen = town.telegram.screen(CUSTOMER)
    assert screen.count("пока не успел проверить") == 1
    assert "[Перезвоните мне]" in screen


async def test_what_is_late_can_still_be_sent(town: Town, clock: Clock) -> None:
    await town.say(CUSTOMER, QUESTION)
    clock.turn(minutes=11)
    await town.do_duty("reviews")
    await town.tap(SECOND, "Отправить")
    assert told(town)[-1].endswith(ANSWER)


async def test_outside_working_hours_it_says_when_and_offers_a_call(town: Town, clock: Clock) -> None:
    clock.at = CLOSED
    screen = await town.say(CUSTOMER, QUESTION)
    assert "Откроемся 26.11 09:00" in screen
    assert "[Перезвоните мне]" in screen
    clock.turn(hours=5)
    await town.do_duty("reviews")
    assert "не успел" not in town.telegram.screen(CUSTOMER)


@pytest.mark.parametrize("said", ["/help", "/start", "Расскажи анекдот про политику"])
async def test_texts_of_the_house_and_refusals_are_not_held(town: Town, said: str) -> None:
    assert HELD not in await town.say(CUSTOMER, said)
    assert store(town).pending() == []


@pytest.mark.parametrize("data", ["review:ok:77", "review:no:", "review:edit:0x1", "review:ok:" + "9" * 50])
async def test_forged_buttons_do_nothing(town: Town, data: str) -> None:
    await town.say(CUSTOMER, QUESTION)
    town.telegram.inject.press_forged(OPERATOR, data)
    town.telegram.inject.press_forged(CUSTOMER, "review:ok:1")
    await town.settle()
    assert [review.status for review in store(town).pending()] == [ReviewStatus.PENDING]


async def test_an_old_button_after_the_erasure_says_so(town: Town) -> None:
    await town.say(CUSTOMER, QUESTION)
    await town.say(CUSTOMER, "/forget")
    await town.tap(CUSTOMER, "Да, стереть всё")
    with town.engine.connect() as connection:
        assert connection.execute(select(REVIEWS)).all() == []
    await town.settle()
    assert QUESTION not in town.telegram.screen(OPERATOR)
    town.telegram.inject.press_forged(OPERATOR, "review:ok:1")
    await town.settle()
    assert "удалены" in toast(town.telegram, OPERATOR)
    assert ANSWER not in town.telegram.screen(CUSTOMER)


async def test_erased_between_decision_and_sending_it_is_not_sent(town: Town, clock: Clock) -> None:
    await town.say(CUSTOMER, QUESTION)
    store(town).decide(1, ReviewStatus.APPROVED, by="x", final=ANSWER, sealed=None, at=clock())
    with town.engine.begin() as connection:
        connection.execute(delete(REVIEWS))
    assert await town.people.oversight.decisions.approve(1, member(OPERATOR, Role.OPERATOR)) is Decision.GONE
    assert len(told(town)) == 1


async def test_a_customer_who_blocked_the_bot_is_told_on_the_card(town: Town) -> None:
    await town.say(CUSTOMER, QUESTION)
    town.telegram.inject.block(CUSTOMER)
    await town.tap(OPERATOR, "Отправить")
    assert "Не доставлено" in await town.screen(OPERATOR)


async def test_an_answer_too_long_for_a_card_is_seen_whole(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    async with (
        FakeTelegram() as telegram,
        open_bakery(telegram, redis, prefix, engine, tmp_path, mode=ReviewMode.ADVISER) as town,
    ):
        faq = town.folder / "faq.md"
        long = " ".join(f"Пункт {number} о доставке хлеба." for number in range(120))
        faq.write_text(faq.read_text() + f"\n## Доставка\n\n### Как работает доставка хлеба?\n\n{long}\n")
    async with (
        FakeTelegram() as telegram,
        open_bakery(telegram, redis, f"{prefix}b", engine, tmp_path, mode=ReviewMode.ADVISER) as town,
    ):
        await town.say(CUSTOMER, "Как работает доставка хлеба?")
        assert "Пункт 119" in town.telegram.screen(OPERATOR)
        await town.tap(OPERATOR, "Отправить")
        assert "Пункт 119" in town.telegram.screen(CUSTOMER)


async def test_the_held_answer_is_sealed_in_the_database(town: Town) -> None:
    await town.say(CUSTOMER, "Мой телефон +7 913 222 33 44, есть ли ржаной?")
    with town.engine.connect() as connection:
        row = connection.execute(select(REVIEWS)).one()
        logged = connection.execute(select(TURNS.c.question)).scalar_one()
    assert "913" not in str(row) + logged
    assert "каждый день" not in row.held_sealed
