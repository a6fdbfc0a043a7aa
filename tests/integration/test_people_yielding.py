"""While a person of the staff talks with a customer, the assistant is silent of itself; promises are kept."""

import pytest

from bot.domain import Outgoing, Purpose
from tests.integration.oversight_kit import (
    ANSWER,
    CUSTOMER,
    OPERATOR,
    QUESTION,
    SECOND,
    Clock,
    chat,
    toast,
)
from tests.integration.town_kit import Town


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def town(town_with_reviews: Town) -> Town:
    """Инна talks with a customer whose question Пётр is asked to look at."""
    await town_with_reviews.say(CUSTOMER, QUESTION, name="Анна")
    await town_with_reviews.say(SECOND, f"/take {CUSTOMER}")
    return town_with_reviews


async def test_an_approved_answer_does_not_go_out_and_the_approver_reads_why(town: Town) -> None:
    screen = await town.tap(OPERATOR, "Отправить")
    assert ANSWER not in town.telegram.screen(CUSTOMER)
    assert "Не отправлено: диалог ведёт Инна" in screen
    assert toast(town.telegram, OPERATOR) == "Не отправлено: диалог ведёт Инна."


async def test_it_does_not_come_after_all_once_the_dialogue_is_given_back(town: Town, clock: Clock) -> None:
    await town.tap(OPERATOR, "Отправить")
    await town.say(SECOND, "/release")
    clock.turn(minutes=1)
    await town.do_duty("reviews")
    assert ANSWER not in town.telegram.screen(CUSTOMER)
    assert "Не отправлено" in town.telegram.screen(OPERATOR)


async def test_nor_do_words_written_instead(town: Town) -> None:
    await town.tap(OPERATOR, "Изменить")
    await town.say(OPERATOR, "Хлеб тёплый в 9:00.")
    await town.tap(OPERATOR, "Отправить клиенту")
    assert "тёплый" not in town.telegram.screen(CUSTOMER)
    assert "Не отправлено: диалог ведёт Инна." in town.telegram.screen(OPERATOR)


async def test_a_decline_and_a_delay_are_not_told_either(town: Town, clock: Clock) -> None:
    before = town.telegram.screen(CUSTOMER)
    clock.turn(minutes=11)
    await town.do_duty("reviews")
    assert "Время вышло:" in town.telegram.screen(OPERATOR)
    screen = await town.tap(OPERATOR, "Отклонить")
    assert town.telegram.screen(CUSTOMER) == before
    assert "Не отправлено: диалог ведёт Инна" in screen


async def test_a_holding_that_redis_has_lost_is_heeded(town: Town) -> None:
    async for key in town.redis.scan_iter(f"{town.prefix}:hold*"):
        await town.redis.delete(key)
    await town.tap(OPERATOR, "Отправить")
    assert ANSWER not in town.telegram.screen(CUSTOMER)


@pytest.mark.parametrize(
    ("purpose", "is_shown"), [(Purpose.ASIDE, False), (Purpose.REMINDER, True), (Purpose.SCREEN, True)]
)
async def test_promises_go_and_asides_do_not(town: Town, purpose: Purpose, is_shown: bool) -> None:
    said = Outgoing(text="Напоминаем.", purpose=purpose)
    await town.people.outbox.post(chat(CUSTOMER), said, name="x")
    assert ("Напоминаем." in await town.screen(CUSTOMER)) is is_shown
