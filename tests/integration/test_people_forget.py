"""Whoever asks to be forgotten is found in no store afterwards, and nobody else has lost anything."""

import asyncio
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.store.erasing import ErasureStore
from bot.store.turns import TurnStore
from tests.assistants import SpokenModel
from tests.fakes.telegram import FakeTelegram
from tests.integration.consent_kit import QUESTION, bakery_with_terms
from tests.integration.forget_kit import (
    HER_CHAT,
    MARFA,
    MARKS,
    NAME,
    WORD,
    everything,
    forget,
    live,
    places,
)
from tests.integration.town_kit import Town, open_town


@pytest.fixture
def town(town_with_terms: Town) -> Town:
    return town_with_terms


async def test_the_words_are_in_every_store_before(town: Town, tmp_path: Path) -> None:
    await live(town)
    found = places(await everything(town, tmp_path), *MARKS)
    assert sum(place.startswith("sql ") for place in found) > 8
    assert sum(place.startswith("redis ") for place in found) >= 14


async def test_nothing_is_left_anywhere(town: Town, tmp_path: Path) -> None:
    await live(town)
    await town.say(7, "/mydata")
    screen = await forget(town)
    assert "о вас больше ничего не хранится" in screen
    assert places(await everything(town, tmp_path), *MARKS) == []


async def test_whoever_is_forgotten_is_a_stranger(town: Town) -> None:
    await live(town)
    await forget(town)
    town.telegram.inject.message(7, QUESTION)
    assert "[Согласен]" in await town.screen(7)


async def test_nobody_else_has_lost_anything(town: Town, tmp_path: Path) -> None:
    await live(town, 77, word="кикимора", name="Вася")
    before = await everything(town, tmp_path)
    kept = {place: before[place].count("кикимора") for place in places(before, "кикимора")}
    await live(town)
    await forget(town)
    after = await everything(town, tmp_path)
    gone = {
        place
        for place, count in kept.items()
        if after.get(place, "").count("кикимора") != count and not place.startswith("file ")
    }
    assert gone == {f"redis {town.prefix}:answer:77abc"}  # answers are nobody's: they are written again


async def test_a_no_changes_nothing(town: Town, tmp_path: Path) -> None:
    await live(town)
    await town.say(7, "/forget")
    assert "всё осталось как было" in await town.tap(7, "Нет, оставить")
    assert places(await everything(town, tmp_path), WORD)


async def test_old_and_forged_buttons_erase_nothing(town: Town, tmp_path: Path) -> None:
    await live(town)
    await town.say(7, "/forget")
    for data in ("own:erase:7:1", "own:erase:7:", "own:erase:7:²", "own:erase:77:9999999999", "own:erase"):
        town.telegram.inject.press_forged(7, data)
    await town.settle()
    assert [toast.text[:10] for toast in town.telegram.toasts(7)] == [
        *["Эта кнопка"] * 5,
    ]
    assert places(await everything(town, tmp_path), WORD)


async def test_a_yes_that_is_delivered_again_leaves_the_new_life_alone(town: Town) -> None:
    await live(town)
    await town.say(7, "/forget")
    yes = town.telegram.inject.press_text(7, "Да, стереть всё")
    await town.settle()
    await town.say(7, QUESTION)
    town.telegram.inject.redeliver(yes.update_id)
    await town.settle()
    assert TurnStore(town.engine).counts().turns == 1


async def test_a_turn_in_hand_writes_nothing_afterwards(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    go_on = asyncio.Event()
    model = SpokenModel(("Хлеб ", go_on, f"свежий, {WORD}."), composes=True)
    folder = bakery_with_terms(tmp_path)
    async with open_town(telegram, redis, prefix, engine, folder=folder, model=model) as town:
        await town.agree(7)
        telegram.inject.message(7, f"Чем отличается ржаной хлеб от пшеничного? {WORD}", name=NAME)
        await asyncio.wait_for(model.was_asked.wait(), 10)
        telegram.inject.message(7, f"Ещё одно, {WORD}")
        telegram.inject.message(7, "/forget")
        while not any("Стереть всё" in message.text for message in telegram.messages(7)):
            await town.people.privacy.inbox.erase("telegram:7", "7")
            await asyncio.sleep(0.01)
        telegram.inject.press_text(7, "Да, стереть всё")
        await town.settle()
        go_on.set()
        await town.settle()
        assert places(await everything(town, tmp_path), *MARKS) == []


async def test_a_record_on_its_way_to_sql_is_passed_over(town: Town, tmp_path: Path) -> None:
    await live(town)
    (record, *_) = TurnStore(town.engine).recent(HER_CHAT, 1)
    await forget(town)
    TurnStore(town.engine).record([record])
    assert places(await everything(town, tmp_path), *MARKS) == []


async def test_others_in_a_group_keep_their_turns(town: Town, tmp_path: Path) -> None:
    for user_id, word in ((7, WORD), (77, "кикимора")):
        await town.agree(user_id)
        town.telegram.inject.message(-5, f"@dezhurny_test_bot {QUESTION} {word}", person_id=user_id)
        await town.settle()
    await forget(town)
    held = await everything(town, tmp_path)
    assert places(held, *MARKS) == []
    assert {"sql turns", f"redis {town.prefix}:memory:telegram:-5"} <= set(places(held, "кикимора"))


async def test_it_is_forgotten_that_somebody_was_forgotten(town: Town) -> None:
    await live(town)
    await forget(town)
    store = ErasureStore(town.engine, town.people.tenant.name)
    assert store.open_of(MARFA) is None
    assert store.forget_told(town.people.now()) == 1


async def test_people_talk_on_while_somebody_is_forgotten(town: Town, tmp_path: Path) -> None:
    await live(town)
    others = range(100, 120)
    for user_id in others:
        town.telegram.inject.open_chat(user_id)
        await town.agree(user_id)
    await town.say(7, "/forget")
    for number in range(3):
        for user_id in others:
            town.telegram.inject.message(user_id, f"{QUESTION} {number}")
        if number == 1:
            town.telegram.inject.press_text(7, "Да, стереть всё")
    await town.settle()
    assert places(await everything(town, tmp_path), *MARKS) == []
    counts = TurnStore(town.engine).counts()
    assert (counts.people, counts.turns) == (20, 60)
