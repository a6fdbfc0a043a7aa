"""Replies that the assistant suggests to the operator alone."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, cast

from redis.asyncio import Redis

from bot.domain import Answer, Keyboard, Outgoing
from bot.domain.plain_json import JSON
from bot.people.handoffs.handoffs import Handoffs
from bot.people.handoffs.holds import Hold
from bot.queue.outbox import Outbox
from bot.texts.handoffs import HandoffText

_KEPT_S: Final = 24 * 3600
_MOST_WAITING: Final = 2
"""In a place where more is waiting to be said nothing is suggested."""


class Fate(StrEnum):
    """What an operator does with a suggestion, as its buttons name it."""

    SEND = "s"
    EDIT = "e"
    DROP = "d"


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    key: str
    token: str
    chat_key: str
    text: str
    """Markdown."""
    answer: str = ""
    """All of it, as JSON: what it stands on."""


class Suggestions:
    """`<prefix>:suggestion:<key>`, for a day. Methods raise redis-py's errors."""

    def __init__(self, handoffs: Handoffs, outbox: Outbox, redis: Redis, *, prefix: str = "dz") -> None:
        self._handoffs = handoffs
        self._outbox = outbox
        self._redis = redis
        self._prefix = prefix

    async def has_room(self, hold: Hold) -> bool:
        """Whether nothing more important waits to be said where it would stand."""
        waiting = await cast(Any, self._redis.llen(f"{self._prefix}:inbox:{hold.room.key}"))
        return int(waiting) <= _MOST_WAITING

    async def show(self, hold: Hold, turn_id: str, answer: Answer) -> None:
        """Suggest it as the answer to a turn, unless the holding is over."""
        current = await self._handoffs.hold_of(hold.chat.key)
        if current is None or current.token != hold.token:
            return
        key, text = _key(turn_id), answer.text
        suggestion = Suggestion(
            key=key, token=hold.token, chat_key=hold.chat.key, text=text, answer=answer.to_json()
        )
        await self._redis.set(self._name(key), JSON.encode(suggestion), ex=_KEPT_S)
        words = self._handoffs.words
        buttons = (
            words.button(HandoffText.SEND, Fate.SEND, key),
            words.button(HandoffText.EDIT, Fate.EDIT, key),
            words.button(HandoffText.DROP, Fate.DROP, key),
        )
        shown = Outgoing(
            text=words.say(HandoffText.SUGGESTED, words=text),
            keyboard=words.with_why(Keyboard(rows=(buttons,)), turn_id),
            thread_id=current.place.thread_id,
        )
        await self._outbox.post(current.room, shown, name=f"suggestion-{key}", language=words.language)

    async def decide(self, key: str, fate: Fate, member: str) -> str | None:
        """Do it, and give what the suggestion's message reads from now on; None: it is not known any more.

        What was decided first stays so: of two who tap at once both read what came of it. `member`: whose
        tap it is.
        """
        suggestion = await self._of(key)
        if suggestion is None:
            return None
        words = self._handoffs.words
        hold = await self._handoffs.hold_of(suggestion.chat_key)
        if hold is not None and hold.is_private and hold.operator != member:  # forged
            return None
        fate = await self._settle(key, fate)
        if fate is Fate.DROP:
            return words.say(HandoffText.SUGGESTION_DROPPED)
        if hold is None or hold.token != suggestion.token:
            return words.say(HandoffText.SUGGESTION_LATE)
        if fate is Fate.EDIT:
            await self._handoffs.holds.aim(hold.place.chat_id, hold)
            return words.say(HandoffText.SUGGESTION_EDITED, words=suggestion.text)
        said = Outgoing(text=suggestion.text)
        await self._handoffs.say(hold, said, suggestion.text, name=f"suggestion-{key}")
        return words.say(HandoffText.SUGGESTION_SENT, words=suggestion.text)

    async def answer_to(self, turn_id: str) -> Answer | None:
        """What was suggested in this turn, as long as it is known."""
        suggestion = await self._of(_key(turn_id))
        return Answer.from_json(suggestion.answer) if suggestion is not None and suggestion.answer else None

    async def _settle(self, key: str, fate: Fate) -> Fate:
        """What was decided first."""
        name = f"{self._name(key)}:fate"
        await self._redis.set(name, fate.value, nx=True, ex=_KEPT_S)
        found: bytes | None = await cast(Any, self._redis.get(name))
        return Fate(found.decode()) if found else fate

    async def _of(self, key: str) -> Suggestion | None:
        found = await self._redis.get(self._name(key))
        return Suggestion(**json.loads(found)) if found else None

    def _name(self, key: str) -> str:
        return f"{self._prefix}:suggestion:{key}"


def _key(turn_id: str) -> str:
    return hashlib.blake2s(turn_id.encode(), digest_size=8).hexdigest()
