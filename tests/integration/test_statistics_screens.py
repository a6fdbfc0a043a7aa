"""/stats from rows and kept figures, in both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from bot.store.aged import CALLBACKS
from bot.store.rows import TURNS
from tests.integration.oversight_kit import ADMIN, OPEN, Clock
from tests.integration.retention_kit import plant, plant_person, plant_turn
from tests.integration.town_kit import Town


@pytest.fixture
def town(town_with_staff: Town) -> Town:
    return town_with_staff


async def test_today_a_week_and_the_window(town: Town, engine: Engine) -> None:
    for days in (0, 0, 3, 6, 7, 89, 90):
        plant_turn(engine, OPEN - timedelta(days=days))
    assert "Разговоров: 2\n" in await town.say(ADMIN, "/stats")
    week = await town.tap(ADMIN, "7 дней")
    assert "7 дней: 19.11 — 25.11" in week
    assert "Разговоров: 4\n" in week
    assert "Разговоров: 6\n" in await town.tap(ADMIN, "90 дней")
    assert "Разговоров: 2\n" in await town.tap(ADMIN, "Сегодня")


async def test_a_call_promised_for_later_today_is_not_late_yet(town: Town, engine: Engine) -> None:
    for hours in (-2, -1, 3):
        due = OPEN + timedelta(hours=hours)
        taken = due - timedelta(minutes=1) if hours == -2 else None
        person = plant_person(engine, OPEN)
        plant(engine, CALLBACKS, OPEN, person_id=person, status="waiting", due_at=due, taken_at=taken)
    said = await town.say(ADMIN, "/stats")
    assert "Заявок на звонок: 3, закрыто: 0" in said
    assert "Взяли в обещанный срок: 1 из 2 (50%)" in said


async def test_greetings_and_commands_do_not_make_answers_look_surer(town: Town, engine: Engine) -> None:
    for outcome, light in (
        ("answered", "green"),
        ("answered", "yellow"),
        ("model_down", "red"),
        *[("scripted", "green")] * 7,
    ):
        plant_turn(engine, OPEN, outcome=outcome, light=light)
    said = await town.say(ADMIN, "/stats")
    assert "Реплик: 10, из них вопросов: 3" in said
    assert "Уверенность: 🟢 33%  🟡 33%  🔴 33%" in said


async def test_what_was_purged_is_still_counted(town: Town, engine: Engine) -> None:
    plant_turn(engine, OPEN - timedelta(days=3))
    await town.say(ADMIN, "/stats 7")
    with engine.begin() as connection:
        connection.execute(TURNS.delete())
    assert "Разговоров: 1\n" in await town.say(ADMIN, "/stats 7")


async def test_whatever_is_no_span_is_today_and_told_what_could_be(town: Town) -> None:
    assert "/stats 90" not in await town.say(ADMIN, "/stats")
    for times, words in enumerate(("/stats -1", "/stats завтра", "/stats 100000"), start=1):
        said = await town.say(ADMIN, words)
        assert (said.count("/stats 90"), said.count("Сегодня, 25.11")) == (times, times + 1)


async def test_a_look_while_the_clock_has_leapt_spoils_no_day(
    town: Town, engine: Engine, clock: Clock
) -> None:
    plant_turn(engine, OPEN - timedelta(days=2))
    assert "Разговоров: 1\n" in await town.say(ADMIN, "/stats 7")
    clock.turn(days=5)
    plant_turn(engine, OPEN)
    assert "Разговоров: 1\n" in await town.say(ADMIN, "/stats 7")
    await town.do_duty("digest")
    assert "Сводка за 24.11.2026" in await town.screen(ADMIN)
    clock.turn(days=-5)
    plant_turn(engine, OPEN + timedelta(minutes=5))
    assert "Разговоров: 3\n" in await town.say(ADMIN, "/stats 7")
    assert "Разговоров: 2\n" in await town.say(ADMIN, "/stats 1")
    await town.people.upkeep.retention.trust_clock()
    clock.turn(days=1)
    await town.do_duty("digest")
    assert "Разговоров: 2, людей: 2." in (await town.screen(ADMIN)).split("Сводка за 25.11.2026")[1]
