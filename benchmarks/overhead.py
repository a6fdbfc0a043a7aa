"""What a turn costs beside the model's own time: `python -m benchmarks.overhead`.

CPU per turn and turns per second with a model that answers at once and Telegram's limits out of the way,
beside a floor (what no bot can do without), a raw aiogram echo, and the usual shape of such a bot. All
take turns within one run, several rounds of the same number of messages, each from a chat of its own.
"""

import argparse
import asyncio
import json
import statistics
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from benchmarks.console import Console
from benchmarks.measuring import cpu_s, report, say
from benchmarks.peers.usual_jobs import TOKENS
from benchmarks.questions import different_questions
from benchmarks.stack import ROOT, UNLIMITED, Stack, Telegram, inherited

USUAL_WORKERS = 4
ECHO_TOKEN = "42:ECHO"
SETTLE_S = 0.3
"""What is done just after the last answer counts too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """One round. Redis's CPU is apart."""

    cpu_ms: float
    redis_ms: float
    turns_per_s: float


class Contest:
    """Everybody who takes part. All but the floor run all the time, and idle when it is not their turn."""

    def __init__(self, stack: Stack, product: Telegram, turns: int, usual_workers: int) -> None:
        self._stack = stack
        self._product = product
        self._turns = turns
        self._usual_workers = usual_workers
        self._console = Console(stack.redis_url)
        self._settings: dict[str, str] = {}
        self._asked = 0

    async def prepare(self) -> None:
        """The product's first answer shows the prompt that the others send as well. Then all warm up."""
        await self._product.ask(range(1, 51), *different_questions(50))
        await self._product.ask([51])
        prompt = await self._product.last_prompt()
        self._settings = {
            "BENCH_URL": self._stack.url,
            "BENCH_REDIS_URL": self._stack.redis_url,
            "BENCH_PROMPT": json.dumps(prompt, ensure_ascii=False),
        }
        self._start("echo", "benchmarks.peers.echo")
        for job in TOKENS:
            self._start(f"{job} bot", "benchmarks.peers.usual_bot", job)
            for number in range(self._usual_workers):
                self._start(f"{job} worker {number}", "benchmarks.peers.usual_worker", job)
        for token in (ECHO_TOKEN, *TOKENS.values()):
            peer = Telegram(self._stack.session, token)
            await peer.wait_for_bot()
            await peer.ask(range(1, 11))

    def _start(self, name: str, module: str, *arguments: str) -> None:
        self._stack.start(name, "-m", module, *arguments, settings=self._settings)

    async def telegram(self) -> Cost:
        return await self._measured(("bot", "worker"), self._product, self._turns)

    async def console(self) -> Cost:
        return await self._measured(("worker",), self._console, self._turns)

    async def echo(self) -> Cost:
        return await self._measured(("echo",), Telegram(self._stack.session, ECHO_TOKEN), self._turns)

    async def usual(self, job: str) -> Cost:
        names = [f"{job} bot", *(f"{job} worker {number}" for number in range(self._usual_workers))]
        turns = self._turns if job == "answer_tuned" else max(10, self._turns // 4)
        return await self._measured(names, Telegram(self._stack.session, TOKENS[job]), turns)

    async def floor(self) -> Cost:
        redis_s = self._stack.processes["redis"].cpu_s
        floor = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.peers.floor", str(self._turns)),
            cwd=ROOT,
            env=inherited() | self._settings,
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await floor.communicate()
        spent = json.loads(said)
        redis_spent = self._stack.processes["redis"].cpu_s - redis_s
        return _cost(self._turns, spent["cpu_s"], redis_spent, spent["wall_s"])

    async def _measured(self, names: Sequence[str], peer: Telegram | Console, turns: int) -> Cost:
        """`turns` messages at once, no two alike, each from a chat that has never written before."""
        self._asked += turns
        chats = range(1_000 + self._asked, 1_000 + self._asked + turns)
        processes = [self._stack.processes[name] for name in names]
        redis = self._stack.processes["redis"]
        before, redis_before = cpu_s(processes), redis.cpu_s
        if isinstance(peer, Telegram):
            latencies_s = (await peer.ask(chats, *different_questions(turns)))["latencies_s"]
        else:
            latencies_s = await peer.ask([str(chat) for chat in chats], *different_questions(turns))
        await self._stack.until_logged()
        await asyncio.sleep(SETTLE_S)
        return _cost(turns, cpu_s(processes) - before, redis.cpu_s - redis_before, max(latencies_s))

    async def close(self) -> None:
        await self._console.close()


async def measure(turns: int, rounds: int, usual_workers: int) -> dict[str, float]:
    async with Stack.open() as stack:
        contest = Contest(stack, await stack.start_product(stack.settings(**UNLIMITED)), turns, usual_workers)
        await contest.prepare()
        entries: dict[str, Callable[[], Awaitable[Cost]]] = {
            "telegram": contest.telegram,
            "floor": contest.floor,
            "console": contest.console,
            "echo": contest.echo,
            "usual": lambda: contest.usual("answer"),
            "tuned": lambda: contest.usual("answer_tuned"),
        }
        costs: dict[str, list[Cost]] = {name: [] for name in entries}
        for number in range(rounds):
            order = list(entries)
            for name in order if number % 2 == 0 else reversed(order):
                costs[name].append(cost := await entries[name]())
                say(
                    f"{name:>9}: {cost.cpu_ms:6.2f} ms CPU, {cost.redis_ms:5.2f} ms Redis's,"
                    f" {cost.turns_per_s:6.0f} turns/s"
                )
        await contest.close()
        return _figures({name: _median(found) for name, found in costs.items()})


def _cost(turns: int, cpu: float, redis_cpu: float, wall_s: float) -> Cost:
    return Cost(cpu_ms=cpu / turns * 1e3, redis_ms=redis_cpu / turns * 1e3, turns_per_s=turns / wall_s)


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        cpu_ms=statistics.median(cost.cpu_ms for cost in costs),
        redis_ms=statistics.median(cost.redis_ms for cost in costs),
        turns_per_s=statistics.median(cost.turns_per_s for cost in costs),
    )


def _figures(cost: dict[str, Cost]) -> dict[str, float]:
    product, floor, usual, tuned = cost["telegram"], cost["floor"], cost["usual"], cost["tuned"]
    return {
        "cpu_ms_per_turn": product.cpu_ms,
        "floor_cpu_ms": floor.cpu_ms,
        "ratio_to_floor": product.cpu_ms / floor.cpu_ms,
        "turns_per_s": product.turns_per_s,
        "usual_turns_per_s": usual.turns_per_s,
        "speedup_over_usual": product.turns_per_s / usual.turns_per_s,
        "usual_cpu_ms": usual.cpu_ms,
        "tuned_usual_turns_per_s": tuned.turns_per_s,
        "tuned_usual_cpu_ms": tuned.cpu_ms,
        "speedup_over_tuned_usual": product.turns_per_s / tuned.turns_per_s,
        "console_cpu_ms_per_turn": cost["console"].cpu_ms,
        "console_turns_per_s": cost["console"].turns_per_s,
        "echo_cpu_ms": cost["echo"].cpu_ms,
        "redis_cpu_ms": product.redis_ms,
        "floor_redis_cpu_ms": floor.redis_ms,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overhead", description=__doc__)
    parser.add_argument("--turns", type=int, default=200, help="in each round; a quarter of it for the slow")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--workers", type=int, default=USUAL_WORKERS, help="of the usual shape")
    options = parser.parse_args()
    report(asyncio.run(measure(options.turns, options.rounds, options.workers)))


if __name__ == "__main__":
    main()
