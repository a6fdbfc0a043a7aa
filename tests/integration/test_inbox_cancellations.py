"""A request to stop: what it does in the inbox, and how it reaches the worker that answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis
from rq import Queue

from bot.domain import Turn
from bot.queue.cancellations import Cancellations
from bot.queue.inbox import Acceptance, Inbox
from tests.integration.inbox_kit import CHAT, begin, say


@pytest.fixture
def cancellations(redis: Redis, prefix: str) -> Cancellations:
    return Cancellations(redis, prefix=prefix)


@asynccontextmanager
async def listening(cancellations: Cancellations, redis: Redis, prefix: str) -> AsyncIterator[None]:
    task = asyncio.create_task(cancellations.run())
    async with asyncio.timeout(5):
        while (await redis.pubsub_numsub(f"{prefix}:cancelled"))[0][1] == 0:  # noqa: ASYNC110 - Redis's count
            await asyncio.sleep(0.01)
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def begun(inbox: Inbox) -> Turn:
    await inbox.accept(say("hello"))
    return await begin(inbox)


async def stop(inbox: Inbox) -> Acceptance:
    return await inbox.accept(say("/cancel", kind="cancel"))


async def test_cancel_drops_waiting_texts_and_says_so(inbox: Inbox) -> None:
    await inbox.accept(say("/help", kind="help"))
    await inbox.accept(say("a"))
    await stop(inbox)
    waiting = await inbox.waiting(CHAT)
    assert [(one.kind.value, one.detail) for one in waiting] == [("help", ""), ("cancel", "stopped")]
    assert await inbox.waiting_utterances() == 2


async def test_cancel_flags_the_turn_in_hand(inbox: Inbox) -> None:
    await inbox.accept(say("a"))
    turn = await begin(inbox)
    assert not await inbox.is_cancelled(turn)
    await stop(inbox)
    assert await inbox.is_cancelled(turn)
    assert (await inbox.waiting(CHAT))[0].detail == "stopped"


async def test_cancel_with_nothing_to_stop_says_so(inbox: Inbox) -> None:
    await inbox.accept(say("/start", kind="start"))
    turn = await begin(inbox)
    await stop(inbox)
    assert (await inbox.waiting(CHAT))[0].detail == "idle"
    assert not await inbox.is_cancelled(turn)


async def test_cancel_is_taken_even_when_the_chat_is_full(redis: Redis, prefix: str) -> None:
    inbox = Inbox(redis, prefix=prefix, limit=1)
    await inbox.accept(say("a"))
    assert await stop(inbox) is Acceptance.ACCEPTED
    assert len(await inbox.waiting(CHAT)) == 1


async def test_cancel_does_not_wait_for_a_postponed_job(inbox: Inbox, queue: Queue) -> None:
    await inbox.accept(say("a"))
    await inbox.postpone(CHAT, 20, job=queue.pop_job_id())
    await stop(inbox)
    assert len(queue.job_ids) == 1
    assert queue.scheduled_job_registry.get_job_ids() == []


async def test_a_turn_that_is_taken_over_in_the_same_process_is_watched_still(
    inbox: Inbox, cancellations: Cancellations, redis: Redis, prefix: str
) -> None:
    turn = await begun(inbox)
    async with listening(cancellations, redis, prefix):
        first = cancellations.watching(turn)
        await first.__aenter__()
        async with cancellations.watching(turn) as cancelled:
            await first.__aexit__(None, None, None)
            await stop(inbox)
            assert await asyncio.wait_for(cancelled.wait(), 5)


async def test_a_turn_in_hand_hears_that_it_is_cancelled(
    inbox: Inbox, cancellations: Cancellations, redis: Redis, prefix: str
) -> None:
    turn = await begun(inbox)
    async with listening(cancellations, redis, prefix), cancellations.watching(turn) as cancelled:
        assert not cancelled.is_set()
        await stop(inbox)
        assert await asyncio.wait_for(cancelled.wait(), 5)


async def test_a_cancellation_before_the_watch_is_not_missed(
    inbox: Inbox, cancellations: Cancellations, redis: Redis, prefix: str
) -> None:
    turn = await begun(inbox)
    async with listening(cancellations, redis, prefix):
        await stop(inbox)
        await asyncio.sleep(0.1)
        async with cancellations.watching(turn) as cancelled:
            assert await asyncio.wait_for(cancelled.wait(), 5)


async def test_a_turn_that_is_taken_over_knows_it_was_cancelled(
    inbox: Inbox, cancellations: Cancellations
) -> None:
    await begun(inbox)
    await stop(inbox)
    turn = await inbox.begin(CHAT, 1, worker="w")
    assert turn
    async with cancellations.watching(turn) as cancelled:
        assert cancelled.is_set()


async def test_a_cancellation_while_the_line_was_cut_is_found_on_return(
    inbox: Inbox, cancellations: Cancellations, redis: Redis, prefix: str
) -> None:
    turn = await begun(inbox)
    async with cancellations.watching(turn) as cancelled:
        await stop(inbox)
        async with listening(cancellations, redis, prefix):
            assert await asyncio.wait_for(cancelled.wait(), 5)


async def test_a_cancellation_while_the_line_was_cut_is_known_to_a_watch_that_begins_after_it(
    inbox: Inbox, cancellations: Cancellations, redis: Redis, prefix: str
) -> None:
    turn = await begun(inbox)
    await stop(inbox)
    async with listening(cancellations, redis, prefix), cancellations.watching(turn) as cancelled:
        assert cancelled.is_set()


async def test_it_listens_again_after_the_connection_is_cut(
    inbox: Inbox, cancellations: Cancellations, redis: Redis, prefix: str
) -> None:
    turn = await begun(inbox)
    async with listening(cancellations, redis, prefix), cancellations.watching(turn) as cancelled:
        await redis.client_kill_filter(_type="pubsub")
        await stop(inbox)
        assert await asyncio.wait_for(cancelled.wait(), 10)
