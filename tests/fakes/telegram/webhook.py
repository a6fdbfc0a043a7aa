"""Pushing updates to the bot: in order per chat, again until a 2xx, to one or several receivers."""

import asyncio
import itertools
import json
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, TCPConnector

from tests.fakes.telegram.messages import Method
from tests.fakes.telegram.updates import Json, UpdateQueue
from tests.fakes.telegram.wire import ApiError, Arguments, bad_request, parse_body

_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
_NOT_AS_REPLY = frozenset({"setwebhook", "deletewebhook", "close", "logout"})


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookRules:
    """Telegram resends at once after the first failure, then after 2 s, 4 s, 8 s..."""

    timeout_s: float = 60.0
    resend_after_s: float = 2.0
    longest_resend_s: float = 64.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """One attempt to hand over an update. `status` is 0 when there was no answer."""

    update_id: int
    receiver: str
    at: float
    status: int


class Webhook:
    """The bot's webhook, when it has one."""

    def __init__(self, updates: UpdateQueue, rules: WebhookRules) -> None:
        self.receivers: tuple[str, ...] = ()
        """Addresses that take turns instead of the registered one, as behind a load balancer."""
        self.pushes: list[Push] = []
        self._updates = updates
        self._rules = rules
        self._url = ""
        self._secret = ""
        self._slots = asyncio.Semaphore(40)
        self._max_connections = 40
        self._last_error: tuple[int, str] | None = None
        self._queues: dict[int, deque[Json]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: ClientSession | None = None
        self._turn = itertools.count()
        self.on_reply: Callable[[str, Arguments], Awaitable[object]] | None = None
        """Carries out a method that a receiver put into its answer."""

    def table(self) -> Mapping[str, Method]:
        return {
            "setWebhook": self.set_webhook,
            "deleteWebhook": self.delete_webhook,
            "getWebhookInfo": self.get_webhook_info,
        }

    def set_webhook(self, arguments: Arguments) -> bool:
        url, secret = arguments.text("url"), arguments.text("secret_token")
        if not url:
            return self.delete_webhook(arguments)
        if not url.startswith(("https://", "http://")):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if not _SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        self._leave(arguments)
        self._updates.end_poll("terminated by setWebhook request")
        self._updates.allow(arguments.nested("allowed_updates"))
        self._max_connections = arguments.integer("max_connections", 40)
        self._slots = asyncio.Semaphore(self._max_connections)
        self._url, self._secret = url, secret
        self._updates.listener = self._enqueue
        for update_id in sorted(self._updates.pending):
            self._enqueue(self._updates.pending[update_id].update)
        return True

    def delete_webhook(self, arguments: Arguments) -> bool:
        self._leave(arguments)
        return True

    def get_webhook_info(self, _: Arguments) -> Json:
        info: Json = {
            "url": self._url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.pending),
        }
        if self._url:
            info |= {"max_connections": self._max_connections}
            if self._last_error is not None:
                info |= {"last_error_date": self._last_error[0], "last_error_message": self._last_error[1]}
        if self._updates.allowed:
            info["allowed_updates"] = sorted(self._updates.allowed)
        return info

    def refuse_polling(self) -> None:
        if self._url:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )

    async def close(self) -> None:
        self._cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _leave(self, arguments: Arguments) -> None:
        self._cancel()
        self._url, self._secret, self._last_error = "", "", None
        self._updates.listener = None
        if arguments.flag("drop_pending_updates"):
            self._updates.drop_all()

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._queues.clear()

    def _enqueue(self, update: Json) -> None:
        chat_id = _queue_of(update)
        waiting = self._queues.get(chat_id)
        if waiting is not None:
            waiting.append(update)
            return
        self._queues[chat_id] = waiting = deque([update])
        task = asyncio.create_task(self._drain(chat_id, waiting))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, chat_id: int, waiting: deque[Json]) -> None:
        while waiting:
            await self._hand_over(waiting[0])
            waiting.popleft()
        del self._queues[chat_id]

    async def _hand_over(self, update: Json) -> None:
        delay = 0.0
        while update["update_id"] in self._updates.pending:
            async with self._slots:
                retry_after_s = await self._push(update)
            if retry_after_s is None:
                self._updates.confirm_one(update["update_id"])
                return
            await asyncio.sleep(retry_after_s or delay)
            delay = min(max(self._rules.resend_after_s, delay * 2), self._rules.longest_resend_s)

    async def _push(self, update: Json) -> float | None:
        """None when the bot took the update; otherwise the seconds it asked for in `Retry-After`, or 0."""
        body = json.dumps(update, ensure_ascii=False).encode("utf-8", "surrogatepass")
        headers = {"Content-Type": "application/json"}
        if self._secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self._secret
        for receiver in self._in_turn():
            at = time.monotonic()
            try:
                async with self._client().post(receiver, data=body, headers=headers) as response:
                    answer = await response.read()
            except (ClientError, TimeoutError) as error:
                self._failed(Push(update_id=update["update_id"], receiver=receiver, at=at, status=0))
                if isinstance(error, ClientConnectorError):
                    continue
                return 0.0
            push = Push(update_id=update["update_id"], receiver=receiver, at=at, status=response.status)
            if response.status // 100 != 2:
                self._failed(push)
                return float(response.headers.get("Retry-After", "0"))
            self.pushes.append(push)
            await self._reply(response.headers.get("Content-Type", ""), answer)
            return None
        return 0.0

    def _in_turn(self) -> Sequence[str]:
        """The receivers, the next in turn first; a balancer passes over one that refuses the connection."""
        receivers = self.receivers or (self._url,)
        first = next(self._turn) % len(receivers)
        return receivers[first:] + receivers[:first]

    def _failed(self, push: Push) -> None:
        self.pushes.append(push)
        why = f"Wrong response from the webhook: {push.status}" if push.status else "Connection failed"
        self._last_error = (int(time.time()), why)

    async def _reply(self, content_type: str, body: bytes) -> None:
        try:
            arguments = parse_body(content_type, body)
        except ApiError:
            return
        method = arguments.text("method").lower()
        if self.on_reply and method and method not in _NOT_AS_REPLY and not method.startswith("get"):
            await self.on_reply(method, arguments)

    def _client(self) -> ClientSession:
        if self._session is None:
            timeout = ClientTimeout(total=self._rules.timeout_s)
            self._session = ClientSession(connector=TCPConnector(limit=0), timeout=timeout)
        return self._session


def _queue_of(update: Json) -> int:
    """The chat, or the person where there is none: updates of one queue go out one after another."""
    for content in update.values():
        if isinstance(content, dict):
            about: Any = content.get("message", content)
            chat = about.get("chat") or content.get("from") or {}
            return int(chat.get("id", 0))
    return 0
