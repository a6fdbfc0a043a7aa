"""Testers see answers one by one and mark them from 0 to 5."""

import asyncio
from dataclasses import dataclass

import structlog

from bot.domain.moments import Now
from bot.domain.reviews import MarkItem
from bot.domain.staff import Member
from bot.store.marks import MarkStore, Progress

log = structlog.get_logger()

SCORES = range(6)
LONGEST_WORDS = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Marking:
    """One tenant's, for event loops. Methods raise StoreError; repeating them is safe."""

    store: MarkStore
    now: Now

    async def next(self, tester: Member) -> MarkItem | None:
        """What the tester has in hand, or else the next one; None: all are seen, or there are none."""
        return await asyncio.to_thread(self.store.next, tester.key, self.now())

    async def item(self, item_id: int) -> MarkItem | None:
        return await asyncio.to_thread(self.store.item, item_id)

    async def mark(self, tester: Member, item_id: int, score: int | None) -> bool:
        """`score` None passes it over. False: it was not in the tester's hand."""
        done = await asyncio.to_thread(self.store.mark, tester.key, item_id, score, self.now())
        log.info("answer_marked", item=item_id, by=tester.key, score=score, done=done)
        return done

    async def add_words(self, tester: Member, item_id: int, words: str) -> bool:
        """False: the tester has not marked it."""
        return await asyncio.to_thread(self.store.add_words, tester.key, item_id, words)

    async def progress(self, tester: Member) -> Progress:
        return await asyncio.to_thread(self.store.progress, tester.key)
