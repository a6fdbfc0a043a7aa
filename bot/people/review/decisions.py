"""What the staff decide about an answer that waits, and what the clock does where they do not.

Who decides is told by one conditional update; whatever follows from it has a name, so that it happens once
however often it is repeated.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from bot.domain import Keyboard, Outcome, Outgoing, Purpose
from bot.domain.moments import Now
from bot.domain.reviews import Review, ReviewStatus
from bot.domain.staff import Member
from bot.guard.personal_data import mask
from bot.people.review.cards import ReviewCards
from bot.people.review.reviewing import call_me, opened
from bot.people.staff_posts import StaffPosts
from bot.queue.outbox import Outbox
from bot.staff.roles import Staff
from bot.store.reviews import ReviewStore
from bot.store.sealing import Sealer
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.texts.reviewing import ReviewText

log = structlog.get_logger()

_LOOKED_BACK = timedelta(hours=1)
"""So long after a decision it is looked whether all that follows from it was done."""
_GIVEN = timedelta(seconds=30)
"""So much time whoever has decided has to see to it."""


class Decision(StrEnum):
    DONE = "done"
    TOO_LATE = "too_late"
    """Somebody else has decided, or otherwise."""
    GONE = "gone"
    """Erased, or never there."""


class ReviewDecisions:
    """One tenant's, for event loops. Methods raise StoreError and redis-py's errors; all may be repeated."""

    def __init__(
        self,
        *,
        store: ReviewStore,
        outbox: Outbox,
        posts: StaffPosts,
        staff: Staff,
        sealer: Sealer,
        tenant: Tenant,
        texts: Texts,
        now: Now,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._posts = posts
        self._staff = staff
        self._sealer = sealer
        self._own_phones = tenant.phones
        self._texts = texts
        self._cards = ReviewCards(texts, posts.language, tenant)
        self._now = now

    async def find(self, review_id: int) -> Review | None:
        return await asyncio.to_thread(self._store.review, review_id)

    async def approve(self, review_id: int, member: Member) -> Decision:
        review = await self.find(review_id)
        if review is None:
            return Decision.GONE
        return await self._decide(review, ReviewStatus.APPROVED, member, final=review.answer)

    async def send_instead(self, review_id: int, member: Member, words: str) -> Decision:
        """Send the member's words in place of the answer."""
        review = await self.find(review_id)
        if review is None:
            return Decision.GONE
        sealed = self._sealed_again(review, words) if review.held_sealed else ""
        final = mask(words, keep=self._own_phones).text
        return await self._decide(review, ReviewStatus.EDITED, member, final=final, sealed=sealed)

    async def decline(self, review_id: int, member: Member) -> Decision:
        review = await self.find(review_id)
        if review is None:
            return Decision.GONE
        return await self._decide(review, ReviewStatus.DECLINED, member, sealed="")

    def _sealed_again(self, review: Review, words: str) -> str:
        held = opened(self._sealer, review)
        return self._sealer.seal(
            replace(held, text=words, choices=(), offers=(), outcome=Outcome.ANSWERED).to_json()
        )

    async def _decide(
        self,
        review: Review,
        status: ReviewStatus,
        member: Member,
        *,
        final: str = "",
        sealed: str | None = None,
    ) -> Decision:
        is_first = await asyncio.to_thread(
            self._store.decide,
            review.review_id,
            status,
            by=member.key,
            final=final,
            sealed=sealed,
            at=self._now(),
        )
        decided = await self.find(review.review_id)
        if decided is None:
            return Decision.GONE
        if (decided.status, decided.decided_by, decided.final) != (status, member.key, final):
            return Decision.TOO_LATE
        await self._follow(decided, member)
        if is_first:
            await self._staff.note_act(member, "review_decided", review.subject, status=status.value)
        log.info("review_decided", review=review.review_id, status=status, by=member.key)
        return Decision.DONE

    async def _follow(self, review: Review, member: Member) -> None:
        """What a decision brings about. The card first: where nothing is sent after all, it says so later."""
        if review.status.is_sent and not review.held_sealed:
            return  # the step was repeated after all of it had been done
        who = member.name or member.external_id
        await self._posts.change(
            review.subject, self._cards.decided(review, who), self._cards.why_alone(review)
        )
        if review.status.is_sent:
            outgoing = Outgoing(purpose=Purpose.REVIEWED, subject=review.subject)
            await self._outbox.post(review.chat, outgoing, name=review.subject, language=review.language)
        else:
            await self._tell_customer(review, ReviewText.DECLINED, "declined")

    async def _tell_customer(self, review: Review, text: ReviewText, name: str) -> None:
        words = self._texts.say(text, review.language)
        if await asyncio.to_thread(self._store.has_later_turn, review):
            words = f"{self._cards.about(review)}\n\n{words}"
        button = call_me(self._texts, review.language)
        await self._outbox.post(
            review.chat,
            Outgoing(
                text=words,
                keyboard=Keyboard(rows=((button,),)),
                purpose=Purpose.ASIDE,
                subject=review.subject,
            ),
            name=f"{review.subject}-{name}",
            language=review.language,
        )

    async def keep_time(self) -> None:
        """Remind the staff, tell customers who wait too long, and make good what a kill left undone."""
        now = self._now()
        for review in await asyncio.to_thread(self._store.pending):
            if review.due_at <= now:
                await self._expire(review)
            elif review.remind_at <= now and review.reminded_at is None:
                await self._remind(review, now)
        for review in await asyncio.to_thread(self._store.decided_since, now - _LOOKED_BACK):
            await self._make_good(review, now)

    async def _expire(self, review: Review) -> None:
        if not await self._is_pending(review):
            return
        await self._tell_customer(review, ReviewText.LATE, "late")
        if await asyncio.to_thread(self._store.expire, review.review_id):
            text = self._cards.late(review, opened(self._sealer, review))
            await self._posts.tell(review.subject, text, self._cards.keyboard(review), name="late")
            log.info("review_expired", review=review.review_id)

    async def _is_pending(self, review: Review) -> bool:
        """Whether nobody has decided since the list was read."""
        current = await self.find(review.review_id)
        return current is not None and current.status is ReviewStatus.PENDING

    async def _remind(self, review: Review, now: datetime) -> None:
        if not await self._is_pending(review):
            return
        text = self._cards.reminder(review, opened(self._sealer, review), now)
        await self._posts.tell(review.subject, text, self._cards.keyboard(review), name="reminder")
        await asyncio.to_thread(self._store.note_reminded, review.review_id, now)

    async def _make_good(self, review: Review, now: datetime) -> None:
        if review.sent_at is not None:
            await asyncio.to_thread(self._store.log_final, review)
        elif review.status.is_sent and review.decided_at is not None and review.decided_at < now - _GIVEN:
            outgoing = Outgoing(purpose=Purpose.REVIEWED, subject=review.subject)
            await self._outbox.post(review.chat, outgoing, name=review.subject, language=review.language)
        elif review.status is ReviewStatus.DECLINED:
            await self._tell_customer(review, ReviewText.DECLINED, "declined")
