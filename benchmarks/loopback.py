"""Telegram and a model in one small process, for benchmarks: `python -m benchmarks.loopback --latency 2`.

The fakes of the tests check and remember everything; this one does as little as it can, because on two
cores whatever it does is taken from what is measured. It keeps nothing from one load to the next.
"""

import argparse
import asyncio
import json
import signal
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from aiohttp import web

ANSWER = (
    "Да, конечно. Приезжайте в салон: менеджер покажет автомобиль, ответит на вопросы и всё оформит. "
    "Если удобнее, сначала напишите, какая модель вам нравится."
)
Json = dict[str, Any]


@dataclass(kw_only=True, slots=True)
class Account:
    """One bot: its updates, and when each chat of the last load asked and was answered."""

    pending: deque[Json] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    asked: dict[int, float] = field(default_factory=dict)
    answered: dict[int, float] = field(default_factory=dict)
    sent_at: list[float] = field(default_factory=list)
    last_update_id: int = 0
    polled: bool = False


class Loopback:
    """The HTTP handler: `/bot<token>/<method>`, `/v1/chat/completions` and `/control/<operation>`."""

    def __init__(self, latency_s: float) -> None:
        self._latency_s = latency_s
        self._accounts: dict[str, Account] = {}
        self._last_message_id = 0
        self._prompt = b"{}"
        self._whole, self._streamed = _bodies()
        self._operations: dict[str, Callable[..., Awaitable[object]]] = {
            "load": self._load,
            "wait": self._wait,
            "wait_for_poll": self._wait_for_poll,
            "latency": self._set_latency,
        }

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/bot"):
            token, _, method = path[4:].partition("/")
            result = await self._call(self._account(token), method, request)
            return _json(b'{"ok":true,"result":%b}' % _dumps(result))
        if path == "/v1/chat/completions":
            return await self._complete(request)
        if path == "/control/prompt":
            return _json(self._prompt)
        arguments = json.loads(await request.read() or b"{}")
        return _json(_dumps(await self._operations[path.removeprefix("/control/")](**arguments)))

    def _account(self, token: str) -> Account:
        return self._accounts.setdefault(token, Account())

    async def _call(self, account: Account, method: str, request: web.BaseRequest) -> object:
        form = await request.post()
        if method == "getUpdates":
            return await self._updates(account, int(str(form.get("offset", 0))))
        if method == "getMe":
            return {"id": 42, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
        if method not in ("sendMessage", "editMessageText"):
            return True
        chat_id = int(str(form["chat_id"]))
        if method == "sendMessage":
            account.sent_at.append(time.monotonic())
            account.answered.setdefault(chat_id, account.sent_at[-1])
            account.changed.set()
        self._last_message_id += 1
        return _message(self._last_message_id, chat_id, str(form["text"]), from_bot=True)

    async def _updates(self, account: Account, offset: int) -> list[Json]:
        account.polled = True
        account.changed.set()
        pending = account.pending
        while pending and pending[0]["update_id"] < offset:
            pending.popleft()
        if not pending:
            account.arrived.clear()
            try:
                async with asyncio.timeout(30):
                    await account.arrived.wait()
            except TimeoutError:
                return []
        return [pending[place] for place in range(min(100, len(pending)))]

    async def _complete(self, request: web.BaseRequest) -> web.StreamResponse:
        self._prompt = body = await request.read()
        if self._latency_s:
            await asyncio.sleep(self._latency_s)
        if b'"stream":true' not in body and b'"stream": true' not in body:
            return _json(self._whole)
        return web.Response(body=self._streamed, content_type="text/event-stream")

    async def _load(self, token: str, chats: list[int], texts: list[str]) -> None:
        """A message from each chat at once: the texts in turn."""
        account = self._account(token)
        account.answered.clear()
        account.sent_at.clear()
        now = time.monotonic()
        account.asked = dict.fromkeys(chats, now)
        for chat_id, text in zip(chats, cycle(texts), strict=False):
            account.last_update_id += 1
            self._last_message_id += 1
            message = _message(self._last_message_id, chat_id, text, from_bot=False)
            account.pending.append({"update_id": account.last_update_id, "message": message})
        account.arrived.set()

    async def _wait(self, token: str, timeout_s: float) -> Json:
        """Until every chat of the last load has an answer. Seconds."""
        account = self._account(token)
        async with asyncio.timeout(timeout_s):
            while len(account.answered) < len(account.asked):
                account.changed.clear()
                await account.changed.wait()
        latencies = [at - account.asked[chat] for chat, at in account.answered.items()]
        return {"latencies_s": latencies, "sent_at": account.sent_at}

    async def _wait_for_poll(self, token: str) -> None:
        """Until the bot asks for updates."""
        account = self._account(token)
        while not account.polled:
            account.changed.clear()
            await account.changed.wait()

    async def _set_latency(self, seconds: float) -> None:
        self._latency_s = seconds


def _message(message_id: int, chat_id: int, text: str, *, from_bot: bool) -> Json:
    name = "Bench" if from_bot else f"Person {chat_id}"
    sender: Json = {"id": 42 if from_bot else chat_id, "is_bot": from_bot, "first_name": name}
    return {
        "message_id": message_id,
        "date": int(time.time()),
        "chat": {"id": chat_id, "type": "private", "first_name": f"Person {chat_id}"},
        "from": sender | ({} if from_bot else {"language_code": "ru"}),
        "text": text,
    }


def _bodies() -> tuple[bytes, bytes]:
    """The model's answer as one body and as a stream."""
    usage = {"prompt_tokens": 1_000, "completion_tokens": 60, "total_tokens": 1_060}
    about: Json = {"id": "b", "created": 1, "model": "bench"}
    message = {"role": "assistant", "content": ANSWER}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    whole = {**about, "object": "chat.completion", "choices": choices, "usage": usage}
    pieces: list[tuple[Json, str | None]] = [({"content": f"{word} "}, None) for word in ANSWER.split(" ")]
    events: list[Json] = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        for delta, finish in (*pieces, ({}, "stop"))
    ]
    chunk = {**about, "object": "chat.completion.chunk"}
    events.append({"choices": [], "usage": usage})
    lines = [b"data: " + _dumps(chunk | event) for event in events]
    return _dumps(whole), b"\n\n".join((*lines, b"data: [DONE]", b""))


def _dumps(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")


async def _serve(latency_s: float) -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    runner = web.ServerRunner(web.Server(Loopback(latency_s).handle, access_log=None), shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=4_096).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await stopped.wait()  # and not for the polls that are open


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loopback", description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before the model's first byte")
    asyncio.run(_serve(parser.parse_args().latency))
