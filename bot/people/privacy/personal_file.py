"""Everything that is held about a person, as files for that person."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from redis.asyncio import Redis

from bot.domain import Utterance, UtteranceKind
from bot.domain.consents import Person
from bot.memory.dialogue import peek
from bot.people.privacy.consent import Consents
from bot.queue.inbox import Inbox
from bot.store.personal_file import PersonalFileStore

_NESTED = "  "
_MOST_WAITING = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonalFile:
    """`data` by where it is held: tables of the database, the memory of the talk, what waits."""

    data: Mapping[str, Any]

    @property
    def is_empty(self) -> bool:
        return not self.data

    def as_json(self) -> bytes:
        return json.dumps(self.data, ensure_ascii=False, indent=2).encode()

    def as_text(self, title: str) -> bytes:
        """For reading: the same, line by line, and for old programs with the mark of UTF-8."""
        return "\n".join([title, "", *_lines(self.data, 0), ""]).encode("utf-8-sig")


class PersonalFiles:
    """Methods raise redis-py's errors and StoreError."""

    def __init__(
        self,
        store: PersonalFileStore,
        redis: Redis,
        inbox: Inbox,
        consents: Consents,
        *,
        prefix: str = "dz",
    ) -> None:
        self._store = store
        self._redis = redis
        self._inbox = inbox
        self._consents = consents
        self._prefix = prefix

    async def counts(self, person: Person) -> dict[str, int]:
        """How many rows of which table are theirs, and how many messages wait for their consent."""
        counts = await asyncio.to_thread(self._store.counts, person)
        held = len(await self._consents.held(person))
        return counts | {"before_consent": held} if held else counts

    async def of(self, person: Person) -> PersonalFile:
        data: dict[str, Any] = dict(await asyncio.to_thread(self._store.rows, person))
        data |= {
            name: value
            for name, value in (
                ("memory", await self._memory(person)),
                ("waiting", await self._waiting(person)),
                ("before_consent", await self._held(person)),
                ("settings", await self._settings(person)),
            )
            if value
        }
        return PersonalFile(data=data)

    async def _memory(self, person: Person) -> dict[str, Any]:
        """What the assistant remembers of the talk in the private chat."""
        known = await peek(self._redis, person.key, prefix=self._prefix)
        if known is None or not (known.remarks or known.summary):
            return {}
        remarks = [{"speaker": remark.speaker.value, "text": remark.text} for remark in known.remarks]
        return {"summary": known.summary, "remarks": remarks}

    async def _waiting(self, person: Person) -> list[dict[str, Any]]:
        waiting = await self._inbox.waiting(person.key, _MOST_WAITING)
        return [_said(utterance) for utterance in waiting if utterance.kind is not UtteranceKind.OUTGOING]

    async def _held(self, person: Person) -> list[dict[str, Any]]:
        updates = [json.loads(item) for item in await self._consents.held(person)]
        messages = [update.get("message") or update.get("edited_message") or {} for update in updates]
        return [{"text": message.get("text", message.get("caption", ""))} for message in messages]

    async def _settings(self, person: Person) -> dict[str, Any]:
        wish: bytes | None = await cast(Any, self._redis.get(f"{self._prefix}:voice_out:{person.key}"))
        return {"answers_by_voice": wish.decode().split(" ")[0]} if wish else {}


def _said(utterance: Utterance) -> dict[str, Any]:
    return {
        "kind": utterance.kind.value,
        "text": utterance.text,
        "received_at": utterance.received_at.isoformat(),
    }


def _lines(value: Any, depth: int) -> list[str]:
    indent = _NESTED * depth
    if isinstance(value, Mapping):
        lines = []
        for name, part in value.items():
            if isinstance(part, Mapping | list) and part:
                lines += [f"{indent}{name}:", *_lines(part, depth + 1)]
            elif part not in (None, "", [], {}):
                lines.append(f"{indent}{name}: {_written(part)}")
        return lines
    if isinstance(value, list):
        return [line for part in value for line in (*_lines(part, depth), "")][:-1]
    return [f"{indent}{_written(value)}"]


def _written(value: Any) -> str:
    """Moments as people write them; everything else as it is."""
    if isinstance(value, str) and len(value) > len("2026-01-01T00:00"):
        try:
            return f"{datetime.fromisoformat(value):%Y-%m-%d %H:%M} UTC"
        except ValueError:
            return value
    return str(value)
