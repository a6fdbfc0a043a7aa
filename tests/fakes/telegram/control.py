"""The same handle over HTTP, for harnesses in another process: `POST /control/<operation>` with JSON."""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.telegram.faults import Fault, FaultKind
from tests.fakes.telegram.wire import answer_json

if TYPE_CHECKING:
    from tests.fakes.telegram.server import FakeTelegram


class Control:
    """Operations by name; the arguments are those of the methods they stand for."""

    def __init__(self, telegram: "FakeTelegram") -> None:
        self._telegram = telegram

    def _operations(self) -> Mapping[str, Callable[..., Any]]:
        telegram = self._telegram
        inject = {
            f"inject.{name}": function
            for name, function in inspect.getmembers(telegram.inject, inspect.ismethod)
            if not name.startswith("_")
        }
        return inject | {
            "inject.open_chat": lambda **about: telegram.inject.open_chat(**about).info,
            "messages": telegram.messages,
            "sent": telegram.sent,
            "draft": telegram.draft,
            "screen": telegram.screen,
            "keyboard": telegram.keyboard,
            "toasts": telegram.toasts,
            "wait_for_toast": telegram.wait_for_toast,
            "wait_for_reply": telegram.wait_for_reply,
            "wait_for_text": telegram.wait_for_text,
            "calls": telegram.audit.calls,
            "worst_second": telegram.audit.worst_second,
            "worst_second_of_any_chat": telegram.audit.worst_second_of_any_chat,
            "sends_during_pause": telegram.audit.sends_during_pause,
            "clear_audit": telegram.audit.clear,
            "add_fault": self._add_fault,
            "remove_fault": telegram.faults.remove,
            "clear_faults": telegram.faults.clear,
            "struck": telegram.faults.struck,
            "wait_held": telegram.faults.wait_held,
            "receivers": self._receivers,
            "pending": lambda: sorted(telegram.updates.pending),
        }

    async def answer(self, name: str, body: bytes) -> web.Response:
        """``{"result": ...}``, or ``{"error": ...}`` with 400, 404 or, for a wait in vain, 408."""
        operation = self._operations().get(name)
        if operation is None:
            return answer_json({"error": f"no operation {name}"}, status=404)
        try:
            result = operation(**json.loads(body or b"{}"))
            if inspect.isawaitable(result):
                result = await result
        except TimeoutError as error:
            return answer_json({"error": str(error)}, status=408)
        except (LookupError, TypeError, ValueError) as error:
            return answer_json({"error": f"{type(error).__name__}: {error}"}, status=400)
        return answer_json({"result": _plain(result)})

    def _add_fault(self, kind: str, methods: list[str] | None = None, **details: Any) -> int:
        fault = Fault(kind=FaultKind(kind), methods=tuple(methods or ()), **details)
        return self._telegram.faults.add(fault)

    def _receivers(self, urls: list[str]) -> None:
        self._telegram.webhook.receivers = tuple(urls)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
