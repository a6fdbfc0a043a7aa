"""The Bot API over HTTP on loopback, and the handle by which tests hold it."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.telegram.account import AccountMethods
from tests.fakes.telegram.audit import LIMITED, Audit, Call
from tests.fakes.telegram.faults import Fault, FaultKind, FaultPlan
from tests.fakes.telegram.inject import Injection
from tests.fakes.telegram.limits import Limits, Meter
from tests.fakes.telegram.messages import MessageMethods, Method
from tests.fakes.telegram.state import ChatBook, SeenMessage
from tests.fakes.telegram.updates import UpdateQueue
from tests.fakes.telegram.waiting import Waiting
from tests.fakes.telegram.wire import ApiError, Arguments, answer_json, read_arguments, too_many

DEFAULT_TOKEN = "42:TEST"
LONGEST_POLL_S = 50


class FakeTelegram:
    """One bot's Telegram: `async with FakeTelegram() as telegram`; `telegram.base_url` is for the bot."""

    def __init__(
        self,
        *,
        token: str = DEFAULT_TOKEN,
        username: str = "dezhurny_test_bot",
        port: int = 0,
        limits: Limits | None = None,
        drafts: bool = True,
        audit_file: Path | None = None,
        seed: int = 0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        bot = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Dezhurny",
            "username": username,
        }
        self.token = token
        self.username = username
        self.book = ChatBook(bot, now=now)
        self.updates = UpdateQueue()
        self.audit = Audit(audit_file)
        self.faults = FaultPlan(seed=seed, now=now)
        self.message_methods = MessageMethods(self.book, drafts=drafts)
        self.account = AccountMethods(self.book)
        self.waiting = Waiting(self.book)
        self.inject = Injection(self.book, self.updates, self.account, self.waiting.changed)
        self._meter = Meter(limits, now=now) if limits else None
        self._methods = _by_lower_name({**self.message_methods.table(), **self.account.table()})
        self._port = port
        self._runner: web.ServerRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        self._runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=0.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        self.faults.clear()
        self.updates.end_poll("terminated by the end of the test")
        if self._runner is not None:
            await self._runner.cleanup()
        self.audit.close()

    @property
    def base_url(self) -> str:
        """For `TELEGRAM_API_BASE_URL`."""
        return f"http://127.0.0.1:{self._port}"

    def messages(self, chat_id: int) -> list[SeenMessage]:
        """What a person sees in the chat now, in order."""
        return self.book.seen(chat_id)

    def sent(self, chat_id: int) -> list[SeenMessage]:
        """Every message the bot ever sent to the chat, those since deleted included."""
        return [message for message in self.book.seen(chat_id, deleted=True) if message.from_bot]

    def draft(self, chat_id: int) -> str | None:
        """The preview on the person's screen now, if any."""
        return self.book.draft_text(chat_id)

    async def wait_for_reply(
        self, chat_id: int, count: int = 1, timeout_s: float = 10.0, *, after: int | None = None
    ) -> list[SeenMessage]:
        """The bot's messages after message id `after` (default: the person's last) once there are `count`."""
        return await self.waiting.for_reply(chat_id, count, timeout_s, after=after)

    async def wait_for_text(self, chat_id: int, fragment: str, timeout_s: float = 10.0) -> SeenMessage:
        """The bot's last visible message that contains `fragment`, as soon as there is one."""
        return await self.waiting.for_text(chat_id, fragment, timeout_s)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        at = time.monotonic()
        path = request.path
        if path.startswith("/bot"):
            token, _, method = path[4:].partition("/")
            return await self._call(request, token, method, at)
        if path.startswith("/file/bot"):
            token, _, name = path[9:].partition("/")
            return self._download(token, name)
        return answer_json(ApiError(404, "Not Found").to_json(), status=404)

    async def _call(self, request: web.BaseRequest, token: str, name: str, at: float) -> web.StreamResponse:
        if token != self.token:
            return answer_json(ApiError(401, "Unauthorized").to_json(), status=401)
        method, function = self._methods.get(name.lower(), (name, None))
        call = Call(number=self.audit.next_number(), method=method, at=at, done_at=at)
        try:
            arguments = await read_arguments(request)
        except ApiError as error:
            return self._answer(call, error)
        call = replace(call, chat_id=_chat_id(arguments), text=arguments.values.get("text"))
        struck = self.faults.strike(method, call.chat_id)
        if struck is not None:
            return await self._call_with_fault(request, call, function, arguments, *struck)
        return self._answer(call, await self._perform(request, method, function, arguments))

    async def _perform(
        self, request: web.BaseRequest, method: str, function: Method | None, arguments: Arguments
    ) -> Any:
        """The result of the call, or the error that it ended with."""
        try:
            if method.lower() == "getupdates":
                return await self._get_updates(arguments)
            if function is None:
                return ApiError(404, "Not Found")
            chat_id = _chat_id(arguments)
            if self._meter is not None and method in LIMITED and chat_id is not None:
                self._meter.count(chat_id, private=chat_id > 0)
            result = function(arguments)
        except ApiError as error:
            return error
        if chat_id is not None:
            self.waiting.changed(chat_id)
        return result

    async def _get_updates(self, arguments: Arguments) -> Any:
        self.updates.allow(arguments.nested("allowed_updates"))
        limit = arguments.integer("limit", 100)
        return await self.updates.poll(
            offset=arguments.integer("offset"),
            limit=max(1, min(limit, 100)),
            timeout_s=min(arguments.integer("timeout"), LONGEST_POLL_S),
        )

    async def _call_with_fault(
        self,
        request: web.BaseRequest,
        call: Call,
        function: Method | None,
        arguments: Arguments,
        fault: Fault,
        number: int,
    ) -> web.StreamResponse:
        call = replace(call, fault=fault.kind)
        kind = fault.kind
        if kind is FaultKind.TOO_MANY:
            return self._answer(call, too_many(fault.retry_after_s))
        if kind is FaultKind.ERROR:
            return self._answer(call, ApiError(fault.status, _reason(fault.status)))
        if kind is FaultKind.BAD_GATEWAY:
            self._note(call, ApiError(fault.status, _reason(fault.status)))
            page = f"<html><h1>{fault.status} {_reason(fault.status)}</h1></html>"
            return web.Response(text=page, status=fault.status, content_type="text/html")
        if kind is FaultKind.DROP_BEFORE:
            return self._drop(request, call, ApiError(0, "dropped before taking effect"))
        if kind is FaultKind.LATENCY_BEFORE:
            await asyncio.sleep(fault.delay_s)
        if kind is FaultKind.HOLD_BEFORE:
            await self.faults.hold(number)
        outcome = await self._perform(request, call.method, function, arguments)
        if kind is FaultKind.DROP_AFTER:
            return self._drop(request, call, outcome)
        if kind is FaultKind.LATENCY_AFTER:
            await asyncio.sleep(fault.delay_s)
        if kind is FaultKind.HOLD_AFTER:
            await self.faults.hold(number)
        answer = self._answer(call, outcome)
        if kind is FaultKind.MALFORMED:
            return web.Response(body=b'{"ok":true,"result":{"message_id', content_type="application/json")
        return answer

    def _answer(self, call: Call, outcome: Any) -> web.Response:
        self._note(call, outcome)
        if isinstance(outcome, ApiError):
            return answer_json(outcome.to_json(), status=outcome.code)
        return answer_json({"ok": True, "result": outcome})

    def _drop(self, request: web.BaseRequest, call: Call, outcome: Any) -> web.Response:
        self._note(replace(call, delivered=False), outcome)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _note(self, call: Call, outcome: Any) -> None:
        done_at = time.monotonic()
        if isinstance(outcome, ApiError):
            call = replace(
                call,
                done_at=done_at,
                ok=False,
                error_code=outcome.code,
                description=outcome.description,
                retry_after_s=outcome.retry_after_s,
            )
        else:
            message_id = outcome.get("message_id") if isinstance(outcome, dict) else None
            call = replace(call, done_at=done_at, message_id=message_id)
        self.audit.add(call)

    def _download(self, token: str, path: str) -> web.Response:
        name = path.rpartition("/")[2].partition(".")[0]
        content = self.book.files.get(name)
        if token != self.token or content is None:
            return answer_json(ApiError(404, "Not Found").to_json(), status=404)
        return web.Response(body=content, content_type="application/octet-stream")


def _by_lower_name(table: dict[str, Method]) -> dict[str, tuple[str, Method | None]]:
    """Telegram takes the names of methods in any case."""
    methods: dict[str, tuple[str, Method | None]] = {
        name.lower(): (name, method) for name, method in table.items()
    }
    return methods | {"getupdates": ("getUpdates", None)}


def _chat_id(arguments: Arguments) -> int | None:
    value = str(arguments.values.get("chat_id", ""))
    return int(value) if value.lstrip("-").isdigit() else None


def _reason(status: int) -> str:
    return {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}.get(status, "Error")
