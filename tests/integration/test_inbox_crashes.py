"""Workers that die, stall and repeat themselves at random between any two steps strand nothing."""

import json
import random
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from bot.domain import ChannelName, ChatRef, Turn, Utterance
from bot.errors import LeaseLost
from bot.queue.inbox import Inbox
from bot.queue.ledger import Claim, Done, Ledger


def text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode()


CHATS = ("a", "b", "c")


@dataclass
class Job:
    """What one worker has in hand: a claimed job, then its turn, then only RQ's books."""

    claim: Claim
    chat: str
    turn: Turn | None = None
    over: bool = False


class Fleet:
    """Any number of workers on one inbox. A lease of no time: whoever lives may be declared dead."""

    def __init__(self, redis: Redis, prefix: str, seed: int) -> None:
        self.redis = redis
        self.prefix = prefix
        self.random = random.Random(seed)
        tries = self.random.choice([3, 10_000])
        self.inbox = Inbox(redis, prefix=prefix, poison_tries=tries, check_s=0)
        self.ledger = Ledger(redis, "turns", "w", lease_s=0, result_ttl_s=0)
        self.jobs: list[Job] = []
        self.accepted: dict[str, list[str]] = {f"console:{chat}": [] for chat in CHATS}

    async def say(self) -> None:
        chat = self.random.choice(CHATS)
        texts = self.accepted[f"console:{chat}"]
        number = self.random.randint(max(0, len(texts) - 2), len(texts))
        await self.inbox.accept(
            Utterance(
                update_id=f"{chat}{number}",
                chat=ChatRef(channel=ChannelName.CONSOLE, chat_id=chat),
                person_id=chat,
                text=str(number),
                received_at=datetime.now(UTC),
            )
        )
        if number == len(texts):
            texts.append(str(number))

    async def claim(self) -> None:
        for claim in await self.ledger.claim(1):
            description = await self.redis.hget(f"rq:job:{claim.job_id}", "description")
            assert description
            self.jobs.append(Job(claim, text(description).removeprefix("answer ")))

    async def advance(self) -> None:
        if not self.jobs:
            return
        job = self.random.choice(self.jobs)
        if job.over:
            self.jobs.remove(job)
            await self.ledger.finish([Done(claim=job.claim, started_at=0, ended_at=1)], idle=False)
        elif job.turn is None:
            count = self.random.randint(1, 3)
            job.turn = await self.inbox.begin(job.chat, count, worker="w", job=job.claim.job_id)
            job.over = job.turn is None
        else:
            job.over = True
            with suppress(LeaseLost):
                await self.inbox.finish(job.turn, log=json.dumps([job.chat, *job.turn.text.split("\n")]))

    async def crash(self) -> None:
        if self.jobs:
            self.jobs.remove(self.random.choice(self.jobs))

    async def give_up(self) -> None:
        for job in self.jobs:
            if job.turn is not None and not job.over:
                job.over = True
                await self.inbox.postpone(job.chat, 0, turn=job.turn, job=job.claim.job_id)

    async def lose_a_job(self) -> None:
        keys = sorted(await self.redis.keys("rq:job:*"))
        if keys:
            await self.redis.delete(self.random.choice(keys))

    async def repair(self) -> None:
        await self.ledger.promote()
        await self.ledger.reclaim()
        if await self.redis.zcard("rq:wip:turns"):
            # What is left is out of retries: RQ moves it to the registry of failed jobs.
            for key in await self.redis.keys("rq:job:*"):
                if await self.redis.hget(text(key), "status") == b"started":
                    await self.redis.hset(text(key), "status", "failed")
            await self.redis.delete("rq:wip:turns")
        await self.inbox.sweep()

    async def finished(self) -> dict[str, list[str]]:
        finished: dict[str, list[str]] = {chat: [] for chat in self.accepted}
        for entry in await self.redis.xrange(f"{self.prefix}:turnlog") or []:
            assert entry
            chat, *texts = json.loads((entry[1] or {})[b"record"])
            finished[chat] += texts
        return finished


@pytest.mark.parametrize("seed", range(30))
async def test_every_accepted_utterance_is_in_one_finished_turn_in_order(
    redis: Redis, prefix: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.queue.inbox.SOLO_WAIT_S", 0)
    fleet = Fleet(redis, prefix, seed)
    usual = [fleet.say, fleet.claim, fleet.advance, fleet.advance, fleet.advance]
    trouble = [fleet.crash, fleet.give_up, fleet.lose_a_job, fleet.repair]
    for _ in range(300):
        await fleet.random.choice(fleet.random.choice([usual, usual, trouble]))()
    fleet.jobs.clear()
    for _ in range(400):
        await fleet.repair()
        await fleet.claim()
        while fleet.jobs:
            await fleet.advance()
        if not await redis.exists(f"{prefix}:busy"):
            break
    assert await fleet.finished() == fleet.accepted
    assert await fleet.inbox.waiting_utterances() == 0
