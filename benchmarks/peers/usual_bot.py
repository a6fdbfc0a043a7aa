"""The usual shape's bot: an aiogram handler that enqueues an RQ job. Argument: the job's name."""

import asyncio
import os
import sys

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from redis import Redis
from rq import Queue

from benchmarks.peers.usual_jobs import TOKENS


async def main(job: str) -> None:
    queue = Queue(job, connection=Redis.from_url(os.environ["BENCH_REDIS_URL"]))
    router = Router()

    @router.message()
    async def enqueue(message: Message) -> None:
        queue.enqueue(f"benchmarks.peers.usual_jobs.{job}", message.chat.id, message.text)

    session = AiohttpSession(api=TelegramAPIServer.from_base(os.environ["BENCH_URL"]))
    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    await dispatcher.start_polling(Bot(TOKENS[job], session=session))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
