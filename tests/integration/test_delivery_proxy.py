"""Telegram behind a proxy, and a proxy that is not there."""

import asyncio
import contextlib
import traceback
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.delivery.channel import Post
from bot.delivery.formatted import Formatted
from bot.domain import ChannelName, ChatRef
from bot.errors import DeliveryError
from tests.fakes.telegram import FakeTelegram
from tests.integration.delivery_kit import open_channel

CHAT = ChatRef(channel=ChannelName.TELEGRAM, chat_id="7")
HELLO = Post(body=Formatted(text="Добрый день"))


class Relay:
    """A proxy that speaks just enough HTTP or SOCKS5 and passes everything on to one server."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self.used = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.used += 1
        head = await reader.read(1)
        if head == b"\x05":
            await reader.readexactly((await reader.readexactly(1))[0])
            writer.write(b"\x05\x00")
            await reader.readexactly(10)  # connect, IPv4 address, port
            writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
            head = b""
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        far_writer.write(head)
        await asyncio.wait(
            [
                asyncio.create_task(pump(reader, far_writer)),
                asyncio.create_task(pump(far_reader, writer)),
            ]
        )


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
    writer.close()


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.inject.message(7, "привет")
        yield server


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_messages_pass_through_a_proxy(
    redis: Redis, prefix: str, telegram: FakeTelegram, scheme: str
) -> None:
    relay = Relay(int(telegram.base_url.rpartition(":")[2]))
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    proxy = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with open_channel(redis, telegram, prefix, proxy=proxy) as channel:
        await channel.send(CHAT, HELLO)
    server.close()
    assert relay.used == 1
    assert [message.text for message in telegram.sent(7)] == ["Добрый день"]


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_is_away_is_no_unknown_state_and_keeps_its_password(
    redis: Redis, prefix: str, telegram: FakeTelegram, scheme: str
) -> None:
    proxy = f"{scheme}://user:SECRET@127.0.0.1:1"
    async with open_channel(redis, telegram, prefix, proxy=proxy) as channel:
        with pytest.raises(DeliveryError) as caught:
            await channel.send(CHAT, HELLO)
    assert type(caught.value) is DeliveryError
    assert not caught.value.permanent
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))
