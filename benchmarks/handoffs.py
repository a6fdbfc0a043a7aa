"""Open handoffs under kills: `python -m benchmarks.handoffs [--operators 200 --handoffs 2000]`.

The real bot and workers, Redis, SQLite and a fake Telegram over HTTP. Customers and operators write to each
other through the bot, each message with a mark of its own, while dialogues are given back and taken by other
operators, and processes are killed by SIGKILL. Then every chat is read: whose marks stand where, how often,
and what was said by whom while somebody held the dialogue. Telegram's limits are out of force here.
"""

import argparse
import asyncio
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from benchmarks.chaos.programs import Program, procfile_command
from benchmarks.handoffs_verdict import ROOM, Verdict
from benchmarks.measuring import report, say
from bot.domain import ChannelName, ChatRef
from bot.domain.staff import Member, Role, Room
from bot.embedded.redis import EmbeddedRedis, embedded_redis_url
from bot.staff.roles import Staff
from bot.store.engine import database_url, open_engine
from bot.store.handoffs import HandoffStore
from bot.store.migrate import migrate
from bot.store.staff import StaffStore
from tests.fakes.telegram import FakeTelegram

TENANT = Path(__file__).parents[1] / "tests" / "fixtures" / "tenants" / "bakery"
TELEGRAM = ChannelName.TELEGRAM
FIRST_OPERATOR, FIRST_CUSTOMER = 10_001, 100_001
_MOST_PENDING = 60
"""Nobody writes faster than updates are taken: else what is measured is the queue."""
_UNLIMITED = {
    "TELEGRAM_MESSAGES_PER_SECOND": "100000",
    "TELEGRAM_CHAT_INTERVAL_S": "0",
    "TELEGRAM_GROUP_MESSAGES_PER_MINUTE": "1000000",
}


@dataclass(kw_only=True)
class Storm:
    """One installation with its staff and customers."""

    home: Path
    telegram: FakeTelegram
    redis: Redis
    bot: Program
    workers: list[Program]
    operators: Sequence[int]
    customers: Sequence[int]
    chance: random.Random
    kills: int = 0
    topics: dict[int, int] = field(default_factory=dict)
    """Of each customer."""
    sent: Counter[str] = field(default_factory=Counter)
    """How many messages each mark stands in: of customers ``c<id>m<n>``, of operators ``k<id>m<n>``."""

    def customer_says(self, customer: int) -> None:
        mark = self._mark("c", customer)
        self.telegram.inject.message(customer, f"Вопрос {mark}", name=_name(customer))

    def operator_says(self, customer: int) -> None:
        mark = self._mark("k", customer)
        operator = self.chance.choice(self.operators)
        thread = self.topics[customer]
        self.telegram.inject.message(ROOM, f"Ответ {mark}", person_id=operator, thread=thread)

    def command(self, customer: int, command: str) -> None:
        operator, thread = self.chance.choice(self.operators), self.topics[customer]
        self.telegram.inject.message(ROOM, command, person_id=operator, thread=thread)

    def kill_one(self) -> None:
        self.kills += self.chance.choice([self.bot, *self.workers]).kill()

    async def quiet(self, timeout_s: float) -> bool:
        """Whether everything was handled within the time: no update, no chat and no record waits."""
        deadline = time.monotonic() + timeout_s
        calm = 0
        while time.monotonic() < deadline:
            busy = await self.redis.zcard("dz:busy") + await self.redis.xlen("dz:turnlog")
            calm = calm + 1 if not busy and self.telegram.updates.emptied.is_set() else 0
            if calm == 3:
                return True
            await asyncio.sleep(0.3)
        return False

    def learn_topics(self) -> None:
        by_name = {topic.name: topic.thread for topic in self.telegram.book.chats[ROOM].topics.values()}
        self.topics = {one: by_name[_name(one)] for one in self.customers if _name(one) in by_name}

    def _mark(self, kind: str, customer: int) -> str:
        number = sum(1 for mark in self.sent if mark.startswith(f"{kind}{customer}m"))
        mark = f"{kind}{customer}m{number}"
        self.sent[mark] += 1
        return mark


def _name(customer: int) -> str:
    return f"Клиент{customer}"


