"""Puts single messages into a chat exactly once, on a network that may lose any answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Final

import structlog

from bot.delivery.channel import Admission, Channel, MaybeSent, Post, Probe, Unclear
from bot.delivery.ledger import Ledger, Ledgers, State
from bot.delivery.limiter import Priority
from bot.domain import ChannelName, ChatRef, CopyOf, Keyboard, Turn
from bot.errors import DeliveryError, FloodLimited
from bot.recordings import SpokenNote

log = structlog.get_logger()

_VOICE: Final = "voice"
_NOT_SENT_YET: Final = 1_000_000
"""So many messages later."""

_Call = Callable[[Admission], Awaitable[int]]


class Patience:
    """How long to go on trying: pauses that double, up to a sum."""

    def __init__(self, limit_s: float, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._ends_at = now() + limit_s
        self._pause_s = 0.25

    async def wait(self, error: DeliveryError) -> None:
        """Return after a pause, or raise `error` if it is not worth waiting."""
        if isinstance(error, FloodLimited):
            return  # the limiter does the waiting
        if error.permanent or not await self.lasts():
            raise error

    async def lasts(self) -> bool:
        """Pause, or return False at once if the time is over."""
        if self._now() + self._pause_s > self._ends_at:
            return False
        await asyncio.sleep(self._pause_s)
        self._pause_s = min(self._pause_s * 2, 4.0)
        return True


class Sender:
    """Sends, finds and edits the messages of one turn, in the chat `to`."""

    def __init__(
        self,
        channel: Channel,
        ledger: Ledger,
        ledgers: Ledgers,
        turn: Turn,
        *,
        to: ChatRef,
        truthful: set[ChannelName],
        patience_s: float,
        settle_s: float,
        priority: Priority = Priority.TURN,
    ) -> None:
        """`priority`: of what is sent once; edits and questions to the server never wait behind turns."""
        self._priority = priority
        self._channel = channel
        self._ledger = ledger
        self._ledgers = ledgers
        self._turn = turn
        self._to = to
        self._truthful = truthful
        self._patience_s = patience_s
        self._settle_s = settle_s

    async def send_once(self, name: str, post: Post, extra: tuple[str, str] | None = None) -> int:
        """Send the message of this name unless it stands in the chat already; return its id."""
        nonced = replace(post, nonce=f"{self._turn.turn_id}/{name}")
        return await self._once(name, post, partial(self._channel.send, self._to, nonced), extra)

    async def copy_once(self, name: str, source: CopyOf, post: Post) -> int:
        """Show a message of another chat here, unless it stands here already."""
        return await self._once(name, post, partial(self._channel.copy, self._to, source, post))

    async def file_once(self, name: str, content: bytes, file_name: str, post: Post) -> int:
        """Send the file unless it stands in the chat already."""
        return await self._once(name, post, partial(self._channel.file, self._to, content, file_name, post))

    async def _once(self, name: str, post: Post, call: _Call, extra: tuple[str, str] | None = None) -> int:
        patience = Patience(self._patience_s)
        if self._ledger.state(name).sending_after is not None and not self._channel.is_idempotent:
            await asyncio.sleep(self._settle_s)  # whoever left it may have been told to go just now
        while True:
            is_unknown = self._ledger.state(name).sending_after is not None
            message_id = await self._find(name, patience, post.keyboard)
            if message_id is not None:
                return message_id
            if is_unknown and not self._channel.is_idempotent:
                await self._ledgers.count("unknown_resent")
            try:
                before = partial(self._ledger.begin, name, extra)
                return await self._send(name, call, Admission(before=before, priority=self._priority))
            except MaybeSent as error:
                log.warning("send_unknown", message=name, reason=str(error))
                await patience.wait(error)
                await asyncio.sleep(self._settle_s)
            except DeliveryError as error:
                await patience.wait(error)

    async def try_once(self, name: str, post: Post) -> None:
        """Send it if a moment is free. Raises NoSlot."""
        nonced = replace(post, nonce=f"{self._turn.turn_id}/{name}")
        admission = Admission(optional=True, before=lambda: self._ledger.begin(name))
        await self._send(name, partial(self._channel.send, self._to, nonced), admission)

    async def _send(self, name: str, call: _Call, admission: Admission) -> int:
        try:
            message_id = await call(admission)
        except MaybeSent:
            raise
        except DeliveryError:
            if self._ledger.state(name).sending_after is not None:
                await self._ledger.undo(name)
            raise
        await self._ledger.done(name, message_id)
        return message_id

    async def voice_once(self, note: SpokenNote) -> None:
        """Send the note unless it was sent, or may have been: better none than two."""
        patience = Patience(self._patience_s)
        admission = Admission(before=lambda: self._ledger.begin(_VOICE))
        while self._ledger.state(_VOICE) == State():
            try:
                message_id = await self._channel.voice(self._to, note, admission)
            except MaybeSent as error:
                log.warning("voice_unknown", reason=str(error))
                return
            except DeliveryError as error:
                if self._ledger.state(_VOICE).sending_after is not None:
                    await self._ledger.undo(_VOICE)
                await patience.wait(error)
            else:
                await self._ledger.done(_VOICE, message_id)

    async def find(self, name: str) -> int | None:
        """The id of the message of this name, if it stands in the chat."""
        return await self._find(name, Patience(self._patience_s))

    async def edit(self, message_id: int, post: Post) -> None:
        """Make a message read like this, however often that takes. Raises MessageGone."""
        patience = Patience(self._patience_s)
        while True:
            try:
                return await self._channel.edit(
                    self._to, message_id, post, Admission(before=self._ledger.check)
                )
            except DeliveryError as error:
                await patience.wait(error)

    async def _find(self, name: str, patience: Patience, keyboard: Keyboard | None = None) -> int | None:
        state = self._ledger.state(name)
        if state.sending_after is None or self._channel.is_idempotent:
            return state.sent_id
        while True:
            try:
                return await self._resolve(name, state.sending_after, keyboard)
            except Unclear as error:
                if not await patience.lasts():
                    await self._give_up_looking(name, str(error))
                    return None
            except DeliveryError as error:
                await patience.wait(error)

    async def _resolve(self, name: str, after: int, keyboard: Keyboard | None) -> int | None:
        """Look for a message of which nobody knows whether it arrived. None: it is surely not there,
        or the server does not tell.
        """
        if await self._is_truthful(after):
            for message_id in await self._ledger.candidates(after):
                probe = await self._channel.probe(self._to, message_id, keyboard)
                if probe is Probe.CANNOT_TELL:
                    break
                if probe is Probe.OURS:
                    await self._ledger.done(name, message_id)
                    await self._ledgers.count("unknown_found")
                    log.info("unknown_found", message=name)
                    return message_id
        await self._give_up_looking(name, "not found")
        return None

    async def _give_up_looking(self, name: str, reason: str) -> None:
        log.info("unknown_not_found", message=name, reason=reason)
        await self._ledger.undo(name)

    async def _is_truthful(self, after: int) -> bool:
        """Whether the server tells our messages from others: it must not take the customer's for ours.

        Where nobody has said anything, it must not take for ours what nobody can have sent yet.
        """
        channel = self._to.channel
        witness = self._ledger.incoming_ids[-1] if self._ledger.incoming_ids else None
        if witness is None and self._priority is Priority.BROADCAST:
            witness = after + _NOT_SENT_YET
        if channel not in self._truthful and witness is not None:
            probe = await self._channel.probe(self._to, witness)
            if probe is Probe.NOT_OURS:
                self._truthful.add(channel)
        return channel in self._truthful
