"""A raw aiogram bot that says back what it hears: no inbox, no worker, no model."""

import asyncio
import os

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message

from benchmarks.loopback import ANSWER

router = Router()


@router.message()
async def echo(message: Message) -> None:
    await message.answer(ANSWER)


async def main() -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["BENCH_URL"]))
    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    await dispatcher.start_polling(Bot("42:ECHO", session=session))


if __name__ == "__main__":
    asyncio.run(main())
