"""The two real clients of the product, and a bare one, aimed at a fake Telegram."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiohttp import ClientSession
from telegram.ext import ExtBot

from tests.fakes.telegram.server import FakeTelegram


@asynccontextmanager
async def aiogram_bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.base_url))
    async with Bot(telegram.token, session=session).context() as bot:
        yield bot


@asynccontextmanager
async def ext_bot(telegram: FakeTelegram) -> AsyncIterator[ExtBot[None]]:
    async with ExtBot(
        telegram.token, base_url=f"{telegram.base_url}/bot", base_file_url=f"{telegram.base_url}/file/bot"
    ) as bot:
        yield bot


class BareClient:
    """Calls by name; gives back the whole answer, errors included."""

    def __init__(self, telegram: FakeTelegram, session: ClientSession) -> None:
        self._prefix = f"{telegram.base_url}/bot{telegram.token}/"
        self._session = session

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        async with self._session.post(self._prefix + method, json=arguments) as response:
            answer: dict[str, Any] = await response.json()
        return answer

    async def error(self, method: str, **arguments: Any) -> str:
        """The description of the error that the call ends with."""
        return str((await self.call(method, **arguments))["description"])

    async def updates(self, **arguments: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.call("getUpdates", **arguments))["result"]
        return found


@asynccontextmanager
async def bare_client(telegram: FakeTelegram) -> AsyncIterator[BareClient]:
    async with ClientSession() as session:
        yield BareClient(telegram, session)
