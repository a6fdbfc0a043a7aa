"""Forged and old buttons, groups, tables that are away: nothing is booked, and people are told."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, text

from bot.domain import ChannelName
from bot.domain.staff import Member, Role
from tests.actions import OF_BOOKS, TWO_TABLES, bakery_with_actions
from tests.integration.booking_kit import MONDAY, OAK_AT_10, book, forge, open_class, rows, turn_clock
from tests.integration.town_kit import Town


@pytest.fixture
def resources() -> str:
    return TWO_TABLES


@pytest.fixture
async def town(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path, resources: str
) -> AsyncIterator[Town]:
    folder = bakery_with_actions(tmp_path, needs="", resources=resources)
    async with open_class(redis, prefix, engine, folder) as town:
        yield town


@pytest.mark.parametrize(
    "data",
    [
        "book:w:class:oak:260707:1330",
        "book:w:class:oak:260707:0200",
        "book:w:class:oak:260706:0900",
        "book:w:class:oak:260705:1000",
        "book:w:class:oak:270707:1000",
        "book:w:class:oak:260713:1000",
    ],
    ids=["lunch", "night", "too soon", "past", "next year", "closed day"],
)
async def test_a_forged_time_is_answered_with_free_ones(town: Town, engine: Engine, data: str) -> None:
    screen = await forge(town, data)
    assert "Свободно сейчас" in screen
    assert rows(engine) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("book:w:class:cellar:260707:1000", "Этого уже нет"),
        ("book:w:sauna:oak:260707:1000", "больше нельзя"),
        ("book:mv:1", "Такой записи нет"),
        ("book:xx:1", "Такой записи нет"),
        ("book:mok:1:260708:1000", "Такой записи нет"),
    ],
)
async def test_forged_things_and_others_bookings_change_nothing(
    town: Town, engine: Engine, data: str, said: str
) -> None:
    await book(town, 8)
    assert said in await forge(town, data)
    assert rows(engine) == [("oak", True)]


@pytest.mark.parametrize(
    "data",
    [
        "book:w",
        "book:w:class:oak:260230:1000",
        "book:w:class:oak:260707:2599",
        "book:ok:1",
        "book:zz:1",
        "book:mv:" + "9" * 30,
        "book:no:5",
        "book:me:5",
    ],
)
async def test_nonsense_is_answered_by_a_line(town: Town, engine: Engine, data: str) -> None:
    await forge(town, data)
    assert town.telegram.toasts(7)[-1].text == "Эта кнопка уже не действует."
    assert rows(engine) == []


async def test_a_button_of_months_ago_shows_what_is_free_now(town: Town, engine: Engine) -> None:
    await town.say(7, "/book")
    message_id = town.telegram.messages(7)[-1].message_id
    turn_clock(town, MONDAY + timedelta(days=150))
    town.telegram.inject.press_old(7, message_id, OAK_AT_10)
    assert "уже не записаться" in await town.screen(7)
    assert rows(engine) == []


async def test_only_staff_see_the_number_and_it_is_noted(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    folder = bakery_with_actions(tmp_path, needs="phone")
    async with open_class(redis, prefix, engine, folder) as town:
        oleg = Member(channel=ChannelName.TELEGRAM, external_id="100", name="Олег", role=Role.OPERATOR)
        await town.people.staff.grant(oleg)
        await forge(town, OAK_AT_10)
        await town.say(7, "+7 912 345 67 89")
        await town.tap(7, "Записаться")
        await forge(town, "book:tel:1", 8)
        assert "345" not in (town.telegram.toasts(8)[-1].text or "")
        assert "912" not in await town.screen(100)
        await town.tap(100, "Показать номер")
        assert "+7 912 345-67-89" in (town.telegram.toasts(100)[-1].text or "")
        await forge(town, "book:xx:1")
        await town.tap(100, "Показать номер")
        assert "+7 912 345-67-89" in (town.telegram.toasts(100)[-1].text or "")
        with engine.connect() as connection:
            acts = connection.execute(text("SELECT actor FROM staff_acts WHERE act = 'phone_shown'"))
            assert [act[0] for act in acts] == ["telegram:100"] * 2


@pytest.mark.parametrize("resources", [OF_BOOKS])
async def test_what_is_sold_is_offered_no_more_and_its_bookings_are_told(town: Town, engine: Engine) -> None:
    screen = await town.say(7, "/book")
    assert "Булгаков" in screen
    await town.tap(7, "Стругацкие")
    for label in ("вт 7", "10:00", "Записаться"):
        await town.tap(7, label)
    stock = town.folder / "stock.csv"
    kept = [line for line in stock.read_text(encoding="utf-8").splitlines() if "Стругацкие" not in line]
    stock.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert town.people.stock is not None
    town.people.stock.check()
    for _ in range(2):
        await town.do_duty("bookings")
    screen = await town.screen(7)
    assert screen.count("ваша запись отменена") == 1
    assert rows(engine) == [("Стругацкие", False)]
    assert "[Стругацкие]" not in await town.tap(7, "Выбрать другое")
    assert "больше нет в таблице" in await town.screen(100)


@pytest.mark.parametrize("resources", [OF_BOOKS])
async def test_a_table_that_is_away_is_said_and_nothing_is_booked(town: Town, engine: Engine) -> None:
    (town.folder / "stock.csv").unlink()
    assert "не видно, что свободно" in await town.say(7, "/book")
    assert rows(engine) == []


async def test_in_a_group_nothing_is_booked(town: Town, engine: Engine) -> None:
    town.telegram.inject.open_chat(-50, title="Друзья")
    await town.say(-50, "/book", person_id=7)
    assert "личном чате" in town.telegram.screen(-50)
    town.telegram.inject.press_forged(-50, OAK_AT_10, user_id=7)
    await town.settle()
    assert "личном чате" in (town.telegram.toasts(7)[-1].text or "")
    assert rows(engine) == []
