"""/retention, /hold and /holds through the dispatcher, as admin, operator and customer."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from bot.domain.staff import Role
from bot.store.holds import HoldStore
from bot.store.rows import TURNS
from bot.store.staff import ACTS
from tests.integration.oversight_kit import ADMIN, CUSTOMER, OPEN, OPERATOR, Clock, member
from tests.integration.retention_kit import count, plant_person, plant_turn
from tests.integration.town_kit import Town

SECOND_ADMIN = 599


@pytest.fixture
def town(town_with_staff: Town) -> Town:
    return town_with_staff


async def test_the_screen_tells_what_goes_and_a_change_reads_back(town: Town, engine: Engine) -> None:
    for days in (10, 70, 95):
        plant_turn(engine, OPEN - timedelta(days=days))
    screen = await town.say(ADMIN, "/retention")
    assert "Срок хранения: 90 дней" in screen
    assert "вопросы и ответы: 1" in screen
    asked = await town.say(ADMIN, "/retention 60")
    assert "Сейчас хранится 90 дней, будет 60 дней" in asked
    assert "до 26.09.2026, 00:00" in asked
    assert "вопросы и ответы: 2" in asked
    assert count(engine, TURNS) == 3
    assert "Готово. Срок хранения: 60 дней" in await town.tap(ADMIN, "Да, хранить 60 дней")
    await town.do_duty("purge")
    report = await town.screen(ADMIN)
    assert "Уборка по сроку хранения (60 дней) закончена" in report
    assert count(engine, TURNS) == 1
    assert "Последняя уборка" in await town.say(ADMIN, "/retention")
    state = await town.people.upkeep.jobs.state("purge")
    assert state is not None
    assert state.last is not None
    assert state.last.asked_by == f"telegram:{ADMIN}"


async def test_customers_are_told_the_days_that_hold_now(town: Town) -> None:
    assert "наша переписка, 90 дней" in await town.say(CUSTOMER, "/start")
    await town.say(ADMIN, "/retention 121")
    await town.tap(ADMIN, "Да, хранить 121 день")
    assert "наша переписка, 121 день" in await town.say(CUSTOMER, "/start")
    assert "хранится 121 день" in await town.say(CUSTOMER, "/privacy")


async def test_nothing_changes_without_a_yes(town: Town) -> None:
    await town.say(ADMIN, "/retention 30")
    assert "Срок хранения: 90 дней" in await town.tap(ADMIN, "Нет, оставить как есть")
    assert (await town.people.upkeep.retention.kept()).days == 90


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("-1", "Меньше одного дня"),
        ("0", "Меньше одного дня"),
        ("завтра", "Не получилось прочитать"),
        ("6O", "Не получилось прочитать"),
        ("60.5", "Не получилось прочитать"),
        ("60 30", "Не получилось прочитать"),
        ("٦٠", "Не получилось прочитать"),
        ("99999", "Больше 3650 дней"),
        ("1" * 40, "Не получилось прочитать"),
        ("90", "и так 90 дней"),
    ],
)
async def test_bad_numbers_get_a_sentence_and_change_nothing(town: Town, said: str, told: str) -> None:
    assert told in await town.say(ADMIN, f"/retention {said}")
    assert (await town.people.upkeep.retention.kept()).days == 90


async def test_of_two_admins_the_second_is_told(town: Town) -> None:
    await town.people.staff.grant(member(SECOND_ADMIN, Role.ADMIN))
    town.telegram.inject.open_chat(SECOND_ADMIN)
    await town.say(ADMIN, "/retention 60")
    await town.say(SECOND_ADMIN, "/retention 30")
    await town.tap(SECOND_ADMIN, "Да, хранить 30 дней")
    assert "Сейчас он такой: 30 дней" in await town.tap(ADMIN, "Да, хранить 60 дней")
    assert (await town.people.upkeep.retention.kept()).days == 30


async def test_an_admin_who_is_demoted_meanwhile_changes_nothing(town: Town) -> None:
    await town.say(ADMIN, "/retention 60")
    await town.people.staff.grant(member(ADMIN, Role.OPERATOR))
    assert "Готово" not in await town.tap(ADMIN, "Да, хранить 60 дней")
    assert (await town.people.upkeep.retention.kept()).days == 90


@pytest.mark.parametrize("command", ["/retention 5", "/hold 7 спор", "/holds", "/jobs"])
@pytest.mark.parametrize("person", [OPERATOR, CUSTOMER])
async def test_others_learn_nothing(town: Town, command: str, person: int) -> None:
    said = await town.say(person, command)
    assert not re.search("Срок|хран|держан|Задани", said.split(command)[-1])


async def test_forged_taps_change_nothing(town: Town, engine: Engine) -> None:
    await town.say(ADMIN, "/retention 60")
    for data in (
        "ret:set:0:0",
        "ret:set:99999:0",
        "ret:set:5",
        "ret:set:-5:0",
        "job:r:0:purge:x",
        "hold:off:x",
    ):
        town.telegram.inject.press_forged(ADMIN, data)
        await town.settle()
    await town.say(CUSTOMER, "Здравствуйте")
    town.telegram.inject.press_forged(CUSTOMER, "ret:set:5:0")
    await town.settle()
    assert (await town.people.upkeep.retention.kept()).days == 90
    assert await town.people.upkeep.jobs.state("purge")


async def test_a_held_person_outlives_the_window_and_is_listed(town: Town, engine: Engine) -> None:
    person = plant_turn(engine, OPEN - timedelta(days=95), plant_person(engine, OPEN, "Анна *Иванова*"))
    asked = await town.say(ADMIN, "/hold Анна *Иванова* спор по договору")
    assert "Придержать данные: Анна *Иванова*" in asked
    assert "Причина: спор по договору" in asked
    assert "Готово: данные придержаны" in await town.tap(ADMIN, "Да, придержать")
    await town.do_duty("purge")
    assert count(engine, TURNS) == 1
    assert "спор по договору" in await town.say(ADMIN, "/holds")
    await town.tap(ADMIN, "Снять: 1. Анна *Иванова*")
    assert "Запрет снят" in await town.tap(ADMIN, "Да, снять")
    assert "Ничьи данные не придержаны" in await town.say(ADMIN, "/holds")
    await town.do_duty("purge")
    assert count(engine, TURNS) == 0
    acts = [(act, subject) for act, subject in noted(engine) if act.startswith("hold")]
    assert acts == [("hold_placed", f"person:{person}"), ("hold_lifted", f"person:{person}")]


async def test_a_hold_needs_somebody_and_a_reason(town: Town, engine: Engine) -> None:
    for _ in range(2):
        plant_turn(engine, OPEN, plant_person(engine, OPEN, "Олег"))
    assert "Такого человека" in await town.say(ADMIN, "/hold Пётр спор")
    assert "напишите /hold" in await town.say(ADMIN, "/hold Олег")
    assert "несколько" in await town.say(ADMIN, "/hold Олег спор")
    assert "напишите /hold" in await town.say(ADMIN, "/hold")
    assert HoldStore(engine, "bakery").standing() == []


async def test_a_question_about_a_hold_does_not_stay_open_for_ever(town: Town, engine: Engine) -> None:
    plant_turn(engine, OPEN, plant_person(engine, OPEN, "Олег"))
    await town.say(ADMIN, "/hold Олег спор")
    await town.redis.delete(*await town.redis.keys(f"{town.prefix}:hold:*"))
    assert "устарел" in await town.tap(ADMIN, "Да, придержать")
    assert HoldStore(engine, "bakery").standing() == []


async def test_a_job_is_run_once_for_a_yes_and_paused_until_resumed(town: Town) -> None:
    await town.say(ADMIN, "/jobs")
    await town.tap(ADMIN, "Сводка за вчера")
    assert "Запустить сейчас: Сводка за вчера" in await town.tap(ADMIN, "Запустить сейчас")
    assert "Запускаю: Сводка за вчера" in await town.tap(ADMIN, "Да, запустить")
    jobs = town.people.upkeep.jobs
    state = await jobs.state("digest")
    assert state is not None
    assert state.last is not None
    assert state.last.is_open
    await town.say(ADMIN, "/jobs")
    await town.tap(ADMIN, "Сводка за вчера")
    await town.tap(ADMIN, "Запустить сейчас")
    assert "Уже выполняется" in await town.tap(ADMIN, "Да, запустить")
    await town.say(ADMIN, "/jobs")
    await town.tap(ADMIN, "Уборка по сроку хранения")
    assert "а будет только вручную" in await town.tap(ADMIN, "Приостановить")
    assert "Приостановлено: Уборка" in await town.tap(ADMIN, "Да, приостановить")
    assert [state.job.name for state in await jobs.states() if state.is_paused] == ["purge"]
    await town.say(ADMIN, "/jobs")
    await town.tap(ADMIN, "Уборка по сроку хранения")
    await town.tap(ADMIN, "Возобновить")
    assert "снова запускается каждый час" in await town.tap(ADMIN, "Да, возобновить")
    assert not any(state.is_paused for state in await jobs.states())


async def test_a_backup_is_among_the_jobs_only_where_there_is_one_to_make(town: Town, engine: Engine) -> None:
    is_file = engine.dialect.name == "sqlite"
    assert ("Резервная копия" in await town.say(ADMIN, "/jobs")) is is_file
    assert "Сводка за вчера" in town.telegram.screen(ADMIN)


async def test_the_digest_tells_yesterday_and_does_so_once(town: Town, engine: Engine) -> None:
    for hour in (2, 6):
        at = OPEN - timedelta(days=1) + timedelta(hours=hour)
        plant_turn(engine, at, received_at=at - timedelta(seconds=2), cost=0.25)
    plant_turn(engine, OPEN - timedelta(days=1, hours=1), outcome="unknown")
    await town.do_duty("digest")
    digest = (await town.screen(ADMIN)).split("Dezhurny:")[-1]
    assert "Сводка за 24.11.2026" in digest
    assert "Разговоров: 3, людей: 3." in digest
    assert "Вопросов: 3. Ответили: 2, не знали ответа: 1, отказались отвечать" in digest
    assert "Стоимость модели: 0,50." in digest
    await town.do_duty("digest")
    assert (await town.screen(ADMIN)).count("Сводка за") == 1


async def test_a_clock_that_leaps_is_told_and_purges_when_an_admin_says_so(
    town: Town, engine: Engine, clock: Clock
) -> None:
    plant_turn(engine, OPEN - timedelta(days=85))
    await town.do_duty("clock")
    clock.turn(days=10)
    await town.do_duty("purge")
    screen = await town.screen(ADMIN)
    assert "Часы сервера ушли вперёд" in screen
    assert count(engine, TURNS) == 1
    assert "по сроку ничего не удаляется" in await town.say(ADMIN, "/retention")
    await town.do_duty("purge")
    assert (await town.screen(ADMIN)).count("Часы сервера ушли вперёд") == 1
    assert "Часы верны, уборка" in await town.tap(ADMIN, "Часы верны")
    await town.do_duty("purge")
    assert count(engine, TURNS) == 0


def noted(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        return [(row.act, row.subject) for row in connection.execute(ACTS.select().order_by(ACTS.c.id))]
