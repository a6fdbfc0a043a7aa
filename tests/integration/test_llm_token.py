import asyncio
import time

import pytest
from redis.asyncio import Redis

from bot.errors import ModelUnavailable
from bot.llm.shared_token import SharedToken


class Provider:
    """Gives out numbered tokens, slowly, and notes how many it was asked for at once."""

    def __init__(self, lifetime_s: float = 1800.0) -> None:
        self.given = 0
        self.asking = 0
        self.peak = 0
        self.lifetime_s = lifetime_s
        self.error: Exception | None = None

    async def __call__(self) -> tuple[str, float]:
        self.asking += 1
        self.peak = max(self.peak, self.asking)
        await asyncio.sleep(0.05)
        self.asking -= 1
        self.given += 1
        if self.error is not None:
            raise self.error
        return f"token-{self.given}", time.time() + self.lifetime_s


async def test_many_who_need_it_at_once_fetch_it_once(redis: Redis, prefix: str) -> None:
    provider = Provider()
    workers = [SharedToken(redis, "account", provider, prefix=prefix) for _ in range(5)]
    texts = await asyncio.gather(*[worker.get() for worker in workers for _ in range(10)])
    assert set(texts) == {"token-1"}


async def test_accounts_do_not_share_tokens(redis: Redis, prefix: str) -> None:
    provider = Provider()
    first = await SharedToken(redis, "one", provider, prefix=prefix).get()
    second = await SharedToken(redis, "two", provider, prefix=prefix).get()
    assert first != second


async def test_renewals_never_overlap(redis: Redis, prefix: str) -> None:
    provider = Provider()
    workers = [SharedToken(redis, "account", provider, prefix=prefix) for _ in range(4)]
    for _ in range(3):
        texts = await asyncio.gather(*[worker.get() for worker in workers])
        await asyncio.gather(*[worker.refused(texts[0]) for worker in workers])
    assert (provider.given, provider.peak) == (3, 1)


async def test_a_refusal_of_an_old_token_leaves_the_new_one_alone(redis: Redis, prefix: str) -> None:
    provider = Provider()
    token = SharedToken(redis, "account", provider, prefix=prefix)
    old = await token.get()
    await token.refused(old)
    new = await token.get()
    await token.refused(old)
    assert await token.get() == new


async def test_everyone_who_waited_learns_of_a_failure_and_the_next_tries_again(
    redis: Redis, prefix: str
) -> None:
    provider = Provider()
    provider.error = ModelUnavailable("away")
    token = SharedToken(redis, "account", provider, prefix=prefix)
    results = await asyncio.gather(*[token.get() for _ in range(5)], return_exceptions=True)
    assert all(isinstance(result, ModelUnavailable) for result in results)
    assert provider.given == 1
    provider.error = None
    assert await token.get() == "token-2"


async def test_a_cancelled_turn_does_not_take_the_token_of_the_others(redis: Redis, prefix: str) -> None:
    token = SharedToken(redis, "account", Provider(), prefix=prefix)
    first, second = asyncio.create_task(token.get()), asyncio.create_task(token.get())
    await asyncio.sleep(0.01)
    first.cancel()
    assert await second == "token-1"


async def test_without_redis_one_process_has_a_token_of_its_own(prefix: str) -> None:
    token = SharedToken(None, "account", Provider(), prefix=prefix)
    texts = await asyncio.gather(*[token.get() for _ in range(3)])
    await token.refused(texts[0])
    assert (set(texts), await token.get()) == ({"token-1"}, "token-2")


async def test_the_account_is_not_written_down(redis: Redis, prefix: str) -> None:
    await SharedToken(redis, "secret-key", Provider(), prefix=prefix).get()
    keys = [str(key) for key in await redis.keys("*")]
    assert keys
    assert not any("secret-key" in key for key in keys)


@pytest.mark.parametrize(("lifetime_s", "fetched"), [(1800.0, 1), (0.2, 2)])
async def test_it_is_renewed_in_the_last_quarter_of_a_short_life(
    redis: Redis, prefix: str, lifetime_s: float, fetched: int
) -> None:
    provider = Provider(lifetime_s)
    token = SharedToken(redis, "account", provider, prefix=prefix)
    await token.get()
    await asyncio.sleep(0.16)
    await token.get()
    assert provider.given == fetched
