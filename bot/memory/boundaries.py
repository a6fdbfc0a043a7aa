"""Where one dialogue of a chat ends and the next begins, in the memory that all workers share.

A dialogue whose memory was taken away waits in `<prefix>:endings` until it is ended in SQL too.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self, cast

from redis.asyncio import Redis

# In all scripts KEYS: the memory, the endings. Of the memory, `at` is the last moment something was said.
_NOTE = """
if redis.call('HGET', KEYS[1], 'id') == ARGV[1] then redis.call('HSET', KEYS[1], 'at', ARGV[2]) end
"""

_END = """
if redis.call('HGET', KEYS[1], 'id') == ARGV[1] then redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
"""

# KEYS besides: the chats that have something waiting or in hand, who holds the chat. ARGV: dialogue, ending,
# until when there must have been silence, chat.
_END_SILENT = """
if redis.call('ZSCORE', KEYS[3], ARGV[4]) or redis.call('EXISTS', KEYS[4]) == 1 then return 0 end
if redis.call('HGET', KEYS[1], 'id') == ARGV[1] then
  if tonumber(redis.call('HGET', KEYS[1], 'at') or '0') > tonumber(ARGV[3]) then return 0 end
  redis.call('DEL', KEYS[1])
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return 1
"""

# ARGV: until when there must have been silence, the ending without its dialogue.
_OPEN = """
local found = redis.call('HMGET', KEYS[1], 'id', 'at', 'earlier')
if found[1] and found[2] and tonumber(found[2]) <= tonumber(ARGV[1]) then
  local ending = cjson.decode(ARGV[2])
  ending['dialogue_id'] = found[1]
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[2], found[1], cjson.encode(ending))
  return 1
end
return found[3] and 0 or 1
"""


class EndReason(StrEnum):
    """How a dialogue ended."""

    GOODBYE = "goodbye"
    BUTTON = "button"
    SILENCE = "silence"
    NEW = "new"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """A dialogue that is over. `at` is aware, in UTC."""

    dialogue_id: str
    chat_key: str
    reason: EndReason
    at: datetime

    def to_json(self) -> str:
        return json.dumps({**asdict(self), "at": self.at.isoformat()})

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        value = json.loads(text)
        at = datetime.fromisoformat(value["at"])
        return cls(**{**value, "reason": EndReason(value["reason"]), "at": at})


class Boundaries:
    """Every call raises redis-py's errors and may be repeated."""

    def __init__(self, redis: Redis, *, prefix: str = "dz") -> None:
        self._redis = redis
        self._prefix = prefix
        self._endings = f"{prefix}:endings"
        self._note = redis.register_script(_NOTE)
        self._end = redis.register_script(_END)
        self._end_silent = redis.register_script(_END_SILENT)
        self._open = redis.register_script(_OPEN)

    async def note(self, chat_key: str, dialogue_id: str, at: datetime) -> None:
        """Something was said: its silence begins anew."""
        await self._note([self._memory(chat_key), self._endings], [dialogue_id, _ms(at)])

    async def end(self, ending: Ending) -> None:
        """Take the dialogue's memory away, if the chat still has it."""
        keys = [self._memory(ending.chat_key), self._endings]
        await self._end(keys, [ending.dialogue_id, ending.to_json()])

    async def end_silent(self, ending: Ending, silent_since: datetime) -> bool:
        """The same after a silence. False: something was said meanwhile, is being answered, or a person of
        the staff holds the chat."""
        chat = ending.chat_key
        keys = [self._memory(chat), self._endings, f"{self._prefix}:busy", f"{self._prefix}:hold:{chat}"]
        until = _ms(silent_since)
        return bool(await self._end_silent(keys, [ending.dialogue_id, ending.to_json(), until, chat]))

    async def open(self, chat_key: str, silent_since: datetime, at: datetime) -> bool:
        """Before something new is answered: end what has been silent since then, as of `at`.

        True: the talk is a new one, of which nobody has asked yet what is kept of the one before.
        """
        ending = Ending(dialogue_id="", chat_key=chat_key, reason=EndReason.SILENCE, at=at)
        keys = [self._memory(chat_key), self._endings]
        return bool(await self._open(keys, [_ms(silent_since), ending.to_json()]))

    async def keep_earlier(self, chat_key: str, earlier: str, focus: str = "") -> None:
        """What the dialogue that begins is to know of the one before; `focus`: JSON, what that was about."""
        fields: list[str] = ["earlier", earlier, *(("focus", focus) if focus else ())]
        await cast(Any, self._redis.hset(self._memory(chat_key), items=fields))

    async def current(self, chat_key: str) -> str | None:
        """The id of the dialogue that goes on in the chat."""
        found: bytes | None = await cast(Any, self._redis.hget(self._memory(chat_key), "id"))
        return None if found is None else found.decode()

    async def waiting(self) -> list[Ending]:
        """What is over, and not ended in SQL yet."""
        found = await cast(Any, self._redis.hvals(self._endings))
        return [Ending.from_json(value) for value in found]

    async def done(self, dialogue_id: str) -> None:
        await cast(Any, self._redis.hdel(self._endings, dialogue_id))

    def _memory(self, chat_key: str) -> str:
        return f"{self._prefix}:memory:{chat_key}"


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
