"""The job of the usual shape: an RQ function that asks the model and sends the answer.

`answer_tuned` is the same with all that can be kept from job to job kept. Memory is a list in Redis.
"""

import asyncio
import json
import os
from functools import cache

import telegram
from openai import OpenAI
from redis import Redis

TOKENS = {"answer": "42:USUAL", "answer_tuned": "42:TUNED"}


def answer(chat_id: int, text: str) -> None:
    """As it is mostly written: python-telegram-bot is asynchronous, so that each job brings a loop and a
    Bot, which no other loop could use."""
    said = _ask(chat_id, text)

    async def send() -> None:
        async with _bot(TOKENS["answer"]) as bot:
            await bot.send_message(chat_id, said)

    asyncio.run(send())


def answer_tuned(chat_id: int, text: str) -> None:
    _loop().run_until_complete(_kept_bot().send_message(chat_id, _ask(chat_id, text)))


def _ask(chat_id: int, text: str) -> str:
    key = f"usual:{chat_id}"
    _redis().lrange(key, -10, -1)
    prompt = json.loads(os.environ["BENCH_PROMPT"])
    completion = _client().chat.completions.create(model="bench", messages=prompt["messages"])
    said = completion.choices[0].message.content or ""
    pipeline = _redis().pipeline()
    pipeline.rpush(key, text, said)
    pipeline.expire(key, 3_600)
    pipeline.execute()
    return said


@cache
def _redis() -> "Redis":
    return Redis.from_url(os.environ["BENCH_REDIS_URL"])


@cache
def _client() -> OpenAI:
    return OpenAI(api_key="bench", base_url=f"{os.environ['BENCH_URL']}/v1")


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


@cache
def _kept_bot() -> telegram.Bot:
    bot = _bot(TOKENS["answer_tuned"])
    _loop().run_until_complete(bot.initialize())
    return bot


def _bot(token: str) -> telegram.Bot:
    return telegram.Bot(token, base_url=f"{os.environ['BENCH_URL']}/bot")
