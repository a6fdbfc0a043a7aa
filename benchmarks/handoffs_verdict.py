"""Reads every chat after a storm of handoffs as the people in it do."""

import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.measuring import say
from bot.store.engine import database_url
from tests.fakes.telegram import FakeTelegram, SeenMessage

ROOM = -1_001_000_000_001
_MARK = re.compile(r"\b([ck])(\d+)m(\d+)\b")
_CALLED = "Зову сотрудника"
_JOINED, _BACK, _UNSENT = "К разговору подключается", "С вами снова ассистент", "Не отправлено"


class Verdict:
    """Of a storm in `home`, whose customers have these topics, and in which these marks were sent."""

    def __init__(
        self, telegram: FakeTelegram, home: Path, topics: Mapping[int, int], sent: Collection[str]
    ) -> None:
        self._telegram = telegram
        self._home = home
        self._topics = topics
        self._sent = sent
        self._room = telegram.messages(ROOM)
        self._of_thread = {thread: customer for customer, thread in topics.items()}

    def read(self) -> dict[str, object]:
        to_customers = [
            (customer, message)
            for customer in self._topics
            for message in self._telegram.messages(customer)
            if message.from_bot
        ]
        to_room = [
            (self._of_thread.get(message.thread or 0, 0), message)
            for message in self._room
            if message.from_bot and not _is_about(message)
        ]
        heard = self._marks(to_customers, "k") + self._marks(to_room, "c")
        counts = Counter(mark for _, mark in heard)
        told = {mark for message in self._room if _UNSENT in message.text for mark in _marks(message.text)}
        answered = self._answered()
        counted = set(counts) | told | answered
        missing = [mark for mark in self._sent if mark not in counted]
        say(f"lost: {missing[:20]}")
        return {
            "wrong_person": sum(_customer_of(mark) != where for where, mark in heard),
            "lost": len(missing),
            "doubled": sum(count - 1 for count in counts.values()),
            "doubled_for_customers": sum(count - 1 for mark, count in counts.items() if mark[0] == "k"),
            "said_after_it_changed": sum(map(self._out_of_turn, self._topics)),
            "told_as_unsent": len(told),
            "answered_by_the_assistant": len(answered - set(counts)),
        }

    def _marks(self, seen: Sequence[tuple[int, SeenMessage]], kind: str) -> list[tuple[int, str]]:
        return [(where, mark) for where, message in seen for mark in _marks(message.text) if mark[0] == kind]

    def _answered(self) -> set[str]:
        """The customers' messages that are in the log as answered by the assistant."""
        path = database_url(None, self._home).removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as database:
            rows = database.execute("select question from turns where outcome != 'relayed'").fetchall()
        return {mark for (question,) in rows for mark in _marks(question)}

    def _out_of_turn(self, customer: int) -> int:
        """How often an operator spoke while the assistant had the dialogue, or it while one held it."""
        is_held, faults = False, 0
        for message in self._telegram.messages(customer):
            if not message.from_bot:
                continue
            if message.text.startswith(_JOINED):
                is_held = True
            elif message.text.startswith(_BACK):
                is_held = False
            elif not message.text.startswith(_CALLED) and bool(_marks(message.text)) is not is_held:
                faults += 1
        return faults


def _marks(text: str) -> list[str]:
    return [found[0] for found in _MARK.finditer(text)]


def _customer_of(mark: str) -> int:
    return int(mark[1:].partition("m")[0])


def _is_about(message: SeenMessage) -> bool:
    """Words to the staff about a talk, not of it: what was said before, suggested, or not sent."""
    return message.reply_markup is not None or _UNSENT in message.text
