"""HTTP that bears in mind that the server belongs to somebody else."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp
from yarl import URL

from bot.errors import ServiceError

AGENT = "DezhurnyKnowledgeCollector"
_USER_AGENT = AGENT + "/1.0 (collects articles for a business assistant; {contact})"
_TRIES = 5
_LARGEST = 10 * 1024 * 1024
_LONGEST_WAIT_S = 120.0
_BUSY = frozenset((429, 500, 502, 503, 504))

Sleep = Callable[[float], Awaitable[None]]


class PoliteClient:
    """One request at a time, with a pause after each; waits as long as the server says."""

    def __init__(self, *, contact: str, pause_s: float = 1.0, sleep: Sleep = asyncio.sleep) -> None:
        """`contact`: how the server's keeper reaches the collector's, as Wikimedia's rules ask."""
        self._agent = _USER_AGENT.format(contact=contact)
        self._pause_s = pause_s
        self._sleep = sleep
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers={"User-Agent": self._agent},
            timeout=aiohttp.ClientTimeout(total=60),
            trust_env=True,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, url: str, parameters: Mapping[str, str] | None = None) -> bytes:
        """The body of the answer. Raises ServiceError when the server keeps refusing, or refuses for good."""
        return await self._patiently(url, parameters or {}, lambda body: None)

    async def get_json(self, url: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """The answer of a MediaWiki API, asked again while it says that it lags. Raises ServiceError."""
        body = await self._patiently(url, parameters, _lag)
        answer = _parsed(body)
        if "error" in answer:
            error = answer["error"]
            raise ServiceError(f"{url}: {error.get('code')}: {error.get('info')}", permanent=True)
        return answer

    async def _patiently(
        self, url: str, parameters: Mapping[str, str], lag: Callable[[bytes], float | None]
    ) -> bytes:
        reason = ""
        for attempt in range(_TRIES):
            wait_s = 2.0**attempt
            try:
                status, asked_s, body = await self._once(url, parameters)
            except (aiohttp.ClientError, TimeoutError) as error:
                reason = f"{url}: {type(error).__name__}"
            else:
                lag_s = lag(body) if status == 200 else None
                if status == 200 and lag_s is None:
                    await self._sleep(self._pause_s)
                    return body
                if status != 200 and status not in _BUSY:
                    raise ServiceError(f"{url}: HTTP {status}", permanent=True)
                reason = f"{url}: HTTP {status}" if lag_s is None else f"{url}: the server lags"
                wait_s = max(asked_s, lag_s or 0.0) or wait_s
            await self._sleep(min(wait_s, _LONGEST_WAIT_S))
        raise ServiceError(f"{reason}, {_TRIES} times")

    async def _once(self, url: str, parameters: Mapping[str, str]) -> tuple[int, float, bytes]:
        if self._session is None:
            raise RuntimeError("the client is used outside its block")
        async with self._session.get(URL(url), params=parameters) as response:
            body = await response.content.read(_LARGEST + 1)
            while len(body) <= _LARGEST and (more := await response.content.read(_LARGEST + 1)):
                body += more
            if len(body) > _LARGEST:
                raise ServiceError(f"{url}: more than {_LARGEST} bytes", permanent=True)
            asked = response.headers.get("Retry-After", "")
            return response.status, float(asked) if asked.isdigit() else 0.0, body


def _lag(body: bytes) -> float | None:
    """How many seconds MediaWiki asks for, where its answer is that its databases lag."""
    error = _parsed(body).get("error", {})
    return max(float(error.get("lag", 5)), 1.0) if error.get("code") == "maxlag" else None


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise ServiceError("the answer is not JSON", permanent=True) from error
    if not isinstance(answer, dict):
        raise ServiceError("the answer is no JSON object", permanent=True)
    return answer
