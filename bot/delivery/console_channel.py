"""The console and the website: events in a Redis stream per chat, which anybody may follow."""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.delivery.channel import AT_ONCE, Admission, Post, Probe
from bot.delivery.formatted import Formatted
from bot.domain import ChatRef, CopyOf, Keyboard
from bot.errors import DeliveryError
from bot.recordings import SpokenNote

EventType = Literal["growing", "message", "edit", "notice"]

_MOST_EVENTS = 500
_KEPT_S = 24 * 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsoleEvent:
    """One thing to show. `entry_id` is the place in the stream, to go on from after a break."""

    entry_id: str
    type: EventType
    id: int
    """The message's id; of a growing answer, the draft's."""
    text: str
    final: bool
    entities: tuple[dict[str, Any], ...] = ()


class ConsoleChannel:
    """A message sent twice under one nonce appears once, so that nothing is ever unknown here."""

    is_idempotent = True
    has_voice = False
    growth_interval_s = 0.25

    def __init__(self, redis: Redis, *, prefix: str = "dz") -> None:
        self._prefix = f"{prefix}:channel"
        self._push = redis.register_script(_PUSH)

    async def send(self, chat: ChatRef, post: Post, admission: Admission = AT_ONCE) -> int:
        if admission.before is not None:
            await admission.before()
        return await self._put(chat, "notice" if post.is_notice else "message", 0, post, post.nonce)

    async def edit(self, chat: ChatRef, message_id: int, post: Post, admission: Admission = AT_ONCE) -> None:
        if admission.before is not None:
            await admission.before()
        await self._put(chat, "edit", message_id, post)

    async def offer(
        self, chat: ChatRef, message_id: int, keyboard: Keyboard, admission: Admission = AT_ONCE
    ) -> None:
        """Nothing: what may be said is in the text."""

    async def voice(self, chat: ChatRef, note: SpokenNote, admission: Admission = AT_ONCE) -> int:
        raise DeliveryError("there are no voice notes here", permanent=True)

    async def copy(self, chat: ChatRef, source: CopyOf, post: Post, admission: Admission = AT_ONCE) -> int:
        raise DeliveryError("messages of other places cannot be shown here", permanent=True)

    async def file(
        self, chat: ChatRef, content: bytes, name: str, post: Post, admission: Admission = AT_ONCE
    ) -> int:
        raise DeliveryError("there are no files here", permanent=True)

    async def withdraw(self, chat: ChatRef, message_id: int, admission: Admission = AT_ONCE) -> None:
        """Nothing: what was printed stays."""

    async def open_topic(self, chat: ChatRef, name: str) -> int:
        raise DeliveryError("there are no topics here", permanent=True)

    async def erase_topic(self, chat: ChatRef, thread_id: int, name: str) -> None:
        """Nothing: there are no topics here."""

    async def draft(
        self, chat: ChatRef, draft_id: int, body: Formatted, admission: Admission = AT_ONCE
    ) -> bool:
        await self._put(chat, "growing", draft_id, Post(body=body))
        return True

    async def typing(self, chat: ChatRef, *, speaking: bool = False) -> None:
        """Nothing: a growing answer says it all."""

    async def probe(self, chat: ChatRef, message_id: int, keyboard: Keyboard | None = None) -> Probe:
        return Probe.NOT_OURS

    async def close(self) -> None: ...

    async def _put(self, chat: ChatRef, kind: EventType, number: int, post: Post, nonce: str = "") -> int:
        event = {
            "type": kind,
            "text": post.body.text,
            "final": post.is_final,
            "entities": [asdict(entity) for entity in post.body.entities],
        }
        stream = f"{self._prefix}:{chat.key}"
        try:
            return int(
                await self._push(
                    keys=[stream, f"{stream}:ids"],
                    args=[json.dumps(event, ensure_ascii=False), number, nonce, _MOST_EVENTS, _KEPT_S],
                )
            )
        except RedisError as error:
            raise DeliveryError(f"Redis: {type(error).__name__}") from error


class ConsoleReader:
    """Yields the events of one chat as they come, from `after` on: "0" all kept, "$" only new ones.

    What is read is remembered, so that iterating again goes on where it stopped.
    """

    def __init__(self, redis: Redis, chat: ChatRef, *, after: str = "0", prefix: str = "dz") -> None:
        self._redis = redis
        self._stream = f"{prefix}:channel:{chat.key}"
        self._after = after

    async def read(self, wait_s: float = 5.0) -> list[ConsoleEvent]:
        """The events that came since, at least one unless `wait_s` pass without any."""
        if self._after == "$":
            newest: Any = await self._redis.xrevrange(self._stream, count=1)
            self._after = newest[0][0].decode() if newest else "0"
        block = max(1, round(wait_s * 1000))
        found: Any = await self._redis.xread({self._stream: self._after}, block=block)
        events = [_event(entry) for _, entries in found or () for entry in entries]
        if events:
            self._after = events[-1].entry_id
        return events

    async def __aiter__(self) -> AsyncIterator[ConsoleEvent]:
        while True:
            for event in await self.read():
                yield event


def _event(entry: tuple[bytes, dict[bytes, bytes]]) -> ConsoleEvent:
    entry_id, fields = entry
    value = json.loads(fields[b"event"])
    value["entities"] = tuple(value["entities"])
    return ConsoleEvent(entry_id=entry_id.decode(), id=int(fields[b"id"]), **value)


# KEYS: stream, hash of nonces to ids. ARGV: event, id (0: a new one), nonce, events to keep, seconds to live.
_PUSH = """
local id = tonumber(ARGV[2])
if id == 0 then
  if ARGV[3] ~= '' then
    local known = redis.call('HGET', KEYS[2], ARGV[3])
    if known then return tonumber(known) end
  end
  id = redis.call('HINCRBY', KEYS[2], 'last', 1)
  if ARGV[3] ~= '' then redis.call('HSET', KEYS[2], ARGV[3], id) end
end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[4], '*', 'event', ARGV[1], 'id', id)
redis.call('EXPIRE', KEYS[1], ARGV[5])
redis.call('EXPIRE', KEYS[2], ARGV[5])
return id
"""
