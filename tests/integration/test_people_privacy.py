"""People see what is kept of them, get it as a file, and take their consent back."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, text

from bot.domain import ChannelName
from bot.domain.consents import Person
from bot.people.privacy.consent import Standing
from bot.store.callbacks import CALLBACKS
from bot.store.turns import TurnStore
from tests.assistants import SpokenModel
from tests.fakes.telegram import FakeTelegram
from tests.integration.consent_kit import QUESTION, bakery_with_terms, strangers
from tests.integration.forget_kit import PHONE, keys, plant_rows
from tests.integration.town_kit import Town, open_town

ANNA = Person(channel=ChannelName.TELEGRAM, external_id="7")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        telegram.inject.open_chat(7)
        yield telegram


@pytest.fixture
async def town(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> AsyncIterator[Town]:
    folder = bakery_with_terms(tmp_path)
    async with open_town(telegram, redis, prefix, engine, folder=folder) as town:
        yield town


async def exported(town: Town, ending: str) -> str:
    """What is in the newest file of the chat with that ending."""
    await town.settle()
    files = [message for message in town.telegram.messages(7) if message.file_name == f"my-data.{ending}"]
    return town.telegram.file(files[-1].file_id).decode("utf-8-sig")


async def test_the_screen_says_what_was_agreed_to_and_what_is_held(town: Town) -> None:
    await town.say(7, QUESTION)
    screen = await town.say(7, "/privacy")
    assert "Согласие с условиями: версия 1, с " in screen
    assert "сообщения с ответами: 1" in screen
    for button in ("Условия целиком", "Мои данные файлом", "Стереть всё обо мне", "Отозвать согласие"):
        assert f"[{button}]" in screen


async def test_a_stranger_sees_that_nothing_is_held(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    async with strangers(telegram, redis, prefix, engine, bakery_with_terms(tmp_path)) as town:
        screen = await town.say(7, "/privacy")
        assert "Согласия с условиями сейчас нет" in screen
        assert "О вас сейчас ничего не хранится." in screen
        assert "О вас ничего не хранится, поэтому и файла нет." in await town.say(7, "/mydata")


async def test_where_there_are_no_terms_there_is_nothing_to_withdraw(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine
) -> None:
    async with open_town(telegram, redis, prefix, engine) as town:
        screen = await town.say(7, "/privacy")
        assert "огласие" not in screen
        assert "[Мои данные файлом]" in screen


async def test_withdrawn_consent_silences_the_assistant(town: Town) -> None:
    await town.say(7, QUESTION)
    await town.say(7, "/privacy")
    screen = await town.tap(7, "Отозвать согласие")
    assert "ассистент не отвечает и ничего нового о вас не хранит" in screen
    assert await town.people.consents.standing(ANNA) is Standing.MISSING
    town.telegram.inject.message(7, QUESTION)
    assert "[Согласен]" in await town.screen(7)
    assert TurnStore(town.engine).counts().turns == 1


async def test_what_is_being_answered_is_stopped_too(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    go_on = asyncio.Event()
    model = SpokenModel(("Ржаной ", go_on, "темнее."))
    folder = bakery_with_terms(tmp_path)
    async with open_town(telegram, redis, prefix, engine, folder=folder, model=model) as town:
        await town.say(7, "/privacy")
        telegram.inject.message(7, "Чем отличается ржаной хлеб от пшеничного?")
        await asyncio.wait_for(model.was_asked.wait(), 10)
        telegram.inject.press_text(7, "Отозвать согласие")
        async with asyncio.timeout(10):
            while await town.people.consents.standing(ANNA) is Standing.GIVEN:  # noqa: ASYNC110  polled
                await asyncio.sleep(0.01)
        go_on.set()
        await town.settle()
        assert TurnStore(engine).counts().turns == 0


async def test_a_second_tap_says_that_there_is_no_consent(town: Town) -> None:
    await town.say(7, "/privacy")
    message_id = town.telegram.messages(7)[-1].message_id
    await town.tap(7, "Отозвать согласие")
    town.telegram.inject.press_forged(7, "own:withdraw:7:", message_id=message_id)
    await town.settle()
    assert town.telegram.toasts(7)[-1].text == "Согласия и так нет: отзывать нечего."


async def test_the_summary_is_kept_or_not_by_a_tap(town: Town) -> None:
    await town.say(7, "/privacy")
    screen = await town.tap(7, "☐ Помнить разговор")
    assert "Краткое содержание разговора храним" in screen
    assert await town.people.consents.keeps_summary(ANNA)
    await town.tap(7, "☑ Помнить разговор")
    assert not await town.people.consents.keeps_summary(ANNA)


async def test_no_more_summaries_means_that_those_there_are_gone(town: Town) -> None:
    await town.say(7, QUESTION)
    await town.people.consents.keep_summary(ANNA, keeps=True)
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE dialogues SET summary = 'хлеб'"))
    await town.people.consents.keep_summary(ANNA, keeps=False)
    with town.engine.begin() as connection:
        assert connection.scalar(text("SELECT summary FROM dialogues")) is None


async def test_the_file_holds_everything_of_the_person(town: Town) -> None:
    await town.say(7, f"{QUESTION} зюзюка", name="Марфа")
    planted = plant_rows(town, 7)
    seal_phone(town)
    await town.say(7, "/mydata")
    data = json.loads(await exported(town, "json"))
    assert data["people"][0]["name"] == "Марфа"
    assert "зюзюка" in data["turns"][0]["question"]
    assert "зюзюка" in json.dumps(data["memory"], ensure_ascii=False)
    assert data["callbacks"][0]["phone"] == PHONE
    assert set(planted) - {"marks", "mark_items", "proposals", "callbacks"} <= data.keys()


async def test_the_file_says_nothing_of_the_staff_or_of_others(town: Town) -> None:
    await town.say(77, f"{QUESTION} кикимора", name="Вася")
    await town.say(7, QUESTION)
    plant_rows(town, 7, word="сотрудник")
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE callbacks SET taken_by = 'telegram:5005'"))
        connection.execute(text("UPDATE handoffs SET operator = 'telegram:5005'"))
    await town.say(7, "/mydata")
    for ending in ("json", "txt"):
        said = await exported(town, ending)
        assert all(word not in said for word in ("5005", "кикимора", "Вася"))


async def test_the_readable_file_says_what_it_is(town: Town) -> None:
    await town.say(7, f"{QUESTION} зюзюка")
    await town.say(7, "/mydata")
    said = await exported(town, "txt")
    assert said.startswith("Что о вас хранится: ")
    assert "зюзюка" in said
    assert "{" not in said


async def test_the_bytes_of_the_file_are_forgotten_once_it_is_sent(town: Town) -> None:
    await town.say(7, f"{QUESTION} зюзюка")
    await town.say(7, "/mydata")
    assert [name for name in await keys(town.redis) if ":file:" in name] == []


@pytest.mark.parametrize("command", ["/privacy", "/mydata", "/forget"])
async def test_nothing_of_it_is_said_in_a_group(town: Town, command: str) -> None:
    await town.agree(7)
    town.telegram.inject.message(-5, f"{command}@dezhurny_test_bot", person_id=7)
    await town.settle()
    (answer,) = [message.text for message in town.telegram.messages(-5) if message.from_bot]
    assert "напишите мне то же самое в личном чате" in answer


async def test_help_tells_of_all_three_commands(town: Town) -> None:
    screen = await town.say(7, "/help")
    assert all(f"/{command}: " in screen for command in ("privacy", "mydata", "forget"))


async def test_an_english_speaker_reads_english(town: Town) -> None:
    screen = await town.say(7, "/privacy", language="en")
    assert "Consent to the terms: version 1" in screen


def seal_phone(town: Town) -> None:
    """Make the planted callback's phone a real one."""
    sealed = town.people.sealer.seal(PHONE)
    with town.engine.begin() as connection:
        connection.execute(CALLBACKS.update().values(phone_sealed=sealed))
