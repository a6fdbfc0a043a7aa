"""Erasing everything about a person, wherever it is, and saying so only when it is done."""

import asyncio
from collections.abc import Collection
from datetime import timedelta

import structlog

from bot.delivery.delivery import Delivery
from bot.delivery.kept_files import KeptFiles
from bot.domain import Outgoing
from bot.domain.consents import Person
from bot.domain.moments import Now
from bot.errors import DeliveryError
from bot.people.handoffs.forgetting import end_for_erasure
from bot.people.handoffs.handoffs import Handoffs
from bot.people.privacy.consent import Consents
from bot.people.privacy.erasing_redis import RedisEraser
from bot.people.staff_posts import StaffPosts
from bot.queue.inbox import Inbox
from bot.queue.outbox import Outbox
from bot.store.erasing import Erasure, ErasureStore, Traces
from bot.texts.catalogue import Texts
from bot.texts.privacy import PrivacyText

log = structlog.get_logger()

_LATE = timedelta(minutes=10)
"""So long afterwards something that was said before may still be on its way to be stored."""


class Erasing:
    """One tenant's erasures. Methods raise redis-py's errors and StoreError.

    What was asked for is noted in SQL until it is done and the person was told; `look_after` finishes it.
    """

    def __init__(
        self,
        *,
        store: ErasureStore,
        redis: RedisEraser,
        inbox: Inbox,
        outbox: Outbox,
        files: KeptFiles,
        consents: Consents,
        posts: StaffPosts,
        handoffs: Handoffs,
        delivery: Delivery,
        texts: Texts,
        now: Now,
    ) -> None:
        self._store = store
        self._redis = redis
        self._inbox = inbox
        self._outbox = outbox
        self._files = files
        self._consents = consents
        self._posts = posts
        self._handoffs = handoffs
        self._delivery = delivery
        self._texts = texts
        self._now = now

    async def ask(self, erasure: Erasure) -> None:
        """From here on it will be done, whoever is killed."""
        await asyncio.to_thread(self._store.ask, erasure)
        log.info("erasure_asked", person=erasure.person.key)

    async def finish(self, person: Person) -> None:
        """Do what was asked for and is not done yet, if there is such."""
        erasure = await asyncio.to_thread(self._store.open_of, person)
        if erasure is None:
            return
        try:
            await self._carry_out(erasure)
        except DeliveryError as error:
            log.warning("erasure_not_told_yet", person=person.key, error=type(error).__name__)

    async def look_after(self) -> None:
        """Finish what a kill has left, and forget those who were told long enough ago."""
        for erasure in await asyncio.to_thread(self._store.all_open):
            log.warning("erasure_resumed", person=erasure.person.key)
            await self.finish(erasure.person)
        await self._erase_topics()
        if await asyncio.to_thread(self._store.forget_told, self._now() - _LATE):
            await self._clean_up()

    async def _carry_out(self, erasure: Erasure) -> None:
        if not erasure.is_done:
            await self._erase(erasure.person)
            await asyncio.to_thread(self._store.note_erased, erasure, self._now())
        await self._tell(erasure)
        await asyncio.to_thread(self._store.note_told, erasure, self._now())

    async def _erase(self, person: Person) -> None:
        """Each step may be repeated, and none needs what an earlier one has erased."""
        await self._consents.note_none(person)
        traces = await asyncio.to_thread(self._store.traces, person)
        traces |= await self._redis.traces_in_log(person)
        await self._stop(person, traces.chat_keys)
        await end_for_erasure(self._handoffs, self._outbox, person.key)
        await self._erase_before_staff(traces)
        entries = await self._redis.erase(person, traces)
        rows = await asyncio.to_thread(self._store.erase, person, self._now())
        entries += await self._redis.erase(person, traces)  # what was written while SQL was at it
        await self._clean_up()
        log.info("person_erased", person=person.key, rows=rows, entries=entries)

    async def _stop(self, person: Person, chat_keys: Collection[str]) -> None:
        """Nothing of theirs is answered or sent any more."""
        erased = [await self._inbox.erase(person.key)]
        groups = {*chat_keys, *await self._redis.busy_groups()} - {person.key}
        erased += [await self._inbox.erase(chat_key, person.external_id) for chat_key in sorted(groups)]
        for key in (key for chat in erased for key in chat.files):
            await self._files.forget(key)

    async def _erase_before_staff(self, traces: Traces) -> None:
        """Their cards say that all is erased; the topics in which they were talked with go."""
        for subject in await self._redis.cards_about(traces.subjects):
            await self._posts.erase(subject)
        await self._redis.note_topics(traces.topics)
        await self._erase_topics()

    async def _erase_topics(self) -> None:
        """Nothing else waits for a Telegram that is away: the clock comes back to them."""
        name = self._texts.say(PrivacyText.TOPIC, self._posts.language)
        for room, thread_id in await self._redis.topics():
            try:
                await self._delivery.erase_topic(room, thread_id, name)
            except DeliveryError as error:
                log.info("topic_not_erased", room=room.key, reason=type(error).__name__)
                if not error.permanent:
                    return
            await self._redis.topic_is_erased(room, thread_id)

    async def _clean_up(self) -> None:
        await self._redis.forget_answers()
        await self._redis.rewrite_log()
        if not await asyncio.to_thread(self._store.scrub):
            log.info("erasure_not_scrubbed_yet")

    async def _tell(self, erasure: Erasure) -> None:
        """In the place of the question whether to erase; as a message of its own if that is gone."""
        person = erasure.person
        words = self._texts.say(PrivacyText.FORGOTTEN, person.language)
        try:
            await self._delivery.change(erasure.chat, erasure.message_id, words, None)
        except DeliveryError as error:
            if not error.permanent:
                raise
            await self._outbox.post(
                erasure.chat,
                Outgoing(text=words),
                name=f"forgotten-{erasure.message_id}",
                language=person.language,
            )
