"""What goes wrong while admins act: no room in the database, two at once, somebody demoted meanwhile."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from bot.domain.staff import Role
from bot.errors import StoreFull
from bot.store.holds import HoldStore
from bot.store.rows import TURNS
from bot.store.staff import ACTS
from tests.integration.full_kit import no_room, whatever_is_logged
from tests.integration.oversight_kit import (
    ADMIN,
    ANSWER,
    CUSTOMER,
    OPEN,
    QUESTION,
    member,
)
from tests.integration.retention_kit import count, plant_person, plant_turn
from tests.integration.town_kit import Town

SECOND_ADMIN = 599
FULL = "В базе данных кончилось место, поэтому записать это не получилось. Всё осталось как было."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def town(town_with_staff: Town) -> Town:
    await town_with_staff.people.staff.grant(member(SECOND_ADMIN, Role.ADMIN))
    town_with_staff.telegram.inject.open_chat(SECOND_ADMIN)
    return town_with_staff


def acts(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return [row.act for row in connection.execute(ACTS.select().order_by(ACTS.c.id))]


async def test_without_room_turns_are_answered_and_logged_later(town: Town, engine: Engine) -> None:
    await town.say(CUSTOMER, QUESTION)
    with no_room(engine, OPEN):
        before = count(engine, TURNS)
        for _ in range(3):
            said = await whatever_is_logged(town, town.say(CUSTOMER, QUESTION), CUSTOMER)
        assert said.count(ANSWER) == 4
        assert await town.turn_log.lag() > 0
    await town.settle()
    assert await town.turn_log.lag() == 0
    assert count(engine, TURNS) == before + 3


async def test_without_room_the_days_stay_and_the_admin_is_told(town: Town, engine: Engine) -> None:
    await town.say(ADMIN, "/retention 60")
    with no_room(engine, OPEN):
        assert FULL in await town.tap(ADMIN, "Да, хранить 60 дней")
        assert (await town.people.upkeep.retention.kept()).days == 90
        assert "retention_set" not in acts(engine)
    assert "Готово" in await town.tap(ADMIN, "Да, хранить 60 дней")
    assert acts(engine)[-2:] == ["retention_set", "job_run"]


async def test_without_room_nobody_is_held_and_no_job_is_paused(town: Town, engine: Engine) -> None:
    plant_turn(engine, OPEN, plant_person(engine, OPEN, "Олег"))
    await town.say(ADMIN, "/hold Олег спор")
    with no_room(engine, OPEN):
        assert FULL in await town.tap(ADMIN, "Да, придержать")
        assert HoldStore(engine, "bakery").standing() == []
        await town.say(ADMIN, "/jobs")
        await town.tap(ADMIN, "Сводка за вчера")
        await town.tap(ADMIN, "Приостановить")
        assert (await town.tap(ADMIN, "Да, приостановить")).count(FULL) == 2
        assert not any(state.is_paused for state in await town.people.upkeep.jobs.states())


async def test_without_room_others_are_served_while_somebody_is_told(town: Town, engine: Engine) -> None:
    await town.say(ADMIN, "/retention 60")
    with no_room(engine, OPEN):
        await town.tap(ADMIN, "Да, хранить 60 дней")
        said = await whatever_is_logged(town, town.say(CUSTOMER, QUESTION), CUSTOMER)
        assert ANSWER in said
        assert "база" not in said.lower()


async def test_without_room_nothing_is_purged_and_the_admins_are_told_once(
    town: Town, engine: Engine
) -> None:
    for days in range(100, 200):
        plant_turn(engine, OPEN - timedelta(days=days))
    with no_room(engine, OPEN - timedelta(days=300)):
        before = count(engine, TURNS)
        for _ in range(2):
            with pytest.raises(StoreFull):
                await town.do_duty("purge")
        assert (await town.screen(ADMIN)).count("Уборка по сроку хранения не прошла") == 1
        assert count(engine, TURNS) == before
    await town.do_duty("purge")
    assert count(engine, TURNS) == 0
    assert "закончена" in await town.screen(ADMIN)


async def test_without_room_nothing_is_exported_of_which_there_is_no_record(
    town: Town, engine: Engine
) -> None:
    await town.say(CUSTOMER, QUESTION)
    await town.say(ADMIN, "/export")
    await town.tap(ADMIN, "Всё, что хранится: 1")
    with no_room(engine, OPEN - timedelta(days=300)):
        assert FULL in await town.tap(ADMIN, "Да, выгрузить")
        await town.do_duty("exports")
        assert not [message for message in town.telegram.messages(ADMIN) if message.kind == "document"]
    assert "Готовим файл" in await town.tap(ADMIN, "Да, выгрузить")
    await town.do_duty("exports")
    assert [message for message in town.telegram.messages(ADMIN) if message.kind == "document"]


async def test_an_export_beside_a_purge_holds_whole_dialogues(town: Town, engine: Engine) -> None:
    for days in range(1, 700):
        plant_turn(engine, OPEN - timedelta(days=days / 4), question="Вопрос?", answer="Ответ.")
    await town.say(ADMIN, "/export 2026-01-01")
    await town.tap(ADMIN, "Да, выгрузить")
    await asyncio.gather(town.do_duty("purge"), town.do_duty("exports"))
    (sent,) = [message for message in town.telegram.messages(ADMIN) if message.kind == "document"]
    lines = [json.loads(line) for line in town.telegram.file(sent.file_id).splitlines()]
    assert all(len(line["messages"]) == 2 for line in lines)
    assert 699 >= len(lines) >= count(engine, TURNS) > 300


WAYS = (
    ("/retention 60", (), "Да, хранить 60 дней"),
    ("/hold Олег спор", (), "Да, придержать"),
    ("/jobs", ("Сводка за вчера", "Запустить сейчас"), "Да, запустить"),
    ("/jobs", ("Сводка за вчера", "Приостановить"), "Да, приостановить"),
    ("/export 2026-01-01", (), "Да, выгрузить"),
)


@pytest.mark.parametrize(("command", "steps", "yes"), WAYS)
async def test_who_is_demoted_in_the_middle_changes_nothing(
    town: Town, engine: Engine, command: str, steps: tuple[str, ...], yes: str
) -> None:
    asked_at = OPEN - timedelta(days=5)
    plant_turn(engine, asked_at, plant_person(engine, asked_at, "Олег"))
    await town.say(ADMIN, command)
    for step in steps:
        await town.tap(ADMIN, step)
    for role in (Role.OPERATOR, Role.CUSTOMER):
        if role is Role.OPERATOR:
            await town.people.staff.grant(member(ADMIN, role))
        else:
            await town.people.staff.revoke(member(ADMIN, role).channel, str(ADMIN))
        before, noted = town.telegram.screen(ADMIN), acts(engine)
        assert await town.tap(ADMIN, yes) == before
        assert town.telegram.toasts(ADMIN)[-1].text
        assert acts(engine) == noted


async def test_of_two_admins_who_hold_or_pause_at_once_the_second_is_told(town: Town, engine: Engine) -> None:
    plant_turn(engine, OPEN, plant_person(engine, OPEN, "Олег"))
    for admin, reason in ((ADMIN, "спор"), (SECOND_ADMIN, "суд")):
        await town.say(admin, f"/hold Олег {reason}")
    await town.tap(ADMIN, "Да, придержать")
    assert "уже придержаны" in await town.tap(SECOND_ADMIN, "Да, придержать")
    assert [hold.reason for hold in HoldStore(engine, "bakery").standing()] == ["спор"]
    for admin, job in ((ADMIN, "Сводка за вчера"), (SECOND_ADMIN, "Проверка знаний")):
        await town.say(admin, "/jobs")
        await town.tap(admin, job)
        await town.tap(admin, "Приостановить")
    await town.tap(ADMIN, "Да, приостановить")
    assert "кто-то другой изменил" in await town.tap(SECOND_ADMIN, "Да, приостановить")
    assert [s.job.name for s in await town.people.upkeep.jobs.states() if s.is_paused] == ["digest"]
