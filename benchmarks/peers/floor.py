"""The least that a turn can cost: two requests over aiohttp and four round trips to Redis, and no more.

Argument: how many turns. Prints its own CPU and wall time without start-up, as JSON.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator

from aiohttp import ClientSession, DummyCookieJar, TCPConnector
from redis.asyncio import BlockingConnectionPool, Redis

from benchmarks.loopback import ANSWER

AT_ONCE = 50


async def main(turns: int) -> None:
    url, prompt = os.environ["BENCH_URL"], os.environ["BENCH_PROMPT"].encode()
    redis = Redis.from_pool(
        BlockingConnectionPool.from_url(os.environ["BENCH_REDIS_URL"], max_connections=64)
    )
    connector = TCPConnector(limit=0)
    async with ClientSession(url, connector=connector, cookie_jar=DummyCookieJar()) as session:

        async def serve(chats: Iterator[int]) -> None:
            for chat in chats:
                await _turn(chat, session, redis, prompt)

        async def serve_all(number: int) -> None:
            chats = iter(range(1, number + 1))
            await asyncio.gather(*(serve(chats) for _ in range(AT_ONCE)))

        await serve_all(AT_ONCE)  # opens the connections
        cpu, at = time.process_time(), time.perf_counter()
        await serve_all(turns)
        print(json.dumps({"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - at}))
    await redis.aclose()


async def _turn(chat: int, session: ClientSession, redis: Redis, prompt: bytes) -> None:
    key = f"floor:{chat}"
    await redis.rpush(key, prompt[:300])
    await redis.lrange(key, 0, -1)
    headers = {"Content-Type": "application/json"}
    async with session.post("/v1/chat/completions", data=prompt, headers=headers) as response:
        await response.read()
    await redis.set(f"{key}:answer", ANSWER)
    async with session.post("/bot42:FLOOR/sendMessage", data={"chat_id": chat, "text": ANSWER}) as response:
        await response.read()
    await redis.delete(key, f"{key}:answer")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
