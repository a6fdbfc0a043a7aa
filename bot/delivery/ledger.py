"""What is known of the messages of a turn, in Redis, fenced by the turn's lease.

The turn's hash holds for each message (`notice`, `preview`, `part:0`, `part:1`, ...) one of
`sending:<the highest message id known when it left>`, `sent:<its id>`, or `pending`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from bot.delivery import ledger_scripts
from bot.domain import ChannelName, ChatRef, Turn
from bot.errors import HeldByPerson, HoldOver, LeaseLost

_SUPERGROUPS_BELOW = -1_000_000_000_000
_MOST_PROBES = 8
_SPARE_PROBES = 3
"""For messages that nobody told us of: service messages, commands answered elsewhere."""


ANYBODY: Final = "*"
"""Whoever holds the chat, or nobody: it may leave."""
NOBODY: Final = ""
"""It may leave while no handoff holds the chat: it is the assistant who speaks."""


@dataclass(frozen=True, slots=True)
class State:
    """Where one message stands. At most one of the two is set; neither: it has not been sent."""

    sent_id: int | None = None
    sending_after: int | None = None

    @classmethod
    def parse(cls, text: str) -> "State":
        word, _, number = text.partition(":")
        if word == "sent":
            return cls(sent_id=int(number))
        return cls(sending_after=int(number)) if word == "sending" else cls()


class Stale(Exception):
    """The record is not as it was believed to be; read it again."""


class Ledgers:
    """Opens the records of turns, and keeps count of the message ids that this bot has seen.

    Private chats and basic groups share one counter of ids, so that the bot's last id is a floor for
    the next one in any of them. A supergroup has its own. Other channels need no count.
    """

    def __init__(self, redis: Redis, *, prefix: str = "dz") -> None:
        self.redis = redis
        self.prefix = prefix
        self.put = redis.register_script(ledger_scripts.PUT)
        self.begin = redis.register_script(ledger_scripts.BEGIN)
        self.check = redis.register_script(ledger_scripts.CHECK)
        self.done = redis.register_script(ledger_scripts.DONE)
        self.undo = redis.register_script(ledger_scripts.UNDO)
        self.candidates = redis.register_script(ledger_scripts.CANDIDATES)
        self._seen = redis.register_script(ledger_scripts.SEEN)

    def of(self, turn: Turn, to: ChatRef) -> "Ledger":
        return Ledger(self, turn, to)

    def id_keys(self, chat: ChatRef) -> list[str]:
        """Last id, known ids, messages whose fate is open."""
        if chat.channel is not ChannelName.TELEGRAM:
            return []
        scope = f":{chat.chat_id}" if int(chat.chat_id) < _SUPERGROUPS_BELOW else ""
        names = ("last_message_id", "message_ids", "unresolved")
        return [f"{self.prefix}:telegram:{name}{scope}" for name in names]

    async def seen(self, chat: ChatRef, message_id: int) -> None:
        """Note that an id is taken by a message of somebody else, or one whose fate is known."""
        if keys := self.id_keys(chat):
            await self._seen(keys=keys, args=[message_id])

    async def count(self, statistic: str) -> None:
        await self.redis.incr(f"{self.prefix}:stats:{statistic}")


class Ledger:
    """The record of one turn, whose messages go to the chat `to`: its own, or one of the staff's.

    Every write raises LeaseLost if the turn has passed to another worker. `begin` and `check` raise besides,
    in the same step, HeldByPerson where nobody may hold the chat and somebody does, and HoldOver where a
    certain handoff must hold it and does not.
    """

    def __init__(self, ledgers: Ledgers, turn: Turn, to: ChatRef) -> None:
        self._ledgers = ledgers
        self.most_probes = _MOST_PROBES
        self.holder = NOBODY
        """Who must hold the turn's chat for its messages to leave: NOBODY, ANYBODY, or a handoff's token."""
        self.gate: Callable[[], Awaitable[None]] | None = None
        """Asked before each message leaves, after the wait for the limits; stops it by raising."""
        self._hold_key = f"{ledgers.prefix}:hold:{turn.chat.key}"
        self._turn = turn
        self._to = to
        self._hash = f"{ledgers.prefix}:turn:{turn.turn_id}"
        id_keys = ledgers.id_keys(to)
        self._keys = [self._hash, *id_keys]
        self._incoming = [
            utterance.message_id
            for utterance in turn.utterances
            if utterance.message_id is not None and id_keys and to == turn.chat
        ]
        self._fields: dict[str, str] = {}
        self._is_read = turn.is_first_run  # a new turn has no record; `begin` notices if it has

    @property
    def incoming_ids(self) -> list[int]:
        """The ids of the customer's own messages, where the channel has such."""
        return self._incoming

    async def note_incoming(self) -> None:
        """Let other turns know these ids before ours sends, which for a slow model may be long after."""
        for message_id in self._incoming:
            await self._ledgers.seen(self._to, message_id)

    async def read(self, *, again: bool = False) -> None:
        """Learn what earlier attempts have written; free of charge in the first one."""
        if self._is_read and not again:
            return
        found = await self._ledgers.redis.hgetall(self._hash)
        fields = fields_of(found)
        if fields.get("lease") != self._turn.lease:
            raise LeaseLost
        self.trust(fields)

    def trust(self, fields: Mapping[str, str]) -> None:
        """Take this for what earlier attempts have written; whoever is wrong meets Stale."""
        self._fields = dict(fields)
        self._is_read = True

    def get(self, name: str) -> str | None:
        return self._fields.get(name)

    def state(self, name: str) -> State:
        return State.parse(self._fields.get(name, ""))

    async def check(self) -> None:
        """Return if the turn is ours still, and the chat free for its messages."""
        await self._run(self._ledgers.check, self._hold_key, self.holder)

    async def put(self, name: str, value: str) -> None:
        await self._run(self._ledgers.put, name, value)
        self._fields[name] = value

    async def begin(self, name: str, extra: tuple[str, str] | None = None) -> None:
        """Note that a message leaves now. Raises Stale if the record says otherwise than this object."""
        if self.gate is not None:
            await self.gate()
        expected = self._fields.get(name, "")
        about = (self._hold_key, self.holder, name, expected, *(extra or ("", "")))
        after = await self._run(self._ledgers.begin, *about, *self._incoming)
        if after < 0:
            raise Stale
        self._fields[name] = f"sending:{after}"
        if extra is not None:
            self._fields[extra[0]] = extra[1]

    async def done(self, name: str, message_id: int) -> None:
        self._fields[name] = f"sent:{message_id}"  # that is so, even if it cannot be written down any more
        await self._run(self._ledgers.done, name, message_id)

    async def undo(self, name: str) -> None:
        """The message is surely not there."""
        await self._run(self._ledgers.undo, name)
        self._fields[name] = "pending"

    async def candidates(self, after: int) -> list[int]:
        """The ids under which a message that left after `after` may stand, likeliest first.

        Ids are given out in order, and those that are known belong to other messages; so at most as many
        unknown ones lie before ours as there are messages whose fate is open.
        """
        found = await self._run(self._ledgers.candidates, after, self.most_probes, _SPARE_PROBES)
        return [int(number) for number in found]

    async def _run(self, script: AsyncScript, *arguments: str | int) -> Any:
        answer = await script(keys=self._keys, args=[self._turn.lease, self._turn.turn_id, *arguments])
        if isinstance(answer, bytes) and answer in _REFUSALS:
            raise _REFUSALS[answer]
        return answer


_REFUSALS: Final = {b"lost": LeaseLost, b"held": HeldByPerson, b"over": HoldOver}


def fields_of(record: Mapping[bytes | str, bytes | str]) -> dict[str, str]:
    """A hash as Redis returns it, as text."""
    return {_text(name): _text(value) for name, value in record.items()}


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode()
