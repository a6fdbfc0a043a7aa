"""The `openai` package's HTTP client, replaced by one aiohttp session.

The package builds a request and sends it through an httpx client; measured, that client costs about
1.5 ms of CPU a call, and a transport under it still pays for its URLs, headers, cookies, redirects and
authentication flow. Here a request goes to aiohttp as it is.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.request import getproxies

import aiohttp
import httpx2

_BODY_URL: Final = httpx2.URL("http://model.invalid/")
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class AiohttpBody(httpx2.AsyncByteStream):
    """The body of an answer as it arrives. Raises httpx2's errors; `close` is safe at any point."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content = self._response.content
        try:
            while piece := await content.readany():
                yield piece
        except TimeoutError as error:
            raise httpx2.ReadTimeout("no answer in time") from error
        except (aiohttp.ClientError, ConnectionError) as error:
            raise httpx2.ReadError(type(error).__name__) from error

    async def read(self, limit: int) -> bytes | None:
        """The whole body, or None when it is longer than `limit` bytes."""
        pieces, size = [], 0
        async for piece in self:
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                return None
        return b"".join(pieces)

    def close(self) -> None:
        """Hang up, unless all was read: then the connection has gone back to the pool already."""
        self._response.close()

    async def aclose(self) -> None:
        self.close()


class AiohttpClient(httpx2.AsyncClient):
    """An httpx client in type only: no cookies, redirects, hooks or authentication flow.

    The session is opened by the first request, in the loop that runs then. `timeout_s` is for a whole
    answer, its body included. Responses carry no headers: nothing above reads them.
    """

    def __init__(self, *, timeout_s: float, connect_timeout_s: float) -> None:
        # The parent is given a transport, so that it builds no connection pool and no TLS context.
        super().__init__(transport=httpx2.MockTransport(_unused), trust_env=False)
        self._limits = aiohttp.ClientTimeout(total=timeout_s, sock_connect=connect_timeout_s)
        self._session: aiohttp.ClientSession | None = None

    def build_request(  # type: ignore[override]
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: Sequence[tuple[str, str]] = (),
        **_: Any,
    ) -> httpx2.Request:
        """The request that `send` will unpack again: its real URL and headers travel beside it."""
        kept = {name: value for name, value in headers if not name.lower().startswith("x-stainless")}
        extensions: Mapping[str, Any] = {"url": url, "headers": kept}
        return httpx2.Request(method, _BODY_URL, content=content, extensions=dict(extensions))

    async def send(self, request: httpx2.Request, **_: Any) -> httpx2.Response:
        url = request.extensions["url"]
        session = self._session or self._open(url)
        try:
            response = await self._ask(session, url, request)
        except TimeoutError as error:
            raise httpx2.ConnectTimeout("no answer in time", request=request) from error
        except (aiohttp.ClientError, ConnectionError) as error:
            raise httpx2.ConnectError(type(error).__name__, request=request) from error
        return httpx2.Response(response.status, stream=AiohttpBody(response), request=request)

    async def _ask(
        self, session: aiohttp.ClientSession, url: str, request: httpx2.Request
    ) -> aiohttp.ClientResponse:
        """Ask, and ask again where a kept connection turns out to be closed: nobody has read that request."""
        for use in (_Use(), None):
            try:
                return await session.request(
                    request.method,
                    url,
                    data=request.content,
                    headers=request.extensions["headers"],
                    allow_redirects=False,
                    trace_request_ctx=use,
                )
            except (aiohttp.ClientConnectionError, ConnectionError):
                if use is None or not use.is_of_a_kept_connection:
                    raise
        raise AssertionError("the second try returns or raises")

    async def aclose(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()
        await super().aclose()

    def _open(self, url: str) -> aiohttp.ClientSession:
        """A model on this machine is never asked through a proxy."""
        remote = httpx2.URL(url).host not in _LOOPBACK
        self._session = aiohttp.ClientSession(
            # Servers close idle connections after five seconds; a shorter time here avoids the race.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=4, ttl_dns_cache=60),
            timeout=self._limits,
            cookie_jar=aiohttp.DummyCookieJar(),
            read_bufsize=2**17,
            trust_env=remote and bool(getproxies()),
            trace_configs=[_noting_kept_connections()],
        )
        return self._session


@dataclass(slots=True)
class _Use:
    """How one request went out."""

    is_of_a_kept_connection: bool = False


def _noting_kept_connections() -> aiohttp.TraceConfig:
    async def note(_: aiohttp.ClientSession, context: Any, __: Any) -> None:
        if isinstance(context.trace_request_ctx, _Use):
            context.trace_request_ctx.is_of_a_kept_connection = True

    config = aiohttp.TraceConfig()
    config.on_connection_reuseconn.append(note)
    return config


def with_body(request: httpx2.Request, content: bytes) -> httpx2.Request:
    """What `AiohttpClient.build_request` made, with another body."""
    return httpx2.Request(request.method, _BODY_URL, content=content, extensions=request.extensions)


def _unused(_: httpx2.Request) -> httpx2.Response:
    raise AssertionError("requests go to aiohttp")
