"""python-telegram-bot over aiohttp: a tenth of httpx's cost, and no token in any error."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
from aiohttp_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import JSONDict, ODVInput
from telegram.error import NetworkError, TelegramError
from telegram.ext import BaseRateLimiter
from telegram.request import BaseRequest, RequestData

from bot.delivery.channel import Admission, NoSlot
from bot.delivery.limiter import Limiter
from bot.delivery.sessions import open_session
from bot.domain import ChannelName, ChatRef

_UNCOUNTED = frozenset({"sendChatAction", "sendMessageDraft"})
"""They leave nothing in the chat, so that only the bot's limit counts them."""


_BEFORE_IT_LEFT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
    ProxyConnectionError,
    ProxyError,
    ProxyTimeoutError,
)
_UNKNOWN_METHOD = frozenset({404, 405, 501})
"""Whatever the body: servers that speak only a part of the Bot API answer in words of their own."""
_KEPT = ("message_id", "date", "chat")


class NeverLeft(NetworkError):
    """The request did not reach Telegram."""


class AnswerLost(NetworkError):
    """The request may have reached Telegram, its answer did not come back."""


class NotTelegram(NeverLeft):
    """Something refused the request, but not in Telegram's words."""


class OddAnswer(AnswerLost):
    """Something answered, but what it did cannot be told from that."""


class UnknownMethod(NetworkError):
    """The server has no such method; Telegram's own says the same of a token without the right form."""


class Flooded(TelegramError):
    """429; python-telegram-bot's own exception warns about its future each time it is made."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"Too many requests: retry after {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


class AiohttpRequest(BaseRequest):
    """One connection pool, opened at `initialize`. Errors never hold an address, which holds the token."""

    def __init__(self, *, timeout_s: float = 20, proxy: str | None = None, pool_size: int = 256) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(timeout_s, 10))
        self._proxy = proxy
        self._pool_size = pool_size
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._timeout.total

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            self._session = open_session(self._timeout, self._proxy, pool_size=self._pool_size)

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Raises NeverLeft, AnswerLost, UnknownMethod or Flooded; other answers are python-telegram-bot's to
        read."""
        if self._session is None:
            raise NeverLeft("the transport is not open")
        timeout = self._timeout
        if not isinstance(read_timeout, DefaultValue):
            timeout = aiohttp.ClientTimeout(total=read_timeout, connect=timeout.connect)
        failure: TelegramError
        try:
            async with self._session.request(
                method, url, data=_body(request_data), timeout=timeout
            ) as response:
                payload = await response.read()
        except _BEFORE_IT_LEFT as error:
            failure = NeverLeft(type(error).__name__)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            failure = AnswerLost(type(error).__name__)
        else:
            _check(response.status, payload)
            return response.status, payload
        raise failure from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> JSONDict:
        """An answer that is no JSON tells nothing, and is not logged: it may hold somebody's words.

        Of a message only what is used is kept: making objects of the rest costs more than the request.
        """
        answer = _answer(payload)
        if answer is None:
            raise OddAnswer("the answer is cut off")
        result = answer.get("result")
        if isinstance(result, dict) and "message_id" in result:
            answer["result"] = {name: result[name] for name in _KEPT if name in result}
        return answer


def _body(request_data: RequestData | None) -> dict[str, str] | aiohttp.FormData | None:
    if request_data is None:
        return None
    if not request_data.contains_files:
        return request_data.json_parameters
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (file_name, content, content_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=file_name, content_type=content_type)
    return form


def _answer(payload: bytes) -> JSONDict | None:
    try:
        answer = json.loads(payload)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) and "ok" in answer else None


def _check(status: int, payload: bytes) -> None:
    if status < 300:
        return
    if status in _UNKNOWN_METHOD:
        raise UnknownMethod(f"HTTP {status}")
    if status >= 500:
        raise OddAnswer(f"HTTP {status}")
    answer = _answer(payload)
    if status == 429:
        parameters = (answer or {}).get("parameters") or {}
        raise Flooded(float(parameters.get("retry_after", 1)))
    if answer is None:
        raise NotTelegram(f"HTTP {status}, and not from Telegram")


class SharedRateLimiter(BaseRateLimiter[Admission]):
    """Takes every call of an ExtBot that names a chat through the shared limiter."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, bool | JSONDict | list[JSONDict]]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Admission | None,
    ) -> bool | JSONDict | list[JSONDict]:
        admission = rate_limit_args or Admission()
        if "chat_id" in data:
            chat = None if endpoint in _UNCOUNTED else _chat(data["chat_id"])
            if not admission.optional:
                await self._limiter.acquire(chat, priority=admission.priority)
            elif not await self._limiter.try_acquire(chat):
                raise NoSlot
        if admission.before is not None:
            await admission.before()
        try:
            return await callback(*args, **kwargs)
        except Flooded as error:
            await self._limiter.pause(error.retry_after_s)
            raise


def _chat(chat_id: int | str) -> ChatRef:
    return ChatRef(
        channel=ChannelName.TELEGRAM, chat_id=str(chat_id), private=not str(chat_id).startswith(("-", "@"))
    )
