"""What happens to an update: its words go into the inbox, or it is not confirmed to Telegram."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

import structlog
from aiogram import Bot, Router
from aiogram.types import Message, Update
from redis.exceptions import RedisError

from bot.domain import ChatRef, Utterance, UtteranceKind
from bot.handlers.utterances import utterance_from
from bot.queue.inbox import Acceptance
from bot.recordings import RecordingLimits

log = structlog.get_logger()

EDIT_COUNTS_FOR = timedelta(minutes=15)
"""A message that is corrected this soon is asked anew; later edits are left alone."""


class AcceptsUtterances(Protocol):
    async def accept(self, utterance: Utterance) -> Acceptance: ...


Refuse = Callable[[Utterance], Coroutine[Any, Any, None]]
Seen = Callable[[ChatRef, int], Awaitable[None]]


class Acceptor:
    """Hands utterances to the inbox and does not give up while Redis is away.

    `refuse` tells a person, once, that too many of their messages wait already. `seen` notes the id of a
    message: the fewer unknown ids, the surer a send of unknown fate is found again.
    `patience_s`: how long to go on trying. None (polling): until it works, since the update is confirmed
    by asking for the next one. A few seconds (webhook): then Telegram is told to send it again.
    """

    def __init__(
        self, inbox: AcceptsUtterances, *, patience_s: float | None, refuse: Refuse, seen: Seen
    ) -> None:
        self._inbox = inbox
        self._seen = seen
        self._refuse = refuse
        self._refusals: set[asyncio.Task[None]] = set()
        self._patience_s = patience_s

    async def take(self, utterance: Utterance) -> None:
        """Raises RedisError when the patience has run out."""
        async with asyncio.timeout(self._patience_s):
            acceptance = await self._accept(utterance)
        ids = {"update_id": utterance.update_id, "chat": utterance.chat.key, "kind": utterance.kind}
        log.info("update_accepted", acceptance=acceptance, **ids)
        if acceptance is Acceptance.FULL_FIRST:
            refusal = asyncio.create_task(self._refuse(utterance))  # may wait for Telegram's limits
            self._refusals.add(refusal)
            refusal.add_done_callback(self._refusals.discard)

    async def _accept(self, utterance: Utterance) -> Acceptance:
        pause_s = 0.1
        while True:
            try:
                if utterance.message_id is not None:
                    await self._seen(utterance.chat, utterance.message_id)
                return await self._inbox.accept(utterance)
            except RedisError as error:
                log.warning("inbox_unreachable", update_id=utterance.update_id, error=type(error).__name__)
            await asyncio.sleep(pause_s)
            pause_s = min(2.0, pause_s * 2)


def build_router() -> Router:
    """Messages and their corrections. Needs `acceptor` and `recordings` in the dispatcher's workflow data."""
    router = Router(name="inbox")
    router.message.register(take_message)
    router.edited_message.register(take_edited_message)
    return router


async def take_message(
    message: Message,
    bot: Bot,
    event_update: Update,
    acceptor: Acceptor,
    recordings: RecordingLimits | None,
) -> None:
    utterance = utterance_from(message, event_update.update_id, await bot.me(), recordings)
    if utterance is not None:
        await acceptor.take(utterance)


async def take_edited_message(message: Message, bot: Bot, event_update: Update, acceptor: Acceptor) -> None:
    """A corrected question is answered anew. Commands and things that cannot be read are not done twice."""
    utterance = utterance_from(message, event_update.update_id, await bot.me())
    if utterance is None or utterance.kind is not UtteranceKind.TEXT or message.edit_date is None:
        return
    age = timedelta(seconds=message.edit_date - message.date.timestamp())
    if age <= EDIT_COUNTS_FOR:
        await acceptor.take(replace(utterance, detail="edited"))
