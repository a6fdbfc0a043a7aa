"""/export as an admin sees it, and as everybody else does."""

import asyncio
import json
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName
from bot.domain.staff import Role
from bot.people.export import requests as exporting_requests
from bot.staff.roles import Staff
from bot.wiring.duties import build_duties, jobs_of
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.state import SeenMessage
from tests.integration.consent_kit import bakery_with_terms
from tests.integration.oversight_kit import ADMIN, CUSTOMER, OPERATOR, QUESTION, Clock, member, open_bakery
from tests.integration.town_kit import Town

FAR = Clock().at.replace(year=2099)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def clock() -> Clock:
    """Everything is said today: the log knows no other clock."""
    return Clock(FAR)


@pytest.fixture
def town(town_with_staff: Town) -> Town:
    return town_with_staff


def files(town: Town) -> list[SeenMessage]:
    return [message for message in town.telegram.messages(ADMIN) if message.kind == "document"]


async def test_an_admin_chooses_is_asked_and_gets_the_file_once(town: Town) -> None:
    await town.say(CUSTOMER, f"{QUESTION} Мой телефон +7 913 222 33 44")
    assert "[Всё, что хранится: 1]" in await town.say(ADMIN, "/export")
    assert "Диалогов: 1" in await town.tap(ADMIN, "Всё, что хранится: 1")
    assert "Готовим файл" in await town.tap(ADMIN, "Да, выгрузить")
    for _ in range(2):
        await town.do_duty("exports")
    (sent,) = files(town)
    content = town.telegram.file(sent.file_id)
    line = json.loads(content)
    assert line["messages"][0]["role"] == "user"
    assert "222" not in content.decode()


async def test_a_tap_that_is_delivered_twice_exports_once(town: Town) -> None:
    await town.say(CUSTOMER, QUESTION)
    await town.say(ADMIN, "/export 2026-01-01")
    await town.tap(ADMIN, "Да, выгрузить")
    (screen,) = [said for said in town.telegram.messages(ADMIN) if "Готовим файл" in said.text]
    for _ in range(2):
        town.telegram.inject.press_forged(ADMIN, "export:yes:2026-01-01", message_id=screen.message_id)
        await town.screen(ADMIN)
        await town.do_duty("exports")
    assert len(files(town)) == 1


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("вчера", "«вчера» не похоже на день"),
        ("2026-02-30", "«2026-02-30» не похоже на день"),
        ("-1", "не похоже на день"),
        ("2199-01-01", "01.01.2199 ещё не наступило"),
        ("2098-01-01", "нет диалогов"),
    ],
)
async def test_a_wrong_day_is_told_clearly(town: Town, wanted: str, told: str) -> None:
    await town.say(CUSTOMER, QUESTION)
    assert told in await town.say(ADMIN, f"/export {wanted}")
    await town.do_duty("exports")
    assert files(town) == []


@pytest.mark.parametrize("number", [CUSTOMER, OPERATOR])
async def test_nobody_else_learns_that_there_is_such_a_command(town: Town, number: int) -> None:
    assert "Выгруз" not in await town.say(number, "/export")


async def test_an_admin_who_is_one_no_more_gets_nothing(town: Town) -> None:
    await town.say(CUSTOMER, QUESTION)
    await town.say(ADMIN, "/export 2026-01-01")
    await town.tap(ADMIN, "Да, выгрузить")
    staff: Staff = town.people.staff
    await staff.grant(member(ADMIN, Role.OPERATOR))
    await town.do_duty("exports")
    assert await staff.role_of(ChannelName.TELEGRAM, str(ADMIN)) is Role.OPERATOR
    assert files(town) == []


async def test_a_tap_after_the_role_was_taken_changes_nothing(town: Town) -> None:
    await town.say(CUSTOMER, QUESTION)
    await town.say(ADMIN, "/export 2026-01-01")
    await town.people.staff.revoke(ChannelName.TELEGRAM, str(ADMIN))
    assert "Готовим файл" not in await town.tap(ADMIN, "Да, выгрузить")


async def test_one_that_is_too_large_is_left_to_the_command_line(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting_requests, "MOST_BYTES", 10)
    await town.say(CUSTOMER, QUESTION)
    await town.say(ADMIN, "/export 2026-01-01")
    await town.tap(ADMIN, "Да, выгрузить")
    await town.do_duty("exports")
    assert "python -m bot export" in town.telegram.screen(ADMIN)


@pytest.mark.parametrize(
    ("short", "told"), [("Чтобы учиться отвечать лучше", "нет диалогов"), ("Храним", "не сказано")]
)
async def test_terms_that_change_after_the_question_count(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path, short: str, told: str
) -> None:
    _write_terms(bakery_with_terms(tmp_path), "1", "Чтобы учиться отвечать лучше")
    async with (
        FakeTelegram() as telegram,
        open_bakery(telegram, redis, prefix, engine, tmp_path, clock=Clock(FAR)) as town,
    ):
        await town.say(CUSTOMER, QUESTION)
        await town.say(ADMIN, "/export 2026-01-01")
        await town.tap(ADMIN, "Да, выгрузить")
        _write_terms(town.folder, "2", short)
        await asyncio.sleep(1.0)
        await town.do_duty("exports")
        assert told in town.telegram.screen(ADMIN)
        assert files(town) == []


def _write_terms(folder: Path, version: str, short: str) -> None:
    text = f'version: "{version}"\nshort:\n  ru: {short}, {{days}}.\n  en: We keep it for {{days}}.\n'
    (folder / "terms.yaml").write_text(text)


async def test_every_job_has_somebody_who_does_it(town: Town) -> None:
    done = {*build_duties(town.people), "sweep", "stock"}
    assert jobs_of(town.people.tenant, town.engine).keys() <= done
