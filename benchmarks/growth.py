"""Whether a turn costs more the longer the assistant has been in service: `python -m benchmarks.growth`.

The same turns with 100, 1,000 and 10,000 chats in memory, then with 100,000 and 1,000,000 turns in SQL.
Every stage has one round; further ones only while they leave the stages after it their share of the time.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from redis.asyncio import Redis
from sqlalchemy import Engine, text

from benchmarks.console import Console
from benchmarks.measuring import report, say
from benchmarks.stack import UNLIMITED, Stack
from bot.memory.dialogue import DialogueMemory
from bot.store.engine import database_url, open_engine

BATCH = 250
EXCHANGES = 3
"""In each known chat's memory."""
FILLING_S = 12.0
"""Set aside for a million rows."""
_COPY = """
for chat = ARGV[1] + 0, ARGV[2] - 1 do
  local key = KEYS[1] .. chat
  if redis.call('COPY', KEYS[1] .. '0', key) == 1 then redis.call('HSET', key, 'id', 'old-chat-' .. chat) end
end
"""

# The shape of rows that the store itself writes; their answers in the order of time, as it happens.
_FILL_PEOPLE = """
INSERT INTO people (channel, external_id, name, language, first_seen_at, last_seen_at)
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :people)
SELECT 'console', 'old-' || i, 'Old ' || i, 'ru', '2025-01-01 00:00:00', '2025-01-01 00:00:00' FROM n
"""
_FILL_DIALOGUES = """
INSERT INTO dialogues (id, person_id, tenant, chat_key, started_at, last_at, ended_at)
SELECT 'old-' || id, id, 'mercedes', 'console:' || external_id, first_seen_at, last_seen_at, last_seen_at
FROM people WHERE external_id LIKE 'old-%'
"""
_FILL_TURNS = """
INSERT INTO turns (turn_id, dialogue_id, person_id, tenant, chat_key, private, question, answer, outcome,
  light, model, prompt_tokens, completion_tokens, cost, attempt, received_at, answered_at, sources,
  verdicts, timings_ms, trace)
WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :end)
SELECT 'console:old:' || i, 'old-' || (i / :each + 1), i / :each + 1, 'mercedes',
  'console:old-' || (i / :each), 1, 'Вопрос номер ' || i, 'Ответ на вопрос о тест-драйве и кредите.',
  'answered', 'green', 'bench', 1000, 60, 0.0, 1, datetime('2025-01-01', '+' || i || ' seconds'),
  datetime('2025-01-01', '+' || i || ' seconds'), '["faq > Тест-драйв"]', '[]', '{"answer": 1.0}',
  '{"prompt": "v1", "passages": [["faq-1", 0.5]]}' FROM n
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """The best of a few rounds under one load of the past."""

    name: str
    ms_per_turn: float
    worker_mb: float


class Past:
    """What the assistant remembers of chats, in Redis, and has logged of turns, in SQL."""

    def __init__(self, redis: Redis, engine: Engine, most_turns: int) -> None:
        self._memory = DialogueMemory(redis, 800, 3_600)
        self._copy = redis.register_script(_COPY)
        self._engine = engine
        self._each = max(1, most_turns // 10_000)
        """Turns of each person of the past."""
        self._chats = 0
        self._turns = 0
        with engine.begin() as connection:
            connection.execute(text(_FILL_PEOPLE), {"people": max(1, most_turns // self._each)})
            connection.execute(text(_FILL_DIALOGUES))

    async def know_chats(self, count: int) -> None:
        """The first by the real memory, the others as copies of it, each with a dialogue of its own."""
        if not self._chats:
            await self._talk("console:chat-0")
            self._chats = 1
        while self._chats < count:
            end = min(count, self._chats + 1_000)
            await self._copy(["dz:memory:console:chat-"], [self._chats, end])
            self._chats = end

    async def _talk(self, chat_key: str) -> None:
        for number in range(EXCHANGES):
            question, answer = f"Вопрос номер {number} о машинах", "Да, это возможно, приезжайте в салон."
            await self._memory.remember(chat_key, turn_id=f"old-{number}", question=question, answer=answer)

    async def log_turns(self, count: int) -> None:
        await asyncio.to_thread(self._fill, count)

    def _fill(self, count: int) -> None:
        if count > self._turns:
            with self._engine.begin() as connection:
                values = {"first": self._turns, "end": count, "each": self._each}
                connection.execute(text(_FILL_TURNS), values)
            self._turns = count


@dataclass(kw_only=True, slots=True)
class Rounds:
    """How many rounds a stage may have: all that were asked for, or as many as the time allows."""

    most: int
    batch: int
    within_s: float
    stages_left: int
    cut: int = 0
    _began: float = field(default_factory=time.monotonic)

    def end_of_stage(self) -> float:
        """When (monotonic) the next stage must begin no more rounds."""
        left = self._began + self.within_s - time.monotonic()
        end = time.monotonic() + left / max(1, self.stages_left)
        self.stages_left -= 1
        return end


async def measure(
    chats: Sequence[int], turns: Sequence[int], rounds: int, batch: int, within_s: float
) -> dict[str, float]:
    filling_s = FILLING_S * max(turns, default=0) / 1_000_000
    plan = Rounds(
        most=rounds, batch=batch, within_s=within_s - filling_s, stages_left=len(chats) + len(turns)
    )
    async with Stack.open() as stack:
        await stack.start_product(stack.settings(**UNLIMITED), "worker")
        engine = open_engine(database_url(None, stack.folder))
        console = Console(stack.redis_url)
        past = Past(stack.redis, engine, max(turns, default=0))
        stages = []
        await past.know_chats(chats[0])
        await _round(stack, console, chats[0], 0, batch)
        for known in chats:
            await past.know_chats(known)
            stages.append(await _stage(f"{known} known chats", stack, console, known, plan))
        for logged in turns:
            at = time.perf_counter()
            await past.log_turns(logged)
            say(f"{logged} turns in SQL after {time.perf_counter() - at:.1f} s of filling")
            stages.append(await _stage(f"{logged} logged turns", stack, console, chats[-1], plan))
        await console.close()
        engine.dispose()
    if plan.cut:
        say(f"{plan.cut} rounds were left out: {within_s:.0f} s are the limit (--within)")
    return {**_figures(stages), "rounds_cut": plan.cut}


async def _stage(name: str, stack: Stack, console: Console, known: int, plan: Rounds) -> Stage:
    worker = stack.processes["worker"]
    times: list[float] = []
    end = plan.end_of_stage()
    # A round is begun only if one like the last still fits.
    while len(times) < plan.most and (not times or time.monotonic() + times[-1] * plan.batch / 1_000 <= end):
        times.append(await _round(stack, console, known, len(times), plan.batch))
    plan.cut += plan.most - len(times)
    stage = Stage(name=name, ms_per_turn=min(times), worker_mb=worker.memory_mb)
    redis_mb = stack.processes["redis"].memory_mb
    say(
        f"{name}: {1_000 / stage.ms_per_turn:.0f} turns/s, {stage.ms_per_turn:.2f} ms a turn,"
        f" worker {stage.worker_mb:.0f} MB, redis {redis_mb:.0f} MB"
    )
    return stage


async def _round(stack: Stack, console: Console, known: int, number: int, batch: int) -> float:
    """Milliseconds a turn until every turn of a batch is answered and in SQL."""
    # Spread over all that are known; in each round others, where there are enough.
    spread = [f"chat-{(place * max(1, known // batch) + number) % known}" for place in range(batch)]
    at = time.perf_counter()
    for start in range(0, batch, known):
        await console.ask(spread[start : start + known])
    await stack.until_logged()
    return (time.perf_counter() - at) / batch * 1_000


def _figures(stages: Sequence[Stage]) -> dict[str, float]:
    times = [stage.ms_per_turn for stage in stages]
    memory = [stage.worker_mb for stage in stages]
    by_stage = {f"{stage.name.replace(' ', '_')}_turns_per_s": 1_000 / stage.ms_per_turn for stage in stages}
    return {
        "slowdown": max(times) / min(times),
        "worker_mb_first": memory[0],
        "worker_mb_last": memory[-1],
        **by_stage,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--chats", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--turns", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3, help="the most that a stage has")
    parser.add_argument("--within", type=float, default=45, help="seconds for all stages")
    parser.add_argument("--batch", type=int, default=BATCH, help="turns in a round")
    options = parser.parse_args()
    report(asyncio.run(measure(options.chats, options.turns, options.rounds, options.batch, options.within)))


if __name__ == "__main__":
    main()
