import asyncio
from collections.abc import Sequence

import pytest
from redis.asyncio import Redis

from bot.domain import Recollection, Remark, Speaker, approximate_tokens
from bot.memory.dialogue import DialogueMemory
from bot.memory.in_process import InProcessMemory
from bot.memory.memory import Memory

CHAT = "telegram:42"
TTL_S = 3600


class Clock:
    def __init__(self) -> None:
        self.moment = 1_000.0

    def __call__(self) -> float:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["redis", "in process"])
def memory(request: pytest.FixtureRequest, redis: Redis, prefix: str, clock: Clock) -> Memory:
    if request.param == "redis":
        return DialogueMemory(redis, 200, TTL_S, prefix=prefix)
    return InProcessMemory(200, TTL_S, now=clock)


async def tell(memory: Memory, *numbers: int, length: int = 20) -> None:
    for number in numbers:
        await memory.remember(
            CHAT,
            turn_id=f"t{number}",
            question=f"вопрос {number}",
            answer=f"ответ {number} ".ljust(length, "."),
        )


def questions(recollection: Recollection) -> list[str]:
    return [remark.text for remark in recollection.remarks if remark.speaker is Speaker.CUSTOMER]


async def test_a_dialogue_is_recalled_in_order(memory: Memory) -> None:
    await memory.remember(CHAT, turn_id="t1", question="Есть GLE?", answer="Да: «GLE 450» 🚗")
    await memory.remember(CHAT, turn_id="t2", question="А\nбелый?", answer="Нет")
    recollection = await memory.recall(CHAT)
    assert recollection.remarks == (
        Remark(speaker=Speaker.CUSTOMER, text="Есть GLE?"),
        Remark(speaker=Speaker.ASSISTANT, text="Да: «GLE 450» 🚗"),
        Remark(speaker=Speaker.CUSTOMER, text="А\nбелый?"),
        Remark(speaker=Speaker.ASSISTANT, text="Нет"),
    )


async def test_the_order_holds_past_ten_turns(memory: Memory) -> None:
    await tell(memory, *range(1, 12), length=1)
    assert questions(await memory.recall(CHAT)) == sorted(
        questions(await memory.recall(CHAT)), key=lambda question: int(question.split()[1])
    )


async def test_chats_know_nothing_of_one_another(memory: Memory) -> None:
    await tell(memory, 1)
    other = await memory.recall("telegram:43")
    assert (other.summary, other.remarks) == ("", ())
    assert other.dialogue_id != await memory.dialogue_id(CHAT)


async def test_a_turn_that_is_run_again_is_remembered_once(memory: Memory) -> None:
    await tell(memory, 1, 2, 2, 1)
    assert questions(await memory.recall(CHAT)) == ["вопрос 1", "вопрос 2"]


async def test_a_long_dialogue_stays_within_its_budget_and_keeps_the_last_turn(memory: Memory) -> None:
    for number in range(1, 40):
        await tell(memory, number, length=number * 7)
        recollection = await memory.recall(CHAT)
        texts = [recollection.summary, *(remark.text for remark in recollection.remarks)]
        assert approximate_tokens(texts) <= 200 + 1
        assert questions(recollection)[-1] == f"вопрос {number}"


async def test_what_has_no_room_is_folded_into_the_summary(memory: Memory) -> None:
    await tell(memory, *range(1, 7), length=100)
    recollection = await memory.recall(CHAT)
    folded = [line.removeprefix("— ") for line in recollection.summary.splitlines()]
    assert folded + questions(recollection) == [f"вопрос {number}" for number in range(1, 7)]
    assert folded


async def test_an_answer_longer_than_the_budget_is_remembered_by_its_beginning(memory: Memory) -> None:
    await tell(memory, 1, length=20_000)
    answer = (await memory.recall(CHAT)).remarks[1].text
    assert answer.startswith("ответ 1 ..")
    assert answer.endswith("…")


async def test_the_dialogues_id_stays_until_it_is_forgotten(memory: Memory) -> None:
    before = await memory.dialogue_id(CHAT)
    await tell(memory, 1)
    assert (await memory.recall(CHAT)).dialogue_id == before
    after = await memory.forget(CHAT)
    recollection = await memory.recall(CHAT)
    assert recollection == Recollection(dialogue_id=after)
    assert after != before


async def test_silence_ends_a_dialogue_in_process(clock: Clock) -> None:
    memory = InProcessMemory(200, TTL_S, now=clock)
    before = await memory.dialogue_id(CHAT)
    await tell(memory, 1)
    clock.moment += TTL_S - 1
    assert questions(await memory.recall(CHAT)) == ["вопрос 1"]
    clock.moment += TTL_S
    recollection = await memory.recall(CHAT)
    assert recollection.remarks == ()
    assert recollection.dialogue_id != before


