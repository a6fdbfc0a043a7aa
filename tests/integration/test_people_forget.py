"""Whoever asks to be forgotten is found in no store afterwards, and nobody else has lost anything."""

import asyncio
import inspect
import itertools
from collections.abc import AsyncIterator
from copy import copy
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName, ChatRef
from bot.domain.consents import Person
from bot.embedded.redis import EmbeddedRedis
from bot.people.privacy.erasing import Erasing
from bot.people.privacy.erasing_redis import RedisEraser
from bot.store.callbacks import CALLBACKS
from bot.store.erasing import Erasure, ErasureStore, Traces
from bot.store.holds import HoldStore
from bot.store.turns import TurnStore
from tests.assistants import SpokenModel
from tests.fakes.telegram import FakeTelegram, Fault, FaultKind
from tests.integration.consent_kit import QUESTION, bakery_with_terms, strangers
from tests.integration.forget_kit import (
    MARKS,
    NAME,
    PHONE,
    WORD,
    everything,
    files,
    places,
    plant_keys,
    plant_rows,
)
from tests.integration.handoff_kit import ROOM, staff_town, take, write
from tests.integration.town_kit import Town, open_town

MARFA = Person(channel=ChannelName.TELEGRAM, external_id="7")
HER_CHAT = ChatRef(channel=ChannelName.TELEGRAM, chat_id="7")


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        telegram.inject.open_chat(7)
        telegram.inject.open_chat(77)
        yield telegram


@pytest.fixture
async def town(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> AsyncIterator[Town]:
    folder = bakery_with_terms(tmp_path)
    async with open_town(telegram, redis, prefix, engine, folder=folder) as town:
        yield town


async def live(town: Town, user_id: int = 7, *, word: str = WORD, name: str = NAME) -> None:
    """Talk, and leave words in every store."""
    await town.say(user_id, f"{QUESTION} {word}", name=name)
    await town.say(user_id, f"Мой номер {PHONE}, {word}", name=name)
    plant_rows(town, user_id, word=word)
    await plant_keys(town, user_id, word=word)


async def forget(town: Town, user_id: int = 7) -> str:
    await town.say(user_id, "забудь меня")
    return await town.tap(user_id, "Да, стереть всё")


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


async def test_an_erasure_that_was_killed_anywhere_is_finished_by_the_clock(
    town: Town, tmp_path: Path
) -> None:
    steps = 0
    for survives in itertools.count():
        await live(town)
        await town.people.privacy.erasing.ask(erasure(town, survives))
        mortal = Mortal(survives)
        try:
            await mortal.version_of(town.people.privacy.erasing).finish(MARFA)
        except Killed:
            steps += 1
        await town.do_duty("erasures")
        assert places(await everything(town, tmp_path), *MARKS) == [], survives
        if mortal.survives > 0:
            break
    assert steps >= 10


class Killed(BaseException):
    """As if the process was gone."""


class Mortal:
    """Carries out so many steps of an erasure, and dies after the next."""

    def __init__(self, survives: int) -> None:
        self.survives = survives + 1

    def version_of(self, erasing: Erasing) -> Erasing:
        mortal = copy(erasing)
        for part in ("_store", "_redis", "_inbox", "_consents", "_posts", "_files"):
            setattr(mortal, part, _Counted(getattr(erasing, part), self))
        return mortal

    def step(self) -> None:
        self.survives -= 1
        if not self.survives:
            raise Killed


class _Counted:
    def __init__(self, whole: Any, life: Mortal) -> None:
        self._whole = whole
        self._life = life

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._whole, name)

        async def later(*args: Any, **options: Any) -> Any:
            result = await method(*args, **options)
            self._life.step()
            return result

        def now(*args: Any, **options: Any) -> Any:
            result = method(*args, **options)
            self._life.step()
            return result

        return later if inspect.iscoroutinefunction(method) else now


