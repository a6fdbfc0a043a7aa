"""Asks people what they think, once each, and keeps what they say."""

import asyncio
from datetime import datetime, time, timedelta

import structlog

from bot.domain import Outgoing, Purpose
from bot.domain.moments import Now
from bot.domain.ratings import Rater, Rating, RatingKind
from bot.guard.personal_data import mask
from bot.people.changes.calendar import Opens
from bot.people.ratings.screens import RatingScreens
from bot.queue.outbox import Outbox
from bot.store.dialogues import EndedDialogue
from bot.store.ratings import Asked, RatingStore
from bot.tenant import Tenant

log = structlog.get_logger()

OPEN_FOR = timedelta(days=14)
"""So long after it was asked for, a rating may be given or changed."""
_TYPED_WITHIN = timedelta(hours=1)
_NPS_AFTER_CSAT = timedelta(minutes=1)
_NPS_WHILE_THERE = timedelta(hours=1)
"""Whoever has rated a dialogue is about for so long."""
_NPS_AFTER_DIALOGUE = timedelta(days=7)


class Ratings:
    """One tenant's ratings. Methods raise StoreError and redis-py's errors; repeating them is safe."""

    def __init__(
        self,
        *,
        store: RatingStore,
        outbox: Outbox,
        screens: RatingScreens,
        tenant: Tenant,
        calendar: Opens,
        now: Now,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._tenant = tenant
        self._calendar = calendar
        self._settings = tenant.service.ratings
        self._now = now
        self.screens = screens

    async def ask_csat(self, ended: EndedDialogue) -> None:
        """Ask for the rating of a dialogue in which something was asked in earnest, once."""
        if not (self._settings.csat and ended.chat.private and ended.is_served):
            return
        is_asked = await asyncio.to_thread(self._store.ask_csat, ended.dialogue_id, ended.person, self._now())
        if is_asked:
            text, keyboard = self.screens.csat(ended.dialogue_id, ended.language)
            outgoing = Outgoing(
                text=text, keyboard=keyboard, purpose=Purpose.ASIDE, subject=f"csat:{ended.dialogue_id}"
            )
            await self._outbox.post(
                ended.chat, outgoing, name=f"csat-{ended.dialogue_id}", language=ended.language
            )

    async def ask_nps(self) -> None:
        """Ask those whose time it is: soon after they rated a dialogue, or on a later day when it is open."""
        if not self._settings.nps:
            return
        now = self._now()
        local = now.astimezone(self._tenant.zone)
        midnight = datetime.combine(local.date(), time(), self._tenant.zone)
        latest = now - _NPS_AFTER_DIALOGUE
        due = await asyncio.to_thread(
            self._store.due_for_nps,
            answered_before=now - _NPS_AFTER_CSAT,
            answered_after=now - _NPS_WHILE_THERE,
            asked_before=midnight if self._calendar.is_open(now) else latest,
            asked_after=latest,
            unasked_since=now - self._every,
        )
        for asked in due:
            await self._ask_nps(asked, local.date().isoformat(), now)

    async def _ask_nps(self, asked: Asked, day: str, now: datetime) -> None:
        if not await asyncio.to_thread(self._store.ask_nps, day, asked.person, now, self._every):
            return
        text, keyboard = self.screens.nps(day, asked.language)
        outgoing = Outgoing(text=text, keyboard=keyboard, purpose=Purpose.ASIDE, subject=f"nps:{day}")
        await self._outbox.post(asked.chat, outgoing, name=f"nps-{day}", language=asked.language)
        log.info("nps_asked", chat=asked.chat.key)

    @property
    def _every(self) -> timedelta:
        return timedelta(days=self._settings.nps_every_days)

    async def score(self, kind: RatingKind, subject: str, rater: Rater, score: int) -> Rating | None:
        """Give or change a score. None: this person is not asked for it, or no longer."""
        now = self._now()
        since = now - OPEN_FOR
        done = await asyncio.to_thread(self._store.score, kind, subject, rater, score, at=now, since=since)
        return await self.find(kind, subject, rater) if done else None

    async def find(self, kind: RatingKind, subject: str, rater: Rater) -> Rating | None:
        return await asyncio.to_thread(self._store.find, kind, subject, rater)

    async def unanswered(self, rater: Rater) -> Rating | None:
        """What was asked last, if a number that is typed now can only be meant for it."""
        return await asyncio.to_thread(self._store.unanswered, rater, self._now() - _TYPED_WITHIN)

    async def open_csat(self, subject: str, rater: Rater) -> Rating | None:
        """The rating of a dialogue while it may be changed."""
        rating = await self.find(RatingKind.CSAT, subject, rater)
        return rating if rating is not None and rating.created_at >= self._now() - OPEN_FOR else None

    async def give_reason(self, subject: str, rater: Rater, reason: str, *, is_given: bool) -> Rating | None:
        """Tick a reason or take it back. None: nothing can be changed, or it is no reason for that score."""
        rating = await self.open_csat(subject, rater)
        if rating is None or rating.score is None:
            return None
        if reason not in {label.id for label in self.screens.reasons(rating.score)}:
            return None
        since = self._now() - OPEN_FOR
        return await asyncio.to_thread(
            self._store.give_reason, subject, rater, reason, is_given=is_given, since=since
        )

    async def add_words(self, kind: RatingKind, subject: str, rater: Rater, words: str) -> bool:
        """Keep them masked. False: there is nothing any more that they could belong to."""
        masked = mask(words, keep=self._tenant.phones).text
        return await asyncio.to_thread(self._store.add_words, kind, subject, rater, masked)

    async def switch(self, rater: Rater, *, is_off: bool) -> bool:
        """Never ask this person again, or ask as before. False: nobody knows them."""
        return await asyncio.to_thread(self._store.switch, rater, is_off=is_off, at=self._now())
