"""The Bot API over HTTP on loopback, and the handle by which tests hold it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage

from tests.fakes.telegram.account import AccountMethods, Toast
from tests.fakes.telegram.api import BotApi, Outcome
from tests.fakes.telegram.audit import Audit
from tests.fakes.telegram.control import Control
from tests.fakes.telegram.editing import EditMethods
from tests.fakes.telegram.faults import FaultKind, FaultPlan
from tests.fakes.telegram.inject import Injection
from tests.fakes.telegram.limits import Limits, Meter
from tests.fakes.telegram.messages import MessageMethods
from tests.fakes.telegram.screen import keyboard_rows, screen
from tests.fakes.telegram.state import ChatBook, SeenMessage
from tests.fakes.telegram.topics import TopicMethods
from tests.fakes.telegram.updates import UpdateQueue
from tests.fakes.telegram.waiting import Waiting
from tests.fakes.telegram.webhook import Webhook, WebhookRules
from tests.fakes.telegram.wire import ApiError, Arguments, answer_json, read_arguments

DEFAULT_TOKEN = "42:TEST"
LARGEST_UPLOAD = 64 * 1024 * 1024
_HOLDS = (FaultKind.HOLD_BEFORE, FaultKind.HOLD_AFTER)


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
        webhook_rules: WebhookRules | None = None,
        audit_file: Path | None = None,
        seed: int = 0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        bot_id = int(token.partition(":")[0])
        bot = {"id": bot_id, "is_bot": True, "first_name": "Dezhurny", "username": username}
        self.token = token
        self.username = username
        self.book = ChatBook(bot, now=now)
        self.updates = UpdateQueue()
        self.audit = Audit(audit_file)
        self.faults = FaultPlan(seed=seed, now=now)
        self.webhook = Webhook(self.updates, webhook_rules or WebhookRules())
        self.account = AccountMethods(self.book)
        self.waiting = Waiting(self.book)
        self.account.on_toast = self.waiting.changed
        self.inject = Injection(self.book, self.updates, self.account, self.waiting.changed)
        self._api = self._make_api(
            MessageMethods(self.book, drafts=drafts), Meter(limits, now=now) if limits else None
        )
        self.webhook.on_reply = self._call_from_webhook
        self._control = Control(self)
        self._port = port
        self._runner: web.ServerRunner | None = None

    def _make_api(self, messages: MessageMethods, meter: Meter | None) -> BotApi:
        return BotApi(
            {
                **messages.table(),
                **EditMethods(self.book).table(),
                **TopicMethods(self.book).table(),
                **self.account.table(),
                **self.webhook.table(),
            },
            updates=self.updates,
            webhook=self.webhook,
            audit=self.audit,
            faults=self.faults,
            waiting=self.waiting,
            meter=meter,
        )

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        self._runner = web.ServerRunner(_http(self._handle), shutdown_timeout=0.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        self.faults.clear()
        self.updates.end_poll("terminated by the end of the fake")
        await self.webhook.close()
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

    def screen(self, chat_id: int, thread: int | None = None) -> str:
        """The chat as a person sees it now: who, text, [buttons]; a forum with all its topics, or one."""
        return screen(self.book, chat_id, thread)

    def keyboard(self, chat_id: int) -> list[list[str]]:
        """The buttons under the person's input field, row by row."""
        return keyboard_rows(self.book.chats[chat_id])

    def toasts(self, person_id: int) -> list[Toast]:
        """What the bot has answered to the person's presses, in order."""
        return [toast for toast in self.account.toasts if toast.person_id == person_id]

    def file(self, file_id: str) -> bytes:
        """What is in the file of a message (`SeenMessage.file_id`)."""
        return self.book.files[file_id]

    async def wait_for_toast(self, person_id: int, count: int = 1, timeout_s: float = 10.0) -> list[Toast]:
        """The person's toasts, once there are `count` of them."""
        return await self.waiting.for_toasts(person_id, lambda: self.toasts(person_id), count, timeout_s)

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
            return await self._download(token, name)
        if path.startswith("/control/"):
            return await self._control.answer(path[9:], await request.read())
        return _not_found()

    async def _call(self, request: web.BaseRequest, token: str, name: str, at: float) -> web.StreamResponse:
        if token != self.token:
            return answer_json(ApiError(401, "Unauthorized").to_json(), status=401)
        try:
            arguments = await read_arguments(request)
        except ApiError as error:
            return answer_json(error.to_json(), status=error.code)
        outcome = await self._api.call(name, arguments, at=at)
        if outcome.dropped and request.transport is not None:
            request.transport.abort()
            return web.Response()
        return _shape(outcome)

    async def _call_from_webhook(self, name: str, arguments: Arguments) -> None:
        await self._api.call(name, arguments, at=time.monotonic())

    async def _download(self, token: str, path: str) -> web.Response:
        """A file; it meets the faults of a method called `download`."""
        struck = self.faults.strike("download", None)
        if struck is not None:
            fault, number = struck
            if fault.kind in (FaultKind.ERROR, FaultKind.BAD_GATEWAY):
                return web.Response(status=fault.status)
            await (self.faults.hold(number) if fault.kind in _HOLDS else asyncio.sleep(fault.delay_s))
        content = self.book.files.get(path.rpartition("/")[2].partition(".")[0])
        if token != self.token or content is None:
            return _not_found()
        return web.Response(body=content, content_type="application/octet-stream")


def _http(handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> web.Server:
    """aiohttp's bare server: no routes, no access log, uploads of Telegram's size."""
    loop = asyncio.get_running_loop()

    def request(
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: web.RequestHandler,
        writer: AbstractStreamWriter,
        task: "asyncio.Task[None]",
    ) -> web.BaseRequest:
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST_UPLOAD)

    return web.Server(handle, request_factory=request, access_log=None)


def _not_found() -> web.Response:
    return answer_json(ApiError(404, "Not Found").to_json(), status=404)


def _shape(outcome: Outcome) -> web.Response:
    """The answer as its fault lets it through: whole, cut in the middle, or a proxy's page."""
    if outcome.fault is FaultKind.MALFORMED:
        return web.Response(body=b'{"ok":true,"result":{"message_id', content_type="application/json")
    if outcome.fault is FaultKind.BAD_GATEWAY:
        page = f"<html><h1>{outcome.status} Bad Gateway</h1></html>"
        return web.Response(text=page, status=outcome.status, content_type="text/html")
    return answer_json(outcome.to_json(), status=outcome.status)