async def test_it_is_forgotten_that_somebody_was_forgotten(town: Town) -> None:
    await live(town)
    await forget(town)
    store = ErasureStore(town.engine, town.people.tenant.name)
    assert store.open_of(MARFA) is None
    assert store.forget_told(town.people.now()) == 1


async def test_consent_is_given_only_after_the_erasure_is_done(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    async with strangers(telegram, redis, prefix, engine, bakery_with_terms(tmp_path)) as town:
        await town.say(7, QUESTION, name=NAME)
        await town.people.privacy.erasing.ask(erasure(town, 1))
        await town.tap(7, "Согласен")
        await town.do_duty("erasures")
        assert await town.people.consents.of(MARFA) is not None


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


def erasure(town: Town, number: int) -> Erasure:
    message_id = town.telegram.messages(7)[-1].message_id + number
    return Erasure(person=MARFA, chat=HER_CHAT, message_id=message_id, asked_at=town.people.now())


async def test_the_staff_see_that_all_is_erased(town: Town, tmp_path: Path) -> None:
    await staff_town(town)
    await live(town)
    await take(town, 7)
    topic = max(town.telegram.book.chats[ROOM].topics)
    await write(town, f"Здравствуйте, {WORD}.", thread=topic)
    callback = subject_of_callback(town)
    await town.people.posts.tell(callback, f"Перезвонить: {NAME}, {PHONE}", name="test")
    await town.settle()
    assert PHONE in town.telegram.screen(ROOM)
    await forget(town)
    room = town.telegram.screen(ROOM)
    assert PHONE not in room
    assert WORD not in room
    assert "данные удалены по просьбе клиента" in room.lower()
    assert town.telegram.book.chats[ROOM].topics[topic].deleted
    assert places(await everything(town, tmp_path), *MARKS) == []


async def test_a_topic_that_must_stay_is_closed_without_a_name(town: Town) -> None:
    await staff_town(town)
    await town.say(7, QUESTION, name=NAME)
    await take(town, 7)
    topic = max(town.telegram.book.chats[ROOM].topics)
    town.telegram.faults.add(Fault(kind=FaultKind.ERROR, methods=("deleteForumTopic",), times=1, status=400))
    await forget(town)
    kept = town.telegram.book.chats[ROOM].topics[topic]
    assert (kept.name, kept.closed) == ("Данные удалены по просьбе клиента", True)


def subject_of_callback(town: Town) -> str:
    """What cards of the person's request to be called are about."""
    with town.engine.begin() as connection:
        return f"callback:{connection.execute(CALLBACKS.select()).first().id}"  # type: ignore[union-attr]


async def test_what_the_law_needs_stays_and_people_are_told_why(town: Town) -> None:
    await town.say(7, QUESTION)
    await town.say(7, "/forget")
    holds = HoldStore(town.engine, town.people.tenant.name)
    (known,) = holds.find("7")
    holds.place(known.row_id, "спор о *возврате*", by="telegram:1", at=town.people.now())
    assert "Причина: спор о *возврате*." in await town.tap(7, "Да, стереть всё")
    assert "Стереть всё сейчас нельзя" in await town.say(7, "забудь меня")
    assert TurnStore(town.engine).counts().turns == 1


async def test_what_was_erased_is_not_in_the_servers_file_either(prefix: str, tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path)
    await asyncio.to_thread(server.start)
    redis = Redis.from_url(server.url)
    try:
        await redis.set(f"{prefix}:draft:telegram:7", WORD)
        assert places(files(tmp_path), WORD)
        eraser = RedisEraser(redis, prefix=prefix)
        await eraser.erase(MARFA, Traces())
        await eraser.rewrite_log()
        async with asyncio.timeout(20):
            while places(await asyncio.to_thread(files, tmp_path), WORD):  # noqa: ASYNC110  another process writes it
                await asyncio.sleep(0.05)
    finally:
        await redis.aclose()
        await asyncio.to_thread(server.stop)
