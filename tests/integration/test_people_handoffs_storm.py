"""Twenty operators and a hundred open handoffs, while turns are cut off again and again."""

import random
import re
from collections import Counter

from redis.asyncio import Redis

from bot.domain import ChannelName, ChatRef
from bot.store.engine import open_engine
from bot.store.migrate import migrate
from tests.fakes.telegram import FakeTelegram
from tests.integration.handoff_kit import ROOM, TELEGRAM, member, staff_town
from tests.integration.town_kit import Town, open_town

OPERATORS, CUSTOMERS = range(1_001, 1_021), range(5_001, 5_101)
_MARK = re.compile(r"\b[ck]\d+m\d+\b")


async def test_no_word_goes_astray(redis: Redis, prefix: str, sqlite_url: str) -> None:
    migrate(sqlite_url)
    engine = open_engine(sqlite_url)
    async with FakeTelegram() as telegram, open_town(telegram, redis, prefix, engine) as town:
        await _open(town)
        sent = await _talk(town, random.Random(3))
        heard = _heard(town)
        assert {mark: count for mark, count in heard.items() if count != 1} == {}
        assert set(heard) == sent
        assert _strangers(town) == []
    engine.dispose()


async def _open(town: Town) -> None:
    await staff_town(town)
    for number in OPERATORS:
        await town.people.staff.grant(member(number, f"Оператор {number}"))
    for number in CUSTOMERS:
        town.telegram.inject.open_chat(number)
        chat = ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(number))
        customer = town.people.handoffs.store.meet(chat, f"Клиент{number}", "ru", town.people.now())
        operator = await town.people.staff.member(TELEGRAM, str(OPERATORS[number % len(OPERATORS)]))
        assert operator is not None
        await town.people.handoffs.take(operator, customer)
        if number % 25 == 0:
            await town.settle()
    await town.settle()


async def _talk(town: Town, chance: random.Random) -> set[str]:
    """Everybody says something, in any order, while the turns that run are cut off again and again."""
    topics = {topic.name: topic.thread for topic in town.telegram.book.chats[ROOM].topics.values()}
    actions = [(kind, number) for kind in "ck" for number in CUSTOMERS]
    chance.shuffle(actions)
    for done, (kind, number) in enumerate(actions):
        mark = f"{kind}{number}m0"
        if kind == "c":
            town.telegram.inject.message(number, f"Вопрос {mark}", name=f"Клиент{number}")
        else:
            thread, operator = topics[f"Клиент{number}"], chance.choice(OPERATORS)
            town.telegram.inject.message(ROOM, f"Ответ {mark}", person_id=operator, thread=thread)
        if done % 5 == 0:  # nobody writes faster than updates are taken
            await town.telegram.updates.emptied.wait()
        if done % 20 == 0:
            for task in list(town.serving.values()):
                task.cancel()
        if done % 50 == 0:
            await town.settle()
    await town.settle()
    return {f"{kind}{number}m0" for kind, number in actions}


def _heard(town: Town) -> Counter[str]:
    """How often each mark stands where it belongs."""
    heard: Counter[str] = Counter()
    for number in (ROOM, *CUSTOMERS):
        for message in town.telegram.messages(number):
            if message.from_bot and message.reply_markup is None:
                heard.update(_MARK.findall(message.text))
    return heard


def _strangers(town: Town) -> list[str]:
    """The marks that stand in somebody else's chat or topic."""
    topics = {topic.thread: topic.name for topic in town.telegram.book.chats[ROOM].topics.values()}
    wrong = []
    for number in (ROOM, *CUSTOMERS):
        for message in town.telegram.messages(number):
            name = topics.get(message.thread or 0, "") if number == ROOM else f"Клиент{number}"
            marks = _MARK.findall(message.text) if message.from_bot else []
            wrong += [mark for mark in marks if f"Клиент{mark[1:].partition('m')[0]}" != name]
    return wrong
