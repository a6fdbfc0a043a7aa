"""/hours through the dispatcher: whoever asks, calls or books goes by the new hours at once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain.staff import Role
from bot.people.changes.changing import Proposal
from bot.people.changes.hours import HoursChanges
from bot.people.tuning import Knob
from bot.tenant.hours import CalendarDay
from bot.tenant.model import Holiday
from bot.wiring.duties import build_duties
from tests.fakes.telegram import FakeTelegram
from tests.integration.changes_kit import (
    acts,
    last,
    open_bakery,
    process_beside,
    second_admin,
    worker_beside,
)
from tests.integration.oversight_kit import ADMIN, CUSTOMER, OPEN, OPERATOR, member
from tests.integration.town_kit import TENANTS, Town

ASKED = "До скольки вы работаете в четверг?"


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


async def overview(town: Town) -> str:
    return (await town.say(ADMIN, "/hours")).rpartition("Часы работы")[2]


async def test_a_weekday_is_changed_in_all_that_goes_by_the_hours(town: Town, engine: Engine) -> None:
    assert "с 9:00 до 18:00" in await last(town, CUSTOMER, ASKED)
    asked = await last(town, ADMIN, "/hours чт 11:00-15:00")
    assert "четверг: 9:00–18:00 → 11:00–15:00" in asked
    assert "с 9:00 до 18:00" in await last(town, CUSTOMER, ASKED)
    done = await town.tap(ADMIN, "Да, изменить")
    assert "Готово, действует со следующего сообщения" in done
    assert "с 11:00 до 15:00" in await last(town, CUSTOMER, ASKED)
    thursday = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)  # 10 o'clock there
    assert not town.people.callbacks.clock.is_open(thursday)
    assert not town.people.changes.calendar.is_open(thursday)
    noted = [act for act in acts(engine) if act.act == "hours_set"]
    assert [(act.subject, act.details) for act in noted] == [("hours:3", {"hours": "11:00-15:00"})]


async def test_another_process_and_a_restarted_one_know_it_at_once(town: Town) -> None:
    async with worker_beside(town) as other:
        assert "с 9:00 до 18:00" in (await other(ASKED)).text
        await change(town, "чт 11:00-15:00")
        assert "с 11:00 до 15:00" in (await other(ASKED)).text
    await town.redis.flushall()
    async with worker_beside(town) as restarted:
        assert "с 11:00 до 15:00" in (await restarted(ASKED)).text


async def test_another_process_calls_and_reminds_by_the_new_hours(town: Town) -> None:
    other = process_beside(town)
    assert other.people.callbacks.clock.is_open(OPEN)
    await change(town, "ср выходной")
    await build_duties(other.people)["callback_reminders"]()
    assert not other.people.callbacks.clock.is_open(OPEN)


async def test_the_screen_shows_the_week_the_special_days_and_who_changed_them(town: Town) -> None:
    screen = await town.say(ADMIN, "/hours")
    assert "пн: выходной" in screen
    assert "вт: 9:00–13:00, 14:00–18:00" in screen
    assert "ср–пт: 9:00–18:00" in screen
    assert "1 января, каждый год: выходной (Новый год)" in screen
    assert "Последнее изменение" not in screen
    await change(town, "пн 10-19")
    assert "Последнее изменение: Ольга" in await overview(town)


async def test_a_date_without_a_year_is_asked_about_and_may_be_of_every_year(town: Town) -> None:
    asked = await last(town, ADMIN, "/hours 24.12 10:00-16:00 короткий день")
    assert "24 декабря 2026: 9:00–18:00 → 10:00–16:00 (короткий день)" in asked
    await town.tap(ADMIN, "Да, только 24 декабря 2026")
    assert "с 10:00 до 16:00" in await last(town, CUSTOMER, "Как вы работаете 24 декабря?")
    await change(town, "24.12 11:00-15:00", "Да, каждый год")
    assert "24 декабря, каждый год: 11:00–15:00" in await overview(town)


async def test_a_special_day_is_taken_back_and_all_can_be(town: Town) -> None:
    await town.say(ADMIN, "/hours")
    await town.tap(ADMIN, "Убрать особый день")
    await town.tap(ADMIN, "1 января, каждый год")
    assert "выходной (Новый год) → как в обычный день" in await town.tap(ADMIN, "Да, изменить")
    assert "Новый год" not in await overview(town)
    await town.tap(ADMIN, "Вернуть часы из файла")
    await town.tap(ADMIN, "Да, изменить")
    assert "Новый год" in await overview(town)


async def test_the_form_takes_a_line_and_tells_what_is_wrong_with_others(town: Town) -> None:
    await town.say(ADMIN, "/hours")
    await town.tap(ADMIN, "Праздник или особый день")
    for line, told in (
        ("30.02 выходной", "Такого дня в календаре нет"),
        ("31.12", "Не получилось понять часы"),
        ("31.12.2020 выходной", "уже прошёл"),
        ("завтра выходной", "Не получилось понять день"),
        ("пн 25:00-26:00", "Такого времени нет"),
        ("пн 20:00-02:00", "позже открытия"),
        ("пн 9-13, 12-18", "накладываются"),
        ("пн как обычно", "нужны часы"),
        ("31.12 выходной " + "а" * 41, "слишком длинное"),
        ("24.12.2026 закрыто с 16:00", "можно только назвать праздник"),
        ("24.12 с 2 до 6 вечера", "можно только назвать праздник"),
        ("24 декабря выходной, 25 декабря выходной", "меняются по одному"),
        ("24.12 обычно 10-16", "Не получилось понять часы"),
        ("пн выходной", "менять нечего"),
        ("31.12 9:00-15:00", "менять нечего"),
    ):
        assert told in await last(town, ADMIN, line)
    assert (await town.people.changes.standing(Knob.HOURS)).version == 0
    assert "Свежий хлеб в 9:00" in await last(town, ADMIN, "Когда хлеб свежий?")
    assert "8 марта 2027: выходной → 10:00–14:00" in await last(town, ADMIN, "8.03.2027 10-14")


async def test_a_department_has_weekdays_of_its_own(town: Town) -> None:
    await town.say(ADMIN, "/hours")
    await town.tap(ADMIN, "Часы отделов")
    assert "вт–пт: 10:00–12:00" in await town.tap(ADMIN, "Заказы")
    await town.tap(ADMIN, "Изменить часы")
    assert "праздники общие для всех" in await last(town, ADMIN, "31.12 выходной")
    await town.say(ADMIN, "чт 14:00-16:00")
    assert "четверг (Заказы): 10:00–12:00 → 14:00–16:00" in await town.tap(ADMIN, "Да, изменить")
    assert "с 14:00 до 16:00" in await last(town, CUSTOMER, "Когда в четверг работает отдел заказов?")
    assert town.people.changes.calendar.now.working_hours == town.people.tenant.working_hours


async def test_of_two_admins_the_second_is_told_what_the_first_changed(town: Town) -> None:
    second = await second_admin(town)
    await town.say(ADMIN, "/hours чт 11:00-15:00")
    await town.say(second, "/hours пт выходной")
    await town.tap(ADMIN, "Да, изменить")
    told = await town.tap(second, "Да, изменить")
    assert "Кто: Ольга" in told
    assert "четверг: 9:00–18:00 → 11:00–15:00" in told
    assert town.people.changes.calendar.now.working_hours.friday


async def test_whoever_is_no_admin_any_more_confirms_nothing(town: Town) -> None:
    await town.say(ADMIN, "/hours чт выходной")
    await town.people.staff.grant(member(ADMIN, Role.OPERATOR))
    await town.tap(ADMIN, "Да, изменить")
    assert "не действует" in town.telegram.toasts(ADMIN)[-1].text
    assert town.people.changes.calendar.now.working_hours.thursday


async def test_more_special_days_than_a_message_can_list_are_not_taken(town: Town) -> None:
    changes = HoursChanges()
    for day in range(1, 31):
        for month in ("04", "06"):
            changes = changes.with_holiday(Holiday(day=CalendarDay.parse(f"{month}-{day:02}")))
    await town.people.changes.propose(
        Proposal(
            knob=Knob.HOURS, before=None, after=changes.to_json(), version=0, act="hours_set", subject="all"
        ),
        member(ADMIN, Role.ADMIN),
        "many",
    )
    await town.people.changes.make("many", member(ADMIN, Role.ADMIN))
    assert "больше не поместится" in await last(town, ADMIN, "/hours 1.09 выходной")
    await town.say(ADMIN, "/hours")
    asked = await town.tap(ADMIN, "Вернуть часы из файла")
    assert "и ещё:" in asked
    assert "Точно?" in asked


async def test_forged_taps_change_nothing(town: Town) -> None:
    await town.say(ADMIN, "/hours")
    for data in (
        "hours:take:99-99",
        "hours:take:",
        "hours:room:77",
        "hours:room:x",
        "hours:yes:",
        "hours:week:9",
    ):
        town.telegram.inject.press_forged(ADMIN, data)
        await town.screen(ADMIN)
    assert town.people.changes.calendar.now == town.people.changes.tenant


async def test_others_learn_nothing_of_the_command(town: Town) -> None:
    for person in (CUSTOMER, OPERATOR):
        screen = await town.say(person, "/hours чт выходной")
        assert "четверг" not in screen
        assert "[Изменить часы]" not in screen


async def test_slots_of_a_booking_and_bookings_made_go_by_the_new_hours(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine
) -> None:
    async with open_bakery(telegram, redis, prefix, engine, folder=TENANTS / "mercedes") as town:
        action = town.people.bookings.actions[0]
        things = await town.people.bookings.things(action, "ru")
        thursday = OPEN.date().replace(day=26)
        assert await town.people.bookings.free(action, things, [thursday])
        await change(town, "26.11.2026 выходной")
        assert not await town.people.bookings.free(action, things, [thursday])
        told = await last(town, CUSTOMER, "Хочу на тест-драйв GLE 26 ноября")
        assert "На этот день (чт, 26 ноября) записи нет" in told
