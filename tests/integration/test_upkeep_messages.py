"""What admins read in the morning of a lively day, and of a folder that somebody has broken."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.oversight_kit import ADMIN, CUSTOMER, QUESTION, SECOND
from tests.integration.town_kit import Town


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def town(town_with_staff: Town) -> Town:
    town_with_staff.now = lambda: datetime.now(UTC)
    return town_with_staff


async def test_a_broken_folder_is_told_in_the_admins_language(town: Town) -> None:
    with (town.folder / "faq.md").open("a", encoding="utf-8") as faq:
        faq.write("\n### Сколько стоит торт?\n")
    for _ in range(2):
        await town.do_duty("knowledge")
    screen = await town.screen(ADMIN)
    assert screen.count("у вопроса «Сколько стоит торт?» нет ответа") == 1
    assert "faq.md, строка" in screen
    assert "has no answer" not in screen


async def test_a_lively_day_is_told_the_next_morning(town: Town) -> None:
    await town.say(CUSTOMER, QUESTION, name="Анна")
    await town.say(8, "Кто построил Колизей?", name="Борис")
    await town.say(CUSTOMER, "Позвать человека")
    await town.say(SECOND, f"/take {CUSTOMER}")
    await town.say(SECOND, "/release")
    await town.say(CUSTOMER, "спасибо, до свидания")
    await town.tap(CUSTOMER, "9")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    town.now = lambda: tomorrow
    await town.do_duty("digest")
    digest = (await town.screen(ADMIN)).split("Сводка за", 1)[1]
    for line in ("Разговоров: 2, людей: 2.", "9 из 10 (оценок: 1)"):
        assert line in digest