@asynccontextmanager
async def _opened(operators: int, handoffs: int, seed: int) -> AsyncIterator[Storm]:
    home = Path(tempfile.mkdtemp(prefix="dz-handoffs-"))
    async with FakeTelegram() as telegram:
        environment = {
            **os.environ,
            "TENANT": str(TENANT),
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_BASE_URL": telegram.base_url,
            "LLM_PROVIDER": "openai",
            "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",  # nobody is there: answers come from the texts
            "OPENAI_API_KEY": "none",
            "DATA_DIR": str(home),
            "BURST_WINDOW_S": "0",
            "EMBEDDINGS": "false",
            "TURNS_PER_MINUTE": "100000",
            **_UNLIMITED,
        }

        def program(process: str, name: str) -> Program:
            return Program(name, procfile_command(process), environment, home / f"{name}.log")

        server = program("redis", "redis")
        storm = Storm(
            home=home,
            telegram=telegram,
            redis=Redis.from_url(
                embedded_redis_url(home),
                retry=Retry(ConstantBackoff(0.1), 300),
                retry_on_error=[RedisConnectionError],
            ),
            bot=program("bot", "bot"),
            workers=[program("worker", f"worker{number}") for number in (1, 2)],
            operators=range(FIRST_OPERATOR, FIRST_OPERATOR + operators),
            customers=range(FIRST_CUSTOMER, FIRST_CUSTOMER + handoffs),
            chance=random.Random(seed),
        )
        await _people(storm, database_url(None, home))
        programs = (server, *storm.workers, storm.bot)
        for one in programs:
            one.start()
        try:
            yield storm
        finally:
            await asyncio.gather(*(one.stop() for one in programs[1:]))
            await storm.redis.aclose()
            await server.stop()
            await asyncio.to_thread(EmbeddedRedis(home).stop)
            shutil.rmtree(home, ignore_errors=True)


async def _people(storm: Storm, url: str) -> None:
    """The staff, their room, and customers who are known."""
    migrate(url)
    engine = open_engine(url)
    staff, handoffs = Staff(StaffStore(engine, "bakery")), HandoffStore(engine, "bakery")
    storm.telegram.inject.open_chat(ROOM, title="Смена", forum=True)
    room = ChatRef(channel=TELEGRAM, chat_id=str(ROOM), private=False)
    await staff.bind_room(Room(chat=room, has_topics=True))
    for number in storm.operators:
        storm.telegram.inject.open_chat(number)
        await staff.grant(
            Member(channel=TELEGRAM, external_id=str(number), name=f"Оператор{number}", role=Role.OPERATOR)
        )
    now = datetime.now(UTC)
    for number in storm.customers:
        storm.telegram.inject.open_chat(number, name=_name(number))
        handoffs.meet(ChatRef(channel=TELEGRAM, chat_id=str(number)), _name(number), "ru", now)
    engine.dispose()


async def measure(operators: int, handoffs: int, rounds: int, kills: int, seed: int) -> dict[str, object]:
    began = time.monotonic()
    async with _opened(operators, handoffs, seed) as storm:
        storm.telegram.inject.message(ROOM, f"/take {storm.customers[0]}", person_id=storm.operators[0])
        is_open = await storm.quiet(60.0)
        for number in storm.customers:
            operator = storm.operators[number % operators]
            storm.telegram.inject.press_forged(ROOM, f"ho:c:telegram:{number}", user_id=operator)
        is_open = await storm.quiet(120.0 + handoffs / 10)
        storm.learn_topics()
        opened_s = time.monotonic() - began
        say(f"{len(storm.topics)} handoffs open after {opened_s:.0f} s")
        killing = asyncio.create_task(_kill(storm, kills))
        for number in range(rounds):
            await _round(storm, is_last=number == rounds - 1)
            say(f"round {number + 1} after {time.monotonic() - began:.0f} s, {storm.kills} kills")
        await killing
        is_quiet = await storm.quiet(90.0)
        found = Verdict(storm.telegram, storm.home, storm.topics, storm.sent).read()
    return {
        "operators": operators,
        "handoffs_open": len(storm.topics),
        "messages": sum(storm.sent.values()),
        "kills": storm.kills,
        "quiet": is_open and is_quiet,
        **found,
        "opening_s": round(opened_s, 1),
        "seconds": round(time.monotonic() - began, 1),
    }


async def _round(storm: Storm, *, is_last: bool) -> None:
    """Everybody says something, in any order; a tenth of the dialogues changes hands, some end."""
    actions = [(storm.customer_says, one) for one in storm.topics]
    actions += [(storm.operator_says, one) for one in storm.topics]
    storm.chance.shuffle(actions)
    changing = set(storm.chance.sample(sorted(storm.topics), len(storm.topics) // 10))
    for act, customer in actions:
        act(customer)
        if customer in changing:
            changing.discard(customer)
            storm.command(customer, "/release")
            if is_last or storm.chance.random() < 0.5:
                storm.command(customer, "/take")
        while len(storm.telegram.updates.pending) > _MOST_PENDING:  # noqa: ASYNC110  another process takes them
            await asyncio.sleep(0.02)
    await storm.quiet(90.0)


async def _kill(storm: Storm, kills: int) -> None:
    for _ in range(kills):
        await asyncio.sleep(storm.chance.uniform(3.0, 6.0))
        storm.kill_one()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.handoffs", description=__doc__)
    parser.add_argument("--operators", type=int, default=200)
    parser.add_argument("--handoffs", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    report(asyncio.run(measure(**vars(options))))


if __name__ == "__main__":
    main()