async def test_silence_ends_a_dialogue_in_redis(redis: Redis, prefix: str) -> None:
    memory = DialogueMemory(redis, 200, 0.05, prefix=prefix)
    await tell(memory, 1)
    before = await memory.dialogue_id(CHAT)
    await asyncio.sleep(0.1)
    recollection = await memory.recall(CHAT)
    assert recollection.remarks == ()
    assert recollection.dialogue_id != before


async def test_everything_of_a_dialogue_is_one_key_that_expires(redis: Redis, prefix: str) -> None:
    memory = DialogueMemory(redis, 200, TTL_S, prefix=prefix)
    await tell(memory, *range(1, 20), length=100)
    assert await redis.keys(f"{prefix}:*") == [f"{prefix}:memory:{CHAT}".encode()]
    assert 0 < await redis.pttl(f"{prefix}:memory:{CHAT}") <= TTL_S * 1000


async def test_another_process_recalls_the_same(redis: Redis, prefix: str) -> None:
    await tell(DialogueMemory(redis, 200, TTL_S, prefix=prefix), *range(1, 9), length=100)
    one = await DialogueMemory(redis, 200, TTL_S, prefix=prefix).recall(CHAT)
    two = await DialogueMemory(redis, 200, TTL_S, prefix=prefix).recall(CHAT)
    assert one == two
    assert one.summary


@pytest.mark.parametrize("tokens", [0, 1, 5])
async def test_a_tiny_budget_remembers_little_and_breaks_nothing(
    redis: Redis, prefix: str, tokens: int
) -> None:
    memory = DialogueMemory(redis, tokens, TTL_S, prefix=prefix)
    await tell(memory, *range(1, 6))
    assert (await memory.recall(CHAT)).summary == ""


class Interrupted:
    """A summariser during whose work something else happens to the dialogue."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self.other = DialogueMemory(redis, 200, TTL_S, prefix=prefix)
        self.forgets = False

    async def fold(self, summary: str, remarks: Sequence[Remark]) -> str:
        if self.forgets:
            await self.other.forget(CHAT)
        return "СВОДКА"


async def test_a_dialogue_forgotten_while_it_is_folded_stays_forgotten(redis: Redis, prefix: str) -> None:
    summariser = Interrupted(redis, prefix)
    memory = DialogueMemory(redis, 200, TTL_S, summariser=summariser, prefix=prefix)
    await tell(memory, 1, 2, 3, length=100)
    summariser.forgets = True
    await tell(memory, 4, length=100)
    recollection = await memory.recall(CHAT)
    assert (recollection.summary, recollection.remarks) == ("", ())


async def test_a_fold_that_was_cut_off_is_made_up_for_by_the_next_turn(redis: Redis, prefix: str) -> None:
    roomy = DialogueMemory(redis, 2_000, TTL_S, prefix=prefix)
    await tell(roomy, *range(1, 9), length=100)
    memory = DialogueMemory(redis, 200, TTL_S, summariser=Interrupted(redis, prefix), prefix=prefix)
    assert questions(await memory.recall(CHAT)) == ["вопрос 6", "вопрос 7", "вопрос 8"]
    await tell(memory, 9, length=100)
    recollection = await memory.recall(CHAT)
    assert recollection.summary == "СВОДКА"
    assert questions(recollection)[-1] == "вопрос 9"


async def test_what_the_last_answer_was_about_is_remembered(memory: Memory) -> None:
    await memory.remember(CHAT, turn_id="t1", question="Есть GLE?", answer="Да", focus={"source": "stock"})
    assert (await memory.recall(CHAT)).focus == {"source": "stock"}
    await memory.remember(CHAT, turn_id="t1", question="Есть GLE?", answer="Да", focus={"source": "again"})
    assert (await memory.recall(CHAT)).focus == {"source": "stock"}
    await memory.remember(CHAT, turn_id="t2", question="А адрес?", answer="Дом 7")
    assert (await memory.recall(CHAT)).focus == {}


async def test_the_focus_changes_without_a_remark(memory: Memory) -> None:
    await tell(memory, 1)
    await memory.refocus(CHAT, {"source": "heard", "text": "вопрос"})
    recollection = await memory.recall(CHAT)
    assert recollection.focus == {"source": "heard", "text": "вопрос"}
    assert questions(recollection) == ["вопрос 1"]
    await memory.refocus("telegram:43", {"source": "new"})
    assert (await memory.recall("telegram:43")).focus == {"source": "new"}
