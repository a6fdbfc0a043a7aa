"""How each copy of a message to many reaches its chat once, beside the chat's own turns and after them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from bot.delivery.channel import Post
from bot.delivery.formatted import Formatted
from bot.delivery.ledger import NOBODY, Ledger, Ledgers, Stale, fields_of
from bot.delivery.sending import Sender
from bot.domain import ChatRef, Keyboard, Turn
from bot.errors import LeaseLost

_NAME: Final = "out:0"
_TRIES: Final = "tries"
_KEPT_S: Final = 7 * 24 * 3600
_MOST_PROBES: Final = 32
"""That nobody gets it twice matters more than the time it takes."""


def copy_turn(name: str, chat: ChatRef, lease: str) -> Turn:
    """What stands for a copy's turn: it has a record and a lease, but no place in the chat's inbox."""
    return Turn(turn_id=name, chat=chat, utterances=(), attempt=1, lease=lease, resumed=True)


def tries_of(known: Mapping[str, str]) -> int:
    """How often a copy was taken by now, of what `Copies.take` found."""
    return int(known[_TRIES])


class Copies:
    """The records of copies, each fenced by a lease as a turn's is."""

    def __init__(self, ledgers: Ledgers) -> None:
        self._ledgers = ledgers

    async def take(self, names: Sequence[str], lease: str) -> Sequence[Mapping[str, str]]:
        """Whoever had these has lost them. Returns what is known of each."""
        async with self._ledgers.redis.pipeline() as pipe:
            for name in names:
                pipe.hset(self._key(name), "lease", lease)
                pipe.hincrby(self._key(name), _TRIES, 1)
                pipe.expire(self._key(name), _KEPT_S)
                pipe.hgetall(self._key(name))
            found = await pipe.execute()
        return [fields_of(record) for record in found[3::4]]

    async def forget(self, names: Sequence[str]) -> None:
        """What became of them is known elsewhere now."""
        if names:
            await self._ledgers.redis.delete(*map(self._key, names))

    async def is_busy(self, chat: ChatRef) -> bool:
        """Whether the chat has a turn in hand, or one that waits."""
        found = await self._ledgers.redis.zscore(f"{self._ledgers.prefix}:busy", chat.key)
        return found is not None

    def _key(self, name: str) -> str:
        return f"{self._ledgers.prefix}:turn:{name}"


class ManyDelivery:
    """Sends one copy. Raises LeaseLost, HeldByPerson while somebody of the staff holds the chat, what `gate`
    raises, and the errors of delivery."""

    def __init__(self, ledger: Ledger, sender: Sender) -> None:
        self._ledger = ledger
        self._sender = sender

    async def send(
        self,
        body: Formatted,
        keyboard: Keyboard,
        gate: Callable[[], Awaitable[None]],
        *,
        known: Mapping[str, str],
    ) -> int:
        """Have it stand in the chat exactly once; returns its id.

        `gate` is asked right before it leaves; `known`: what `Copies.take` found.
        """
        self._ledger.holder, self._ledger.most_probes = NOBODY, _MOST_PROBES
        self._ledger.gate = gate
        post = Post(body=body, keyboard=keyboard, is_final=True)
        self._ledger.trust(known)
        try:
            return await self._sender.send_once(_NAME, post)
        except Stale:
            await self._ledger.read(again=True)
            return await self._sender.send_once(_NAME, post)
        except LeaseLost:
            sent_id = self._ledger.state(_NAME).sent_id
            if sent_id is None:
                raise
            return sent_id  # it stands there, whoever has the record or has lost it
