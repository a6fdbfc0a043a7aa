"""Who holds which chat, in Redis, where every send is checked against it in the step that lets it leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from redis.asyncio import Redis

from bot.domain import ChatRef
from bot.domain.handoffs import Handoff, Place
from bot.queue.cancellations import HELD

_RELEASED_S: Final = 3600
"""So long a holding that has ended cannot begin again by a step that comes late."""
_SYNCED: Final = "-"
"""Stands among the chats that are held once they were compared with the database."""
_RELAYED_S: Final = 3 * 24 * 3600
_AIMED_S: Final = 600
_LEFT_S: Final = 60
"""So long after an end the operator may be writing still, who has not seen it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """One chat in somebody's hands."""

    token: str
    chat: ChatRef
    operator: str
    """The member's key, ``telegram:42``."""
    place: Place
    name: str
    """The customer's, for those who talk with them."""
    language: str
    is_opened: bool
    """The place says whose dialogue it is."""
    said_at: float
    """When the operator last said something, in seconds since the epoch; at first when the holding began."""
    reminded_at: float | None
    """When they were told that they said nothing for long; None: they have said something since."""

    @property
    def is_private(self) -> bool:
        """Whether the operator talks in their own chat with the bot."""
        return self.place.chat_id == ChatRef.of_key(self.operator).chat_id

    @property
    def room(self) -> ChatRef:
        return ChatRef(channel=self.chat.channel, chat_id=self.place.chat_id, private=self.is_private)


class Holds:
    """`<prefix>:hold:<chat>` and what finds it. Methods raise redis-py's errors; repeating them is safe."""

    def __init__(self, redis: Redis, *, prefix: str = "dz") -> None:
        self._redis = redis
        self._prefix = prefix
        self._set = redis.register_script(_SET)
        self._drop = redis.register_script(_DROP)
        self._note = redis.register_script(_NOTE)

    async def set(self, handoff: Handoff, *, restored_at: float | None = None) -> bool:
        """Silence the assistant in the chat, and stop the answer that is being written. False: this holding
        has ended, or, where it was lost and is restored, another has the chat.

        `restored_at`: nobody knows any more when the operator last said something, so it was just then.
        """
        begun_at = handoff.held_at.timestamp() if handoff.held_at else 0.0
        hold = {
            "token": handoff.token,
            "operator": handoff.operator,
            "room": handoff.place.chat_id,
            "thread": handoff.place.thread_id or "",
            "name": handoff.customer.name,
            "language": handoff.customer.language,
            "said_at": begun_at if restored_at is None else restored_at,
        }
        fields = [value for pair in hold.items() for value in pair]
        chat = handoff.customer.chat.key
        head = [self._prefix, chat, handoff.token, "" if restored_at is None else "1", HELD]
        return bool(await self._set(args=[*head, *fields]))

    async def drop(self, chat_key: str, token: str) -> None:
        """This holding has ended, for good."""
        await self._drop(args=[self._prefix, chat_key, token, _RELEASED_S, _LEFT_S])

    async def of(self, chat_key: str) -> Hold | None:
        """Who holds the chat; None: nobody."""
        fields = await cast(Any, self._redis.hgetall(self._key(chat_key)))
        return _hold(chat_key, fields) if fields else None

    async def is_held(self, chat_key: str) -> bool:
        return bool(await self._redis.exists(self._key(chat_key)))

    async def of_topic(self, place: Place) -> Hold | None:
        """Whose dialogue is held in a topic."""
        chat_key = await self._text(f"topic:{place.chat_id}:{place.thread_id}")
        hold = await self.of(chat_key) if chat_key else None
        return hold if hold is not None and hold.place == place else None

    async def of_operator(self, operator: str) -> list[Hold]:
        """The dialogues that the operator holds in their own chat."""
        chats = await cast(Any, self._redis.smembers(f"{self._prefix}:holding:{operator}"))
        holds = [await self.of(chat.decode()) for chat in sorted(chats)]
        return [hold for hold in holds if hold is not None and hold.operator == operator]

    async def all(self) -> list[Hold]:
        chats = await self._chats()
        async with self._redis.pipeline(transaction=False) as pipe:
            for chat_key in chats:
                pipe.hgetall(self._key(chat_key))
            found = await pipe.execute()
        return [_hold(chat_key, fields) for chat_key, fields in zip(chats, found, strict=True) if fields]

    async def move(self, hold: Hold, place: Place) -> None:
        """Talk there from now on, where nothing was said of it yet."""
        thread = place.thread_id or ""
        await self._change(hold, {"room": place.chat_id, "thread": thread, "opened": ""})

    async def note_opened(self, hold: Hold) -> None:
        await self._change(hold, {"opened": "1"})

    async def note_said(self, hold: Hold, at: float) -> None:
        await self._change(hold, {"said_at": at, "reminded": ""})

    async def note_reminded(self, hold: Hold, at: float) -> None:
        await self._change(hold, {"reminded": at})

    async def is_synced(self) -> bool:
        """Whether they were compared with the database since Redis began empty."""
        return bool(await cast(Any, self._redis.sismember(f"{self._prefix}:holds", _SYNCED)))

    async def note_synced(self) -> None:
        await cast(Any, self._redis.sadd(f"{self._prefix}:holds", _SYNCED))

    # Which customer a message in an operator's own chat belongs to.

    async def note_relayed(self, hold: Hold, message_id: int) -> None:
        name = f"{self._prefix}:relayed:{hold.place.chat_id}:{message_id}"
        await self._redis.set(name, hold.token, ex=_RELAYED_S)

    async def token_of(self, chat_id: str, message_id: int) -> str:
        """For whom a message in an operator's chat stands; "": for nobody."""
        return await self._text(f"relayed:{chat_id}:{message_id}")

    async def left(self, chat_id: str) -> str:
        """The holding that ended in an operator's chat a moment ago; "": none did."""
        return await self._text(f"left:{chat_id}")

    async def aim(self, chat_id: str, hold: Hold) -> None:
        """What the operator writes next is for this customer."""
        await self._redis.set(f"{self._prefix}:aim:{chat_id}", hold.token, ex=_AIMED_S)

    async def aimed(self, chat_id: str) -> str:
        return await self._text(f"aim:{chat_id}")

    async def forget_aim(self, chat_id: str) -> None:
        await self._redis.delete(f"{self._prefix}:aim:{chat_id}")

    async def settle(self, chat_id: str, message_id: int, token: str) -> str:
        """Whose the operator's message is, decided by the first call for it, however often it comes.

        "" neither decides anything nor, given back, was anything decided.
        """
        if token:
            name = f"{self._prefix}:said:{chat_id}:{message_id}"
            await self._redis.set(name, token, nx=True, ex=_RELAYED_S)
        return await self._text(f"said:{chat_id}:{message_id}")

    async def was_said(self, chat_id: str, message_id: int) -> bool:
        """Whether the operator's message was for a customer."""
        return bool(await self._text(f"said:{chat_id}:{message_id}"))

    async def last_relayed(self, chat_id: str) -> str:
        """The holding whose customer was last heard in an operator's chat."""
        return await self._text(f"relayed_last:{chat_id}")

    async def note_last_relayed(self, hold: Hold) -> None:
        name = f"{self._prefix}:relayed_last:{hold.place.chat_id}"
        await self._redis.set(name, hold.token, ex=_RELAYED_S)

    async def _change(self, hold: Hold, fields: Mapping[str, str | int | float]) -> None:
        flat = [value for pair in fields.items() for value in pair]
        await self._note(args=[self._prefix, hold.chat.key, hold.token, *flat])

    async def _chats(self) -> list[str]:
        chats = await cast(Any, self._redis.smembers(f"{self._prefix}:holds"))
        return sorted({chat.decode() for chat in chats} - {_SYNCED})

    async def _text(self, name: str) -> str:
        found: bytes | None = await cast(Any, self._redis.get(f"{self._prefix}:{name}"))
        return found.decode() if found else ""

    def _key(self, chat_key: str) -> str:
        return f"{self._prefix}:hold:{chat_key}"


