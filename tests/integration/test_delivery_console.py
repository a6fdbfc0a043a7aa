"""The console and the website see the same turn as a stream of events."""

import asyncio
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from bot.delivery.channel import Post
from bot.delivery.console_channel import ConsoleChannel, ConsoleEvent, ConsoleReader
from bot.delivery.delivery import Delivery
from bot.delivery.formatted import Formatted
from bot.domain import ChannelName, ChatRef, Turn, Utterance

CHAT = ChatRef(channel=ChannelName.CONSOLE, chat_id="me")


def turn(lease: str = "a", attempt: int = 1) -> Turn:
    utterance = Utterance(
        update_id="1", chat=CHAT, person_id="me", text="?", message_id=1, received_at=datetime.now(UTC)
    )
    return Turn(turn_id="console:me:1", chat=CHAT, utterances=(utterance,), attempt=attempt, lease=lease)


@pytest.fixture
async def delivery(redis: Redis, prefix: str) -> Delivery:
    await redis.hset(f"{prefix}:turn:console:me:1", "lease", "a")
    channels = {ChannelName.CONSOLE: ConsoleChannel(redis, prefix=prefix)}
    return Delivery(redis, channels, prefix=prefix, first_sign_after_s=0.0)


@pytest.fixture
def reader(redis: Redis, prefix: str) -> ConsoleReader:
    return ConsoleReader(redis, CHAT, prefix=prefix)


def seen(events: list[ConsoleEvent]) -> list[tuple[str, str, bool]]:
    return [(event.type, event.text, event.final) for event in events]


async def test_a_turn_is_a_stream_of_events(delivery: Delivery, reader: ConsoleReader) -> None:
    at = delivery.for_turn(turn())
    await at.grow("GLE")
    await asyncio.sleep(0.1)
    await at.notice("Ожидайте")
    await at.finish("GLE стоит **9 млн**")
    events = await reader.read()
    assert seen(events) == [
        ("growing", "GLE", False),
        ("notice", "Ожидайте", False),
        ("edit", "GLE стоит 9 млн", True),
    ]
    assert events[1].id == events[2].id
    assert events[2].entities[0]["kind"] == "bold"


async def test_the_last_part_of_a_long_answer_is_final(delivery: Delivery, reader: ConsoleReader) -> None:
    await delivery.for_turn(turn()).finish("слово " * 1000)
    assert [event.final for event in await reader.read()] == [False, True]


async def test_a_turn_run_again_shows_the_answer_once(
    delivery: Delivery, reader: ConsoleReader, redis: Redis, prefix: str
) -> None:
    key = f"{prefix}:turn:console:me:1"
    await delivery.for_turn(turn()).finish("Готово")
    await redis.hset(key, mapping={"lease": "b", "part:0": "sending:0"})
    await delivery.for_turn(turn("b", 2)).finish("Готово")
    assert seen(await reader.read()) == [("message", "Готово", True)]


async def test_a_reader_follows_and_goes_on_where_it_stopped(redis: Redis, prefix: str) -> None:
    channel = ConsoleChannel(redis, prefix=prefix)
    await channel.send(CHAT, Post(body=Formatted(text="старое")))
    reader = ConsoleReader(redis, CHAT, after="$", prefix=prefix)
    assert await reader.read(wait_s=0.01) == []
    for text in ("раз", "два"):
        await channel.send(CHAT, Post(body=Formatted(text=text)))
    heard = []
    async for event in reader:
        heard.append(event.text)
        if len(heard) == 2:
            break
    assert heard == ["раз", "два"]


async def test_old_events_are_dropped_and_the_rest_expires(redis: Redis, prefix: str) -> None:
    channel = ConsoleChannel(redis, prefix=prefix)
    for number in range(1200):
        await channel.send(CHAT, Post(body=Formatted(text=str(number))))
    key = f"{prefix}:channel:{CHAT.key}"
    assert await redis.xlen(key) < 800
    assert 0 < await redis.ttl(key) <= 24 * 3600
