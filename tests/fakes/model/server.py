"""The scripted model server, to be started in the same process or as one of its own."""

import asyncio
import json
import ssl
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any, Self

from aiohttp import web

from tests.fakes.model.oauth import TokenRefused, Tokens
from tests.fakes.model.script import CUT_BEFORE_HEADERS, Reply, Rule, Script, Seen, dumps, pieces_of
from tests.fakes.model.sending import cut_body, stream, transport_of
from tests.fakes.model.wire import GigaChatWire, OpenAIWire, Spoken, Wire

DEFAULT_CREDENTIALS = "c2NyaXB0ZWQ6a2V5"
"""The authorization key that the token endpoint takes: base64 of scripted:key."""


class ScriptedModel:
    """`async with ScriptedModel() as model:` serves on a free port of the loopback address.

    `rules` are tried in order for every request; the first that matches decides. What came is in
    `seen` (the last `keep` requests), the most requests in hand at once in `peak_streams`.
    """

    def __init__(
        self,
        rules: Sequence[Rule] = (),
        *,
        default: Reply | None = None,
        answer: Callable[[Seen], str] | None = None,
        latency_s: float = 0.0,
        token_s: float = 0.0,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: str | None = None,
        credentials: str = DEFAULT_CREDENTIALS,
        token_lifetime_s: float = 1800.0,
        gigachat_streams: int | None = None,
        keep: int = 2_000,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.script = Script(rules, default=default, answer=answer)
        self.latency_s = latency_s
        self.token_s = token_s
        self.api_key = api_key
        """OpenAI's key; None: any."""
        self.gigachat_streams = gigachat_streams
        """More than so many at once get 429; None: any number."""
        self.tokens = Tokens(credentials=credentials, lifetime_s=token_lifetime_s)
        self.token_latency_s = 0.0
        self.seen: deque[Seen] = deque(maxlen=keep)
        self.outcomes: Counter[str] = Counter()
        self.requests = 0
        self.ports: set[object] = set()
        self.idle = asyncio.Event()
        """Set while no request is in hand."""
        self.open_streams = 0
        self.peak_streams = 0
        self.refused_tokens = 0
        self.open_token_requests = 0
        self.peak_token_requests = 0
        self._host = host
        self._port = port
        self._tls = tls
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._wires: dict[str, Wire] = {"openai": OpenAIWire(), "gigachat": GigaChatWire()}

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self._host}:{self._port}"

    @property
    def openai_url(self) -> str:
        return f"{self.url}/v1"

    @property
    def gigachat_url(self) -> str:
        return f"{self.url}/api/v1"

    @property
    def gigachat_auth_url(self) -> str:
        return f"{self.url}/api/v2/oauth"

    @property
    def connections(self) -> int:
        """Over how many connections the requests came."""
        return len(self.ports)

    @property
    def token_requests(self) -> int:
        return self.tokens.requested

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        app = web.Application(client_max_size=64 * 1024**2)
        app.router.add_post("/v1/chat/completions", self._openai)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/health", self._health)
        app.router.add_post("/api/v2/oauth", self._oauth)
        app.router.add_post("/api/v1/chat/completions", self._gigachat)
        app.router.add_get("/api/v1/models", self._models)
        # Imported here because the control interface needs this module's class.
        from tests.fakes.model.control import add_control

        add_control(app, self)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1, handle_signals=False
        )
        await self._runner.setup()
        await self.accept()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = self._site = None

    async def accept(self) -> None:
        """Take connections, at first or again after `refuse`, on the same port."""
        assert self._runner is not None
        if self._site is None:
            self._site = web.TCPSite(
                self._runner,
                self._host,
                self._port,
                backlog=2_048,
                reuse_address=True,
                ssl_context=self._tls,
            )
            await self._site.start()
            self._port = self._runner.addresses[0][1]

    async def refuse(self) -> None:
        """Refuse connections and cut those that are open, as a server that died."""
        assert self._runner is not None
        if self._site is not None:
            site, self._site = self._site, None
            # A stopped site closes its idle connections kindly; the busy ones are cut here.
            for connection in list(self._runner.server.connections if self._runner.server else ()):
                if connection.transport is not None:
                    connection.transport.abort()
            await site.stop()

    async def _openai(self, request: web.Request) -> web.StreamResponse:
        if self.api_key is not None and request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return self._error("openai", Reply(status=401, error_code="invalid_api_key"))
        return await self._complete(request, "openai")

    async def _gigachat(self, request: web.Request) -> web.StreamResponse:
        if not self.tokens.admits(request.headers):
            self.refused_tokens += 1
            return self._error("gigachat", Reply(status=401, error_code="Token has expired"))
        if self.gigachat_streams is not None and self.open_streams >= self.gigachat_streams:
            return self._error("gigachat", Reply(status=429, error_code="Too Many Requests"))
        return await self._complete(request, "gigachat")

    async def _complete(self, request: web.Request, api: str) -> web.StreamResponse:
        payload = json.loads(await request.read())
        self.requests += 1
        self.ports.add(transport_of(request).get_extra_info("peername"))
        seen = Seen(
            number=self.requests,
            api=api,
            path=request.path,
            streamed=bool(payload.get("stream")),
            payload=payload,
            began_at=time.time(),
        )
        self.seen.append(seen)
        self.idle.clear()
        self.open_streams += 1
        self.peak_streams = max(self.peak_streams, self.open_streams)
        try:
            response = await self._answer(request, seen)
            seen.status = response.status
            return response
        except (asyncio.CancelledError, ConnectionError):
            seen.outcome = "gone"
            raise
        finally:
            self.open_streams -= 1
            if not self.open_streams:
                self.idle.set()
            self.outcomes[seen.outcome] += 1
            seen.ended_at = time.time()

    async def _answer(self, request: web.Request, seen: Seen) -> web.StreamResponse:
        reply, wire = self._reply_to(seen), self._wires[seen.api]
        latency_s = self.latency_s if reply.latency_s is None else reply.latency_s
        if latency_s:
            await asyncio.sleep(latency_s)
        if reply.cut_after == CUT_BEFORE_HEADERS:
            seen.outcome = "cut"
            transport_of(request).abort()
            return web.Response()
        if reply.status != 200:
            seen.outcome = "refused"
            return self._error(seen.api, reply)
        if reply.raw is not None:
            seen.outcome = "answered"
            return web.Response(body=reply.raw.encode(), content_type=reply.content_type)
        spoken = Spoken(reply=reply, seen=seen, text=self.script.text_of(reply, seen))
        token_s = self.token_s if reply.token_s is None else reply.token_s
        if seen.streamed:
            return await stream(request, wire, spoken, token_s)
        if token_s:
            await asyncio.sleep(token_s * len(pieces_of(spoken.text)))
        body = spoken.text.encode() if reply.kind == "nonsense" else wire.body(spoken)
        response = web.Response(body=body, content_type="application/json")
        if reply.cut_after is None:
            seen.outcome = "answered"
            return response
        return await cut_body(request, response, body, seen)

    def _reply_to(self, seen: Seen) -> Reply:
        roles = [message.get("role") for message in seen.messages]
        if seen.api == "gigachat" and "system" in roles[1:]:
            return Reply(status=422, error_code="system message must be the first message")
        return self.script.reply_to(seen)

    def _error(self, api: str, reply: Reply) -> web.Response:
        headers = {"Retry-After": "1"} if reply.status == 429 else {}
        body = self._wires[api].error(reply.status, reply.error_code)
        return web.Response(status=reply.status, body=body, content_type="application/json", headers=headers)

    async def _oauth(self, request: web.Request) -> web.Response:
        self.open_token_requests += 1
        self.peak_token_requests = max(self.peak_token_requests, self.open_token_requests)
        try:
            form = await request.post()
            if self.token_latency_s:
                await asyncio.sleep(self.token_latency_s)
            answer = self.tokens.issue(request.headers, form)
        except TokenRefused as error:
            body = dumps({"code": int(error.status), "message": str(error)})
            return web.Response(status=error.status, body=body, content_type="application/json")
        finally:
            self.open_token_requests -= 1
        return web.Response(body=dumps(answer), content_type="application/json")

    async def _models(self, _: web.Request) -> web.Response:
        models = [{"id": "scripted", "object": "model", "owned_by": "tests"}]
        return web.json_response({"object": "list", "data": models})

    async def _health(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    def state(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "outcomes": dict(self.outcomes),
            "open_streams": self.open_streams,
            "peak_streams": self.peak_streams,
            "token_requests": self.token_requests,
            "peak_token_requests": self.peak_token_requests,
        }
