"""A request to stop reaches the worker that answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from bot.domain import ChannelName, ChatRef, Turn, Utterance, UtteranceKind
from bot.queue.cancellations import Cancellations
from bot.queue.inbox import Inbox

CHAT = ChatRef(channel=ChannelName.CONSOLE, chat_id="1")


def say(text: str, kind: UtteranceKind = UtteranceKind.TEXT) -> Utterance:
    return Utterance(
        update_id=text, chat=CHAT, person_id="1", kind=kind, text=text, received_at=datetime.now(UTC)
    )


@pytest.fixture
def inbox(redis: Redis, prefix: str) -> Inbox:
    return Inbox(redis, prefix=prefix)


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


async def begin(inbox: Inbox) -> Turn:
    await inbox.accept(say("hello"))
    turn = await inbox.begin(CHAT.key, 1, worker="w")
    assert turn
    return turn


async def stop(inbox: Inbox) -> None:
    await inbox.accept(say("/cancel", UtteranceKind.CANCEL))


async def test_a_turn_that_is_taken_over_in_the_same_process_is_watched_still(
    inbox: Inbox, cancellations: Cancellations, redis: Redis, prefix: str
) -> None:
    turn = await begin(inbox)
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
    turn = await begin(inbox)
    async with listening(cancellations, redis, prefix), cancellations.watching(turn) as cancelled:
        assert not cancelled.is_set()
        await stop(inbox)
        assert await asyncio.wait_for(cancelled.wait(), 5)


async def test_a_cancellation_before_the_watch_is_not_missed(
    inbox: Inbox, cancellations: Cancellations, redis: Redis, prefix: str
) -> None:
    turn = await begin(inbox)
    async with listening(cancellations, redis, prefix):
        await stop(inbox)
        await asyncio.sleep(0.1)
        async with cancellations.watching(turn) as cancelled:
            assert await asyncio.wait_for(cancelled.wait(), 5)


async def test_a_turn_that_is_taken_over_knows_it_was_cancelled(
    inbox: Inbox, cancellations: Cancellations
) -> None:
    await begin(inbox)
    await stop(inbox)
    turn = await inbox.begin(CHAT.key, 1, worker="w")
    assert turn
    async with cancellations.watching(turn) as cancelled:
        assert cancelled.is_set()


async def test_a_cancellation_while_the_line_was_cut_is_found_on_return(
    inbox: Inbox, cancellations: Cancellations, redis: Redis, prefix: str
) -> None:
    turn = await begin(inbox)
    async with cancellations.watching(turn) as cancelled:
        await stop(inbox)
        async with listening(cancellations, redis, prefix):
            assert await asyncio.wait_for(cancelled.wait(), 5)


async def test_a_cancellation_while_the_line_was_cut_is_known_to_a_watch_that_begins_after_it(
    inbox: Inbox, cancellations: Cancellations, redis: Redis, prefix: str
) -> None:
    turn = await begin(inbox)
    await stop(inbox)
    async with listening(cancellations, redis, prefix), cancellations.watching(turn) as cancelled:
        assert cancelled.is_set()


async def test_it_listens_again_after_the_connection_is_cut(
    inbox: Inbox, cancellations: Cancellations, redis: Redis, prefix: str
) -> None:
    turn = await begin(inbox)
    async with listening(cancellations, redis, prefix), cancellations.watching(turn) as cancelled:
        await redis.client_kill_filter(_type="pubsub")
        await stop(inbox)
        assert await asyncio.wait_for(cancelled.wait(), 10)
