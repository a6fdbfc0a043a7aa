"""The record of every call, in the order of arrival, and the questions that tests ask of it."""

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

SENDS = frozenset(
    {
        "sendMessage", "sendPhoto", "sendDocument", "sendVoice", "sendAudio", "sendVideo", "forwardMessage",
        "copyMessage",
    }
)  # fmt: skip
EDITS = frozenset({"editMessageText", "editMessageReplyMarkup", "editMessageCaption"})
LIMITED = SENDS | EDITS
"""The methods that Telegram's limits count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call. Times are `time.monotonic()`, comparable among the processes of one machine."""

    number: int
    method: str
    at: float
    done_at: float
    chat_id: int | None = None
    text: str | None = None
    message_id: int | None = None
    ok: bool = True
    error_code: int | None = None
    description: str | None = None
    retry_after_s: int | None = None
    fault: str | None = None
    """The injected fault that the call met, if any."""
    delivered: bool = True
    """False when the caller was left without the answer (a dropped connection)."""


def busiest_window(times: Iterable[float], window_s: float = 1.0) -> int:
    """The most events in any half-open window of that length."""
    ordered = sorted(times)
    most = first = 0
    for last, at in enumerate(ordered):
        while at - ordered[first] >= window_s:
            first += 1
        most = max(most, last - first + 1)
    return most


class Audit:
    """Keeps all calls in memory and, when a file is named, appends each as a line of JSON at once."""

    def __init__(self, path: Path | None = None) -> None:
        self._calls: list[Call] = []
        self._file: TextIO | None = path.open("a", encoding="utf-8") if path else None
        self._last_number = 0

    def next_number(self) -> int:
        self._last_number += 1
        return self._last_number

    def add(self, call: Call) -> None:
        self._calls.append(call)
        if self._file is not None:
            self._file.write(json.dumps(asdict(call), ensure_ascii=True) + "\n")
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def calls(
        self,
        methods: str | Collection[str] | None = None,
        *,
        chat_id: int | None = None,
        ok: bool | None = None,
    ) -> list[Call]:
        """The finished calls in order of arrival, narrowed as asked."""
        wanted = {methods} if isinstance(methods, str) else methods
        found = (
            call
            for call in self._calls
            if (wanted is None or call.method in wanted)
            and (chat_id is None or call.chat_id == chat_id)
            and (ok is None or call.ok == ok)
        )
        return sorted(found, key=lambda call: call.number)

    def worst_second(
        self, chat_id: int | None = None, *, methods: Collection[str] = LIMITED, window_s: float = 1.0
    ) -> int:
        """The most calls that arrived within any one second, for the bot or for one chat."""
        return busiest_window((call.at for call in self.calls(methods, chat_id=chat_id)), window_s)

    def worst_second_of_any_chat(self, *, methods: Collection[str] = LIMITED, window_s: float = 1.0) -> int:
        by_chat: dict[int | None, list[float]] = {}
        for call in self.calls(methods):
            by_chat.setdefault(call.chat_id, []).append(call.at)
        return max((busiest_window(times, window_s) for times in by_chat.values()), default=0)

    def sends_during_pause(
        self,
        *,
        methods: Collection[str] = LIMITED,
        grace_s: float = 0.05,
        only: Callable[[Call], bool] | None = None,
    ) -> list[Call]:
        """Calls that arrived while a 429 told the bot to wait; `grace_s` forgives those on their way."""
        pauses = [
            (call.done_at + grace_s, call.done_at + call.retry_after_s)
            for call in self._calls
            if call.retry_after_s is not None
        ]
        return [
            call
            for call in self.calls(methods)
            if (only is None or only(call)) and any(start < call.at < end for start, end in pauses)
        ]

    def clear(self) -> None:
        """Forgets the calls so far; lines already written stay."""
        self._calls.clear()
