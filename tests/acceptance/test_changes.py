"""What an admin changes counts in the next turn of every worker, and after a restart of all processes."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import pytest_asyncio

from bot.domain.staff import Role
from bot.staff.roles import Staff
from bot.store.engine import open_engine
from bot.store.staff import StaffStore
from tests.fakes.model import ScriptedModel
from tests.fakes.telegram import FakeTelegram
from tests.integration.oversight_kit import member
from tests.stack import UNHURRIED, Stack, telegram_and_model

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORKERS = ("worker", "second worker")
ADMIN = 199
BY_MODEL = "Да, приезжайте!"
DRIVE, THURSDAY = "Есть ли у вас тест-драйв?", "До скольки вы работаете в четверг?"
AT_ONCE = 6
ROUNDS = 20


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        yield telegram


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(telegram: FakeTelegram, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with ScriptedModel(answer=lambda _: BY_MODEL) as model:
        settings = telegram_and_model(telegram, model) | UNHURRIED | {"ANSWER_CACHE_TTL_S": "600"}
        async with Stack.open(tmp_path_factory.mktemp("stack"), **settings) as stack:
            engine = open_engine(f"sqlite:///{stack.data_dir / 'dezhurny.db'}")
            await Staff(StaffStore(engine, "mercedes")).grant(member(ADMIN, Role.ADMIN))
            engine.dispose()
            await start_all(stack)
            yield stack


@pytest.fixture(scope="module")
def customers() -> Iterator[int]:
    return count(1)


async def start_all(stack: Stack) -> None:
    await stack.start("bot", "worker", "scheduler")
    await stack.start_another("worker", WORKERS[1])


async def act(telegram: FakeTelegram, *steps: tuple[str, str]) -> None:
    """What the admin says, or taps if it stands in brackets, each with what is told then."""
    for step, told in steps:
        if step.startswith("["):
            telegram.inject.press_text(ADMIN, step.strip("[]"))
        else:
            telegram.inject.message(ADMIN, step)
        await telegram.wait_for_text(ADMIN, told)


async def told_by_both(
    stack: Stack, telegram: FakeTelegram, customers: Iterator[int], question: str
) -> set[str]:
    """All that new customers are told, until each worker has told some of them."""
    before = [stack.log(name).count("turn_answered") for name in WORKERS]
    told: set[str] = set()
    for _ in range(ROUNDS):
        chats = [next(customers) for _ in range(AT_ONCE)]
        for chat in chats:
            telegram.inject.message(chat, question)
        for chat in chats:
            (reply, *_) = await telegram.wait_for_reply(chat)
            told.add(reply.text)
        now = [stack.log(name).count("turn_answered") for name in WORKERS]
        if all(later > earlier for earlier, later in zip(before, now, strict=True)):
            return told
    raise AssertionError(f"one of the workers never answered: {before}, then {now}")


def grow_old(stack: Stack, days: int) -> int:
    """Let one turn have been so long ago; its number."""
    long_ago = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days)
    with closing(sqlite3.connect(stack.data_dir / "dezhurny.db", timeout=10)) as store, store:
        (number,) = store.execute("SELECT max(id) FROM turns").fetchone()
        times = (str(long_ago), str(long_ago), number)
        store.execute("UPDATE turns SET received_at = ?, answered_at = ? WHERE id = ?", times)
    return int(number)


def is_there(stack: Stack, turn: int) -> bool:
    with closing(sqlite3.connect(stack.data_dir / "dezhurny.db", timeout=10)) as store:
        return bool(store.execute("SELECT count(*) FROM turns WHERE id = ?", (turn,)).fetchone()[0])


async def test_a_forbidden_topic_counts_in_both_though_the_answer_is_kept(
    stack: Stack, telegram: FakeTelegram, customers: Iterator[int]
) -> None:
    assert await told_by_both(stack, telegram, customers, DRIVE) == {BY_MODEL}
    await act(
        telegram,
        ("/topics", "О чём не говорим"),
        ("[Добавить тему]", "Как назвать"),
        ("поездки", "По каким словам"),
        ("тест-драйв", "Новая тема"),
        ("[Да, не говорить об этом]", "теперь не говорим: поездки"),
    )
    assert BY_MODEL not in await told_by_both(stack, telegram, customers, DRIVE)


async def test_a_model_that_is_switched_off_writes_in_neither(
    stack: Stack, telegram: FakeTelegram, customers: Iterator[int]
) -> None:
    question = "Какие документы нужны для кредита?"
    assert BY_MODEL in await told_by_both(stack, telegram, customers, question)
    await act(telegram, ("/model off", "Будет: без модели"), ("[Да, переключить]", "отвечает: без модели"))
    assert BY_MODEL not in await told_by_both(stack, telegram, customers, question)


async def test_hours_count_in_both(stack: Stack, telegram: FakeTelegram, customers: Iterator[int]) -> None:
    await act(telegram, ("/hours чт 11:00-15:00", "Точно?"), ("[Да, изменить]", "Готово"))
    (told,) = await told_by_both(stack, telegram, customers, THURSDAY)
    assert "15:00" in told


async def test_a_shorter_retention_deletes_at_once(stack: Stack, telegram: FakeTelegram) -> None:
    old = grow_old(stack, 70)
    await act(telegram, ("/retention 60", "будет"), ("[Да, хранить 60", "Готово. Срок"))
    await stack.until(lambda: not is_there(stack, old), "the old turn is gone")
    assert is_there(stack, old - 1)  # of today


async def test_after_a_restart_all_of_it_still_holds(
    stack: Stack, telegram: FakeTelegram, customers: Iterator[int]
) -> None:
    for name in ("bot", "scheduler", *WORKERS):
        stack.stop(name)
    await stack.redis.flushall()
    await start_all(stack)
    assert BY_MODEL not in await told_by_both(stack, telegram, customers, DRIVE)
    (told,) = await told_by_both(stack, telegram, customers, THURSDAY)
    assert "15:00" in told
    turn = grow_old(stack, 61)
    await act(
        telegram,
        ("/retention", "Срок хранения: 60"),
        ("/jobs", "Задания по расписанию"),
        ("[Уборка по сроку]", "Когда:"),
        ("[Запустить сейчас]", "Точно?"),
        ("[Да, запустить]", ""),
    )
    await stack.until(lambda: not is_there(stack, turn), "the old turn is gone")
