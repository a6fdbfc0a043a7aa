"""How the answer of a turn reaches its chat exactly once. See docs/decisions/delivery.md."""

from collections.abc import Mapping

import structlog
from redis.asyncio import Redis

from bot.delivery.channel import Admission, Channel, Post
from bot.delivery.formatted import first_part, split
from bot.delivery.formatting import render
from bot.delivery.kept_files import KeptFiles
from bot.delivery.ledger import Ledger, Ledgers
from bot.delivery.limiter import Priority
from bot.delivery.many import Copies, ManyDelivery
from bot.delivery.outgoing import OutgoingDelivery
from bot.delivery.sending import Sender
from bot.delivery.turn_delivery import TurnDelivery
from bot.domain import ChannelName, ChatRef, Keyboard, Turn

log = structlog.get_logger()

_FIRST_SIGN_AFTER_S = 0.4
"""An answer that is there sooner costs neither a typing action nor a preview."""


class Delivery:
    """Sends into the chats of every channel."""

    def __init__(
        self,
        redis: Redis,
        channels: Mapping[ChannelName, Channel],
        *,
        prefix: str = "dz",
        patience_s: float = 20.0,
        settle_s: float = 1.0,
        first_sign_after_s: float = _FIRST_SIGN_AFTER_S,
    ) -> None:
        """`patience_s`: how long a network that is away is waited for before DeliveryError is raised.

        `settle_s`: how long a request whose connection broke may still be taking effect.
        """
        self._channels = dict(channels)
        self._ledgers = Ledgers(redis, prefix=prefix)
        self._files = KeptFiles(redis, prefix=prefix)
        self._patience_s = patience_s
        self._settle_s = settle_s
        self._first_sign_after_s = first_sign_after_s
        self._truthful: set[ChannelName] = set()

    def for_turn(self, turn: Turn) -> TurnDelivery:
        ledger, sender = self._sender(turn, turn.chat)
        channel = self._channels[turn.chat.channel]
        return TurnDelivery(turn, channel, ledger, sender, first_sign_after_s=self._first_sign_after_s)

    def for_outgoing(self, turn: Turn, to: ChatRef | None = None) -> OutgoingDelivery:
        """`to`: another chat than the turn's own, as for a customer's words that go to the staff."""
        ledger, sender = self._sender(turn, to or turn.chat)
        return OutgoingDelivery(ledger, sender, self._files)

    def for_many(self, turn: Turn) -> ManyDelivery:
        """One copy of a message to many, whose record is made by `copies`."""
        ledger, sender = self._sender(turn, turn.chat, Priority.BROADCAST)
        return ManyDelivery(ledger, sender)

    @property
    def copies(self) -> Copies:
        return Copies(self._ledgers)

    def _sender(self, turn: Turn, to: ChatRef, priority: Priority = Priority.TURN) -> tuple[Ledger, Sender]:
        ledger = self._ledgers.of(turn, to)
        sender = Sender(
            self._channels[to.channel],
            ledger,
            self._ledgers,
            turn,
            to=to,
            truthful=self._truthful,
            patience_s=self._patience_s,
            settle_s=self._settle_s,
            priority=priority,
        )
        return ledger, sender

    async def change(self, chat: ChatRef, message_id: int, markdown: str, keyboard: Keyboard | None) -> None:
        """Make a message that was sent read like this. Raises MessageGone; may be repeated without harm."""
        post = Post(body=first_part(render(markdown)), keyboard=keyboard)
        await self._channels[chat.channel].edit(chat, message_id, post)

    async def offer(self, chat: ChatRef, message_id: int, keyboard: Keyboard) -> None:
        """Put buttons under a message if a moment is free. Raises NoSlot; may be repeated without harm."""
        await self._channels[chat.channel].offer(chat, message_id, keyboard, Admission(optional=True))

    async def open_topic(self, chat: ChatRef, name: str) -> int:
        """Make a forum topic in a group and return its id. Not repeatable: a second call makes another."""
        thread_id = await self._channels[chat.channel].open_topic(chat, name)
        await self.seen(chat, thread_id)
        return thread_id

    async def tell(self, chat: ChatRef, markdown: str, *, priority: Priority = Priority.TURN) -> int:
        """Send words that belong to no turn, at most once. Returns the id of the (last) message."""
        message_id = 0
        for body in split(render(markdown)):
            post = Post(body=body)
            message_id = await self._channels[chat.channel].send(chat, post, Admission(priority=priority))
            await self.seen(chat, message_id)
        return message_id

    async def erase_topic(self, chat: ChatRef, thread_id: int, name: str) -> None:
        """Take a forum topic away with all that is in it; `name`: what it is called where it must stay."""
        await self._channels[chat.channel].erase_topic(chat, thread_id, name)

    async def seen(self, chat: ChatRef, message_id: int) -> None:
        """Note the id of a message that came in, or that was sent past this object."""
        await self._ledgers.seen(chat, message_id)

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()
