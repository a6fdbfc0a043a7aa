"""A turn in hand: what it takes, who owns it, and what is left when it is finished or let go."""

import pytest
from redis.asyncio import Redis
from rq import Queue

from bot.errors import LeaseLost
from bot.queue.inbox import Inbox
from tests.integration.inbox_kit import CHAT, begin, say, texts


async def test_a_turn_takes_the_oldest_in_order(inbox: Inbox) -> None:
    for text in "abc":
        await inbox.accept(say(text))
    turn = await begin(inbox, 2)
    assert (texts(turn), turn.turn_id, turn.attempt) == (["a", "b"], f"{CHAT}:42/a", 1)
    assert [utterance.text for utterance in await inbox.waiting(CHAT)] == ["c"]


async def test_a_turn_begun_again_is_the_same_and_the_old_lease_is_lost(inbox: Inbox) -> None:
    await inbox.accept(say("a"))
    first = await begin(inbox)
    await inbox.accept(say("b"))
    second = await begin(inbox)
    assert (second.turn_id, texts(second), second.attempt) == (first.turn_id, ["a"], 2)
    assert not await inbox.renew(first)
    assert await inbox.renew(second)
    with pytest.raises(LeaseLost):
        await inbox.finish(first, log="twice")


async def test_a_finished_turn_is_logged_once_however_often_the_call_is_repeated(
    inbox: Inbox, redis: Redis, prefix: str
) -> None:
    await inbox.accept(say("a"))
    turn = await begin(inbox)
    await inbox.finish(turn, log="{}")
    await inbox.finish(turn, log="{}")
    entries = await redis.xrange(f"{prefix}:turnlog") or []
    assert [entry[1] for entry in entries if entry] == [{b"record": b"{}"}]


async def test_a_finished_turn_keeps_nobodys_words(inbox: Inbox, redis: Redis, prefix: str) -> None:
    await inbox.accept(say("secret"))
    turn = await begin(inbox)
    await redis.hset(f"{prefix}:turn:{turn.turn_id}", mapping={"answer": "secret", "final": "secret"})
    await inbox.finish(turn, log=None)
    kept = await redis.hgetall(f"{prefix}:turn:{turn.turn_id}")
    assert kept[b"state"] == b"finished"
    assert not any(b"secret" in value for value in kept.values())


async def test_a_finished_turn_cannot_be_begun_or_let_go(inbox: Inbox) -> None:
    await inbox.accept(say("a"))
    turn = await begin(inbox)
    await inbox.finish(turn, log=None)
    assert await inbox.begin(CHAT, 1, worker="w") is None
    with pytest.raises(LeaseLost):
        await inbox.release(turn)


async def test_an_idle_chat_leaves_nothing_to_sweep(inbox: Inbox, redis: Redis, prefix: str) -> None:
    await inbox.accept(say("a"))
    await inbox.finish(await begin(inbox), log=None)
    assert not await redis.exists(*(f"{prefix}:{name}" for name in ("busy", "waiting")))
    assert not await redis.exists(f"{prefix}:chat:{CHAT}", f"{prefix}:inbox:{CHAT}")


async def test_a_job_that_the_chat_no_longer_has_begins_nothing(inbox: Inbox, queue: Queue) -> None:
    await inbox.accept(say("a"))
    old = queue.job_ids[0]
    await inbox.accept(say("b"))
    await inbox.finish(await begin(inbox, 1), log=None)
    assert await inbox.begin(CHAT, 1, worker="w", job=old) is None
    assert await inbox.begin(CHAT, 1, worker="w", job=queue.job_ids[-1]) is not None


async def test_a_turn_let_go_does_not_count_the_attempt(inbox: Inbox) -> None:
    await inbox.accept(say("a"))
    for _ in range(5):
        turn = await begin(inbox)
        assert turn.attempt == 1
        await inbox.release(turn)
