"""/model through the dispatcher: which model answers, from the next turn of every process on."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain.staff import Role
from bot.errors import ModelUnavailable
from bot.memory.answers import RedisAnswerCache
from bot.people.changes.models import OFF, ModelOption, ModelOptions
from bot.people.tuning import Knob
from bot.wiring.models import SwitchedOff
from tests.assistants import SpokenModel
from tests.fakes.telegram import FakeTelegram
from tests.integration.changes_kit import acts, last, open_bakery, second_admin, worker_beside
from tests.integration.oversight_kit import ADMIN, ANSWER, CUSTOMER, OPERATOR, QUESTION, member
from tests.integration.town_kit import Town

OPTIONS = ModelOptions(
    options=(
        ModelOption(provider="local", model="", is_configured=True),
        ModelOption(provider="openai", model="gpt-x", is_configured=True),
        ModelOption(provider="gigachat", model="GigaChat-2", is_configured=False),
    ),
    default="local",
)
BY_LOCAL, BY_OPENAI = "Свежий хлеб бывает в 9:00 и в 15:00.", "Хлеб свежий в 9:00 и в 15:00."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def openai() -> SpokenModel:
    return SpokenModel(BY_OPENAI, composes=False, name="openai")


@pytest.fixture
async def town(redis: Redis, prefix: str, engine: Engine, openai: SpokenModel) -> AsyncIterator[Town]:
    async with (
        FakeTelegram() as telegram,
        open_bakery(
            telegram,
            redis,
            prefix,
            engine,
            model=SpokenModel(BY_LOCAL, composes=False, name="local"),
            models=OPTIONS,
            others={"openai": openai, OFF: SwitchedOff()},
            cache=RedisAnswerCache(redis, 60, prefix=prefix),
        ) as town,
    ):
        yield town


async def choose(town: Town, name: str) -> str:
    await town.say(ADMIN, f"/model {name}")
    return await town.tap(ADMIN, "Да, переключить")


async def test_the_chosen_model_answers_the_next_turn_though_another_s_answer_is_kept(
    town: Town, engine: Engine
) -> None:
    assert BY_LOCAL in await last(town, CUSTOMER, QUESTION)
    asked = await last(town, ADMIN, "/model openai")
    assert "Сейчас отвечает: локальная модель. Будет: OpenAI (gpt-x)" in asked
    assert "со следующего сообщения отвечает: OpenAI" in await town.tap(ADMIN, "Да, переключить")
    assert BY_OPENAI in await last(town, CUSTOMER, QUESTION)
    noted = [(act.act, act.details) for act in acts(engine) if act.act == "model_set"]
    assert noted == [("model_set", {"provider": "openai"})]


async def test_switched_off_the_stored_text_goes_out_and_no_model_is_asked(
    town: Town, openai: SpokenModel
) -> None:
    await town.say(ADMIN, "/model")
    await town.tap(ADMIN, "Выключить модель")
    assert "без модели, готовыми текстами" in await town.tap(ADMIN, "Да, переключить")
    told = await last(town, CUSTOMER, QUESTION)
    assert ANSWER in told
    assert BY_LOCAL not in told
    assert isinstance(town.model, SpokenModel)
    assert not town.model.asked
    assert not openai.asked
    assert "Модель выключена" in await town.say(ADMIN, "/model")
    await choose(town, "вкл")
    assert BY_LOCAL in await last(town, CUSTOMER, QUESTION)
    assert (await town.people.changes.in_force()).model is None


async def test_a_stored_answer_without_a_model_is_as_sure_as_ever(town: Town) -> None:
    await choose(town, "off")
    async with worker_beside(town) as other:
        answer = await other(QUESTION)
    assert (answer.outcome, answer.light, answer.verdicts) == ("answered", "green", ())


async def test_another_process_and_a_restarted_one_know_it_at_once(town: Town) -> None:
    async with worker_beside(town) as other:
        assert (await other(QUESTION)).text == BY_LOCAL
        await choose(town, "openai")
        assert (await other(QUESTION)).text == BY_OPENAI
    await town.redis.flushall()
    async with worker_beside(town) as restarted:
        assert (await restarted(QUESTION)).text == BY_OPENAI


async def test_a_turn_under_way_ends_with_the_model_that_began_it(town: Town) -> None:
    goes_on = asyncio.Event()
    town.model = SpokenModel((goes_on, BY_LOCAL), composes=False, name="local")
    async with worker_beside(town) as other:
        under_way = asyncio.ensure_future(other(QUESTION))
        assert isinstance(town.model, SpokenModel)
        await town.model.was_asked.wait()
        await choose(town, "openai")
        goes_on.set()
        assert (await under_way).text == BY_LOCAL
        assert (await other(QUESTION)).text == BY_OPENAI


async def test_what_cannot_be_chosen_is_told(town: Town) -> None:
    for said, told in (
        ("gigachat", "не настроено, выбрать нельзя"),
        ("чудо", "Такой модели нет"),
        ("openai local", "Такой модели нет"),
        ("local", "Так и есть"),
    ):
        assert told in await last(town, ADMIN, f"/model {said}")
    screen = await town.say(ADMIN, "/model")
    assert "Не настроены, поэтому выбрать нельзя: GigaChat" in screen
    assert "[Отвечать через: GigaChat" not in screen
    town.telegram.inject.press_forged(ADMIN, "model:set:gigachat")
    assert "не настроено" in await town.screen(ADMIN)
    assert (await town.people.changes.standing(Knob.MODEL)).version == 0


async def test_of_two_admins_the_second_is_told_what_the_first_changed(town: Town) -> None:
    second = await second_admin(town)
    await town.say(ADMIN, "/model openai")
    await town.say(second, "/model off")
    await town.tap(ADMIN, "Да, переключить")
    told = await town.tap(second, "Да, переключить")
    assert "Кто: Ольга" in told
    assert "было: локальная модель, стало: OpenAI" in told
    assert (await town.people.changes.in_force()).model == "openai"


async def test_whoever_is_no_admin_any_more_confirms_nothing(town: Town) -> None:
    await town.say(ADMIN, "/model off")
    await town.people.staff.grant(member(ADMIN, Role.OPERATOR))
    await town.tap(ADMIN, "Да, переключить")
    assert "не действует" in town.telegram.toasts(ADMIN)[-1].text
    assert (await town.people.changes.in_force()).model is None


async def test_others_learn_nothing_of_the_command(town: Town) -> None:
    for person in (CUSTOMER, OPERATOR):
        screen = await town.say(person, "/model off")
        assert "Будет:" not in screen
        assert "[Да, переключить]" not in screen


async def test_a_model_that_fails_can_be_switched_off_and_is_asked_no_more(town: Town) -> None:
    town.model = SpokenModel(ModelUnavailable("it is down"), composes=False, name="local")
    told = [await last(town, CUSTOMER, QUESTION) for _ in range(4)]
    assert (asked := len(town.model.asked))
    assert "отвечает: без модели" in await choose(town, "off")
    assert await last(town, CUSTOMER, QUESTION) == told[-1]
    assert len(town.model.asked) == asked
    await choose(town, "openai")
    assert BY_OPENAI in await last(town, CUSTOMER, QUESTION)


async def test_a_choice_can_be_given_back_to_the_settings_though_the_same_model_answers(town: Town) -> None:
    await choose(town, "openai")
    await choose(town, "local")
    assert "Будет: локальная модель" in await last(town, ADMIN, "/model on")
    await town.tap(ADMIN, "Да, переключить")
    tuned = await town.people.changes.standing(Knob.MODEL)
    assert tuned.value == {"provider": None}
    assert "Ничего не изменилось" in await last(town, ADMIN, "/model on")
