"""/hours where a day of one year and that of every year fall on one date: what is shown is what comes."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.people.changes.hours import HoursChanges
from bot.people.tuning import Knob
from tests.fakes.telegram import FakeTelegram
from tests.integration.changes_kit import last, open_bakery
from tests.integration.oversight_kit import ADMIN, CUSTOMER
from tests.integration.town_kit import Town

ASKED = "Вы работаете 24 декабря?"
EVE = date(2026, 12, 24)
"""A Thursday, from 9:00 to 18:00 as a rule."""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def town(telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    async with open_bakery(telegram, redis, prefix, engine) as town:
        yield town


async def change(town: Town, line: str, yes: str = "Да, изменить") -> str:
    await town.say(ADMIN, f"/hours {line}")
    return await town.tap(ADMIN, yes)


async def taking(town: Town, button: str) -> str:
    """What is asked before a special day goes."""
    await town.say(ADMIN, "/hours")
    await town.tap(ADMIN, "Убрать особый день")
    return (await town.tap(ADMIN, button)).rpartition("Сейчас → будет")[2]


async def test_a_closed_day_has_the_name_of_the_holiday_that_closes_it(town: Town) -> None:
    await change(town, "24.12 10-16 Сочельник", "Да, каждый год")
    await change(town, "24.12.2026 выходной Переезд")
    told = await last(town, CUSTOMER, ASKED)
    assert "закрыто (Переезд)" in told
    assert "Сочельник" not in told


async def test_the_day_that_is_tapped_goes_and_no_other(town: Town) -> None:
    await change(town, "24.12 выходной", "Да, каждый год")
    await change(town, "24.12.2026 10-16")
    asked = await taking(town, "24 декабря, каждый год: выходной")
    assert "24 декабря, каждый год: выходной → как в обычный день" in asked
    assert "2026" not in asked
    await town.tap(ADMIN, "Да, изменить")
    assert "с 10:00 до 16:00" in await last(town, CUSTOMER, ASKED)
    asked = await taking(town, "24 декабря 2026")
    assert "24 декабря 2026: 10:00–16:00 → 9:00–18:00" in asked
    await town.tap(ADMIN, "Да, изменить")
    assert "с 9:00 до 18:00" in await last(town, CUSTOMER, ASKED)


async def test_each_answer_is_shown_with_what_it_does_and_does_it(town: Town) -> None:
    await change(town, "24.12.2026 выходной")
    asked = " ".join((await last(town, ADMIN, "/hours 24.12 10-16")).split())
    once, _, yearly = asked.partition("«Да, каждый год»:")
    assert "«Да, только 24 декабря 2026»: • 24 декабря 2026: выходной → 10:00–16:00" in once
    assert "24 декабря, каждый год" not in once
    assert "24 декабря, каждый год: как в обычный день → 10:00–16:00" in yearly
    assert "24 декабря 2026: выходной → 10:00–16:00" in yearly
    assert "24 декабря 2026: выходной → 10:00–16:00" in await town.tap(ADMIN, "Да, каждый год")
    assert "с 10:00 до 16:00" in await last(town, CUSTOMER, ASKED)


async def test_a_yearly_day_that_is_so_already_still_drops_what_goes_before_it(town: Town) -> None:
    await change(town, "24.12 10-16", "Да, каждый год")
    await change(town, "24.12.2026 выходной")
    await change(town, "24.12 10-16", "Да, каждый год")
    assert "с 10:00 до 16:00" in await last(town, CUSTOMER, ASKED)
    assert "менять нечего" in await last(town, ADMIN, "/hours 24.12 10-16")


async def test_a_year_may_be_excepted_from_a_yearly_day(town: Town) -> None:
    await change(town, "24.12 выходной Сочельник", "Да, каждый год")
    asked = await last(town, ADMIN, "/hours 24.12.2026 как обычно")
    assert "24 декабря 2026: выходной → 9:00–18:00" in asked
    await town.tap(ADMIN, "Да, изменить")
    assert "с 9:00 до 18:00" in await last(town, CUSTOMER, ASKED)
    assert town.people.changes.calendar.hours_on(EVE.replace(year=2027)) == ()
    assert "менять нечего" in await last(town, ADMIN, "/hours 24.12.2026 как обычно")


async def test_as_usual_every_year_leaves_neither_day(town: Town) -> None:
    await change(town, "24.12 выходной", "Да, каждый год")
    await change(town, "24.12.2026 10-16")
    await change(town, "24.12 как обычно", "Да, каждый год")
    assert "с 9:00 до 18:00" in await last(town, CUSTOMER, ASKED)
    assert town.people.changes.calendar.hours_on(EVE.replace(year=2027)) != ()


async def test_a_day_that_was_added_and_taken_back_leaves_nothing(town: Town) -> None:
    await change(town, "24.12.2026 выходной")
    await taking(town, "24 декабря 2026")
    await town.tap(ADMIN, "Да, изменить")
    standing = await town.people.changes.standing(Knob.HOURS)
    assert HoursChanges.of(standing.value) == HoursChanges()
