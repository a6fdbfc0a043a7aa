"""The memory of dialogues in Redis, shared by all workers and kept through their restarts."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from redis.asyncio import Redis

from bot.domain import Recollection
from bot.memory.summary import ExtractiveSummariser, Summariser, fold_overflow
from bot.memory.window import Budget, Exchange

_TURN = b"turn:"

_OPEN = """
redis.call('HSETNX', KEYS[1], 'id', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('HGETALL', KEYS[1])
"""

# A turn that was in hand while its person was erased must leave nothing behind.
_UNLESS_ERASED = """
if redis.call('EXISTS', KEYS[2]) == 1 then return redis.call('HGETALL', KEYS[1]) end
"""

# `last` outlives the turn's own field, which goes when the turn is folded.
_REMEMBER = (
    _UNLESS_ERASED
    + """
local turn, field = ARGV[3], 'turn:' .. ARGV[3]
redis.call('HSETNX', KEYS[1], 'id', ARGV[1])
if redis.call('HGET', KEYS[1], 'last') ~= turn and redis.call('HEXISTS', KEYS[1], field) == 0 then
  local number = redis.call('HINCRBY', KEYS[1], 'count', 1)
  local clock = redis.call('TIME')
  redis.call('HSET', KEYS[1], 'last', turn, field, number .. ':' .. ARGV[4], 'focus', ARGV[5],
    'at', clock[1] .. string.sub(string.format('%06d', clock[2]), 1, 3))
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('HGETALL', KEYS[1])
"""
)

_REFOCUS = (
    _UNLESS_ERASED
    + """
redis.call('HSETNX', KEYS[1], 'id', ARGV[1])
redis.call('HSET', KEYS[1], 'focus', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""
)

# Nothing is changed if the dialogue was forgotten or folded by somebody else meanwhile.
_FOLD = """
local function is(field, value) return (redis.call('HGET', KEYS[1], field) or '') == value end
if not (is('id', ARGV[1]) and is('summary', ARGV[2])) then return 0 end
for i = 4, #ARGV do
  if redis.call('HDEL', KEYS[1], 'turn:' .. ARGV[i]) == 0 then return 0 end
end
redis.call('HSET', KEYS[1], 'summary', ARGV[3])
return 1
"""

_FORGET = """
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'id', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Dialogue:
    dialogue_id: str
    summary: str
    exchanges: tuple[Exchange, ...]
    focus: Mapping[str, Any]
    earlier: str
    """What is kept of the talk before this one (`bot/memory/boundaries.py`)."""


class DialogueMemory:
    """One hash `<prefix>:memory:<chat_key>` per dialogue. Every call is one round trip, a fold one more.

    Raises redis errors as they are.
    """

    def __init__(
        self,
        redis: Redis,
        tokens: int,
        ttl_s: float,
        *,
        summariser: Summariser | None = None,
        prefix: str = "dz",
    ) -> None:
        self._prefix = prefix
        self._ttl_ms = int(ttl_s * 1000)
        self._budget = Budget(tokens=tokens)
        self._summariser = summariser or ExtractiveSummariser(self._budget.summary_tokens)
        self._open = redis.register_script(_OPEN)
        self._add = redis.register_script(_REMEMBER)
        self._refocus = redis.register_script(_REFOCUS)
        self._fold = redis.register_script(_FOLD)
        self._forget = redis.register_script(_FORGET)

    async def recall(self, chat_key: str) -> Recollection:
        dialogue = _dialogue(await self._open([self._key(chat_key)], [new_dialogue_id(), self._ttl_ms]))
        summary = self._budget.with_earlier(dialogue.summary, dialogue.earlier)
        return self._budget.recollection(dialogue.dialogue_id, summary, dialogue.exchanges, dialogue.focus)

    async def remember(
        self,
        chat_key: str,
        *,
        turn_id: str,
        question: str,
        answer: str,
        focus: Mapping[str, Any] | None = None,
    ) -> None:
        exchange = self._budget.exchange(number=0, turn_id=turn_id, question=question, answer=answer)
        words = json.dumps([exchange.question, exchange.answer], ensure_ascii=False)
        about = json.dumps(focus or {}, ensure_ascii=False)
        answered = await self._add(
            [self._key(chat_key), self._erased(turn_id)],
            [new_dialogue_id(), self._ttl_ms, turn_id, words, about],
        )
        if not answered:
            return
        dialogue = _dialogue(answered)
        overflow = self._budget.overflow(dialogue.exchanges)
        if not overflow:
            return
        summary = await fold_overflow(self._summariser, self._budget, dialogue.summary, overflow)
        turns = [exchange.turn_id for exchange in overflow]
        await self._fold([self._key(chat_key)], [dialogue.dialogue_id, dialogue.summary, summary, *turns])

    async def refocus(self, chat_key: str, focus: Mapping[str, Any], *, turn_id: str = "") -> None:
        about = json.dumps(focus, ensure_ascii=False)
        keys = [self._key(chat_key), self._erased(turn_id)]
        await self._refocus(keys, [new_dialogue_id(), self._ttl_ms, about])

    async def forget(self, chat_key: str) -> str:
        dialogue_id = new_dialogue_id()
        await self._forget([self._key(chat_key)], [dialogue_id, self._ttl_ms])
        return dialogue_id

    async def dialogue_id(self, chat_key: str) -> str:
        return (await self.recall(chat_key)).dialogue_id

    def _key(self, chat_key: str) -> str:
        return f"{self._prefix}:memory:{chat_key}"

    def _erased(self, turn_id: str) -> str:
        """There while a turn may still be run whose person was erased (`Inbox.erase`)."""
        return f"{self._prefix}:erased:{turn_id}"


def new_dialogue_id() -> str:
    return secrets.token_hex(12)


def _dialogue(answer: Any) -> _Dialogue:
    fields = dict(zip(answer[::2], answer[1::2], strict=True))
    exchanges = [_exchange(name, value) for name, value in fields.items() if name.startswith(_TURN)]
    return _Dialogue(
        dialogue_id=fields[b"id"].decode(),
        summary=fields.get(b"summary", b"").decode(),
        exchanges=tuple(sorted(exchanges, key=lambda exchange: exchange.number)),
        focus=json.loads(fields.get(b"focus", b"{}")),
        earlier=fields.get(b"earlier", b"").decode(),
    )


def _exchange(name: bytes, value: bytes) -> Exchange:
    number, _, words = value.partition(b":")
    question, answer = json.loads(words)
    turn_id = name.removeprefix(_TURN).decode()
    return Exchange(number=int(number), turn_id=turn_id, question=question, answer=answer)


async def peek(redis: Redis, chat_key: str, *, prefix: str = "dz") -> Recollection | None:
    """What is remembered of the dialogue, whole, and without keeping it alive; None: there is none."""
    fields = await cast(Any, redis.hgetall(f"{prefix}:memory:{chat_key}"))
    if b"id" not in fields:
        return None
    dialogue = _dialogue([part for field in fields.items() for part in field])
    remarks = tuple(remark for exchange in dialogue.exchanges for remark in exchange.remarks)
    return Recollection(dialogue_id=dialogue.dialogue_id, summary=dialogue.summary, remarks=remarks)