def _hold(chat_key: str, fields: Mapping[bytes, bytes]) -> Hold:
    texts = {name.decode(): value.decode() for name, value in fields.items()}
    thread = texts.get("thread", "")
    return Hold(
        token=texts["token"],
        chat=ChatRef.of_key(chat_key),
        operator=texts["operator"],
        place=Place(chat_id=texts["room"], thread_id=int(thread) if thread else None),
        name=texts.get("name", ""),
        language=texts.get("language", "ru"),
        is_opened=bool(texts.get("opened")),
        said_at=float(texts.get("said_at", 0)),
        reminded_at=float(texts["reminded"]) if texts.get("reminded") else None,
    )


# In all of them ARGV: prefix, chat, token, ...
_NAMES = """
local prefix, chat, token = ARGV[1], ARGV[2], ARGV[3]
local hold, holds = prefix .. ':hold:' .. chat, prefix .. ':holds'

local function find_by(place)
  local is_private = place[1] == 'telegram:' .. place[2] and place[3] == ''
  local topic = prefix .. ':topic:' .. place[2] .. ':' .. place[3]
  return is_private, is_private and prefix .. ':holding:' .. place[1] or topic
end

local function place() return redis.call('HMGET', hold, 'operator', 'room', 'thread') end

local function find()
  local is_private, name = find_by(place())
  if is_private then redis.call('SADD', name, chat) else redis.call('SET', name, chat) end
end

local function lose()
  local is_private, name = find_by(place())
  if is_private then
    redis.call('SREM', name, chat)
  elseif redis.call('GET', name) == chat then
    redis.call('DEL', name)
  end
end
"""

# ARGV: ..., whether it only restores, the word before a turn that is stopped, fields and values.
_SET = (
    _NAMES
    + """
if redis.call('EXISTS', prefix .. ':released:' .. token) == 1 then return 0 end
local known = redis.call('HGET', hold, 'token')
if known == token then return 1 end
if known then
  if ARGV[4] ~= '' then return 0 end
  lose()
  redis.call('DEL', hold)
end
redis.call('HSET', hold, unpack(ARGV, 6))
redis.call('SADD', holds, chat)
find()
local turn = redis.call('HGET', prefix .. ':chat:' .. chat, 'turn')
if turn then redis.call('PUBLISH', prefix .. ':cancelled', ARGV[5] .. turn) end
return 1
"""
)

# ARGV: ..., how long it is known that this holding has ended, how long its operator may be writing still.
_DROP = (
    _NAMES
    + """
redis.call('SET', prefix .. ':released:' .. token, '1', 'EX', ARGV[4])
if redis.call('HGET', hold, 'token') == token then
  local where = place()
  if find_by(where) then redis.call('SET', prefix .. ':left:' .. where[2], token, 'EX', ARGV[5]) end
  lose()
  redis.call('DEL', hold)
  redis.call('SREM', holds, chat)
end
return 1
"""
)

# ARGV: ..., fields and values.
_NOTE = (
    _NAMES
    + """
if redis.call('HGET', hold, 'token') ~= token then return 0 end
lose()
redis.call('HSET', hold, unpack(ARGV, 4))
find()
return 1
"""
)
