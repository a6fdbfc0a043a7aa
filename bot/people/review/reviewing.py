"""Answers that wait for a person: held, shown to the staff, and sent once somebody has confirmed them."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.domain import Answer, Button, Outcome, Outgoing, Turn
from bot.domain.moments import Now
from bot.domain.reviews import HELD_OUTCOMES, Decided, Review, ReviewMode
from bot.errors import DeliveryError, SealBroken, StoreError
from bot.guard.personal_data import mask, named_labels
from bot.memory.memory import Memory
from bot.people.changes.calendar import Opens
from bot.people.review.cards import ReviewCards
from bot.people.staff_posts import StaffPosts
from bot.people.tuning import Knob, Tuning
from bot.people.working_clock import WorkingClock
from bot.store.reviews import Held, ReviewStore
from bot.store.sealing import Sealer
from bot.store.staff import Act
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.texts.reviewing import ReviewText

log = structlog.get_logger()

CALL_ME = "cb:ask"
"""The button that begins a request to be called (`bot/people/callback_screens/customers.py`)."""
_NEVER = timedelta(days=365)


class Reviewing:
    """One tenant's, for event loops. Methods raise StoreError and redis-py's errors; all may be repeated."""

    def __init__(
        self,
        *,
        store: ReviewStore,
        tuning: Tuning,
        posts: StaffPosts,
        sealer: Sealer,
        tenant: Tenant,
        calendar: Opens,
        texts: Texts,
        now: Now,
    ) -> None:
        self._store = store
        self._tuning = tuning
        self._posts = posts
        self._sealer = sealer
        self._tenant = tenant
        self._texts = texts
        self._cards = ReviewCards(texts, posts.language, tenant)
        self._clock = WorkingClock(calendar)
        self._now = now

    async def mode(self) -> ReviewMode:
        """As an admin has set it, else as the tenant's folder says."""
        chosen = await self._tuning.get(Knob.REVIEW_MODE)
        return ReviewMode(chosen if chosen in set(ReviewMode) else self._tenant.service.review.mode)

    async def set_mode(self, mode: ReviewMode, by: str) -> None:
        """In force for the next turn of every process."""
        while True:
            tuned = await self._tuning.tuned(Knob.REVIEW_MODE)
            if tuned is not None and tuned.value == mode.value:
                return
            seen = 0 if tuned is None else tuned.version
            if await self._tuning.change(Knob.REVIEW_MODE, mode.value, seen=seen, changed_by=by):
                return

    async def standing_mode(self) -> tuple[ReviewMode, int]:
        """As the database has it, with a version for `change_mode`."""
        tuned = await self._tuning.surely(Knob.REVIEW_MODE)
        return await self.mode(), 0 if tuned is None else tuned.version

    async def change_mode(self, mode: ReviewMode, by: str, *, seen: int) -> bool:
        """In force and on record when this returns. False: somebody has changed it since `seen`."""
        act = Act(by=by, name="review_mode_set", subject="review_mode", details={"mode": mode.value})
        return await self._tuning.change(Knob.REVIEW_MODE, mode.value, seen=seen, changed_by=by, act=act)

    # What the worker asks about a turn.

    async def may_grow(self, turn: Turn) -> bool:
        return await self.mode() is ReviewMode.AUTOMATIC

    async def review(self, turn: Turn, answer: Answer) -> Answer:
        """The answer itself, or that somebody looks at it first; then it is kept and the staff are told."""
        if answer.outcome not in HELD_OUTCOMES:
            return answer
        mode = await self.mode()
        review = None if turn.is_first_run else await self._begun(turn, mode)
        if review is None and not mode.holds(answer.light):
            return answer
        if review is None:
            review = await asyncio.to_thread(self._store.hold, self._held(turn, answer, mode))
        told = await self._tell_staff(review, answer)
        log.info("answer_held", review=review.review_id, light=review.light, mode=mode, told=told)
        return self._instead(review, answer, is_staffed=told > 0)

    async def _begun(self, turn: Turn, mode: ReviewMode) -> Review | None:
        """What an earlier run of the turn has begun."""
        try:
            return await asyncio.to_thread(self._store.of_turn, turn.turn_id)
        except StoreError:
            if mode is not ReviewMode.AUTOMATIC:
                raise
            return None  # nobody looks at answers now: customers must not wait for the database

    def _held(self, turn: Turn, answer: Answer, mode: ReviewMode) -> Held:
        now = self._now()
        wait_min = self._tenant.service.review.wait_min
        return Held(
            chat=turn.chat,
            person_id=turn.last.person_id,
            person_name=turn.last.person_name,
            language=answer.trace.get("language", turn.last.language),
            turn_id=turn.turn_id,
            mode=mode,
            question=self._masked(str(answer.trace.get("asked", turn.text))),
            answer=self._masked(answer.text),
            light=answer.light,
            held_sealed=self._sealer.seal(answer.to_json()),
            created_at=now,
            remind_at=self._clock.after(now, wait_min / 2) or now + _NEVER,
            due_at=self._clock.after(now, wait_min) or now + _NEVER,
        )

    async def _tell_staff(self, review: Review, answer: Answer) -> int:
        overflow = self._cards.overflow(review)
        if overflow:
            await self._posts.tell(f"{review.subject}:text", overflow)
        text, keyboard = self._cards.text(review, answer), self._cards.keyboard(review)
        return await self._posts.tell(review.subject, text, keyboard)

    def _instead(self, review: Review, answer: Answer, *, is_staffed: bool) -> Answer:
        """What the customer reads meanwhile. The log keeps what the answer stands on."""
        is_told_to_wait = is_staffed and self._clock.is_open(review.created_at)
        trace = {key: value for key, value in answer.trace.items() if key != "focus"}
        return replace(
            answer,
            text=self._waiting_words(review, is_staffed=is_staffed),
            outcome=Outcome.SCRIPTED,
            choices=(),
            offers=() if is_told_to_wait else (call_me(self._texts, review.language),),
            trace={**trace, "review": review.review_id, "held_outcome": answer.outcome.value},
        )

    def _waiting_words(self, review: Review, *, is_staffed: bool) -> str:
        opens = self._clock.opening(review.created_at)
        if not is_staffed or opens is None:
            return self._texts.say(ReviewText.HELD_NOBODY, review.language)
        if opens <= review.created_at:
            return self._texts.say(ReviewText.HELD, review.language)
        when = f"{opens.astimezone(self._tenant.zone):%d.%m %H:%M}"
        return self._texts.say(ReviewText.HELD_CLOSED, review.language, when=when)

    # What the worker asks while it serves the outbox.

    async def worded(self, turn: Turn, outgoing: Outgoing) -> Outgoing | None:
        """The confirmed answer, with what belongs under it; None: it was erased, or it is there already."""
        review = await self._of(outgoing)
        if review is None or not review.status.is_sent or not review.held_sealed:
            return None
        answer = opened(self._sealer, review)
        text = answer.text
        if await asyncio.to_thread(self._store.has_later_turn, review):
            text = f"{self._cards.about(review)}\n\n{text}"
        return replace(outgoing, text=text, keyboard=self._cards.under(answer))

    async def turn_of(self, outgoing: Outgoing) -> str:
        """The turn that is answered by it; "": it was erased."""
        review = await self._of(outgoing)
        return "" if review is None else review.turn_id

    async def told(self, outgoing: Outgoing, memory: Memory) -> None:
        """It stands in the chat: the log and the dialogue's memory say so too."""
        review = await self._of(outgoing)
        if review is None or not review.held_sealed:
            return
        if await asyncio.to_thread(
            self._store.may_be_remembered, review, await memory.dialogue_id(review.chat.key)
        ):
            await memory.remember(
                review.chat.key,
                turn_id=review.turn_id,
                question=review.question,
                answer=review.final,
                focus=opened(self._sealer, review).focus,
            )
        await asyncio.to_thread(self._store.log_final, review)
        await asyncio.to_thread(self._store.note_sent, review.review_id, self._now())

    async def _of(self, outgoing: Outgoing) -> Review | None:
        number = int(outgoing.subject.partition(":")[2])
        return await asyncio.to_thread(self._store.review, number)

    async def failed(self, outgoing: Outgoing, error: DeliveryError) -> None:
        """It will never arrive: the card says so."""
        review = await self._of(outgoing)
        if review is not None:
            log.info("reviewed_not_taken", review=review.review_id, error=type(error).__name__)
            text = self._cards.undelivered(review)
            await self._posts.change(review.subject, text, self._cards.why_alone(review))

    async def withheld(self, outgoing: Outgoing, operator: str) -> None:
        """A person of the staff talks with the customer, who gets nothing of it: the card says so."""
        review = await self._of(outgoing)
        if review is None or review.status.is_open:
            return
        await self._posts.change(
            review.subject, self._cards.withheld(review, operator), self._cards.why_alone(review)
        )
        await asyncio.to_thread(self._store.forget_words, review.review_id)
        log.info("reviewed_withheld", review=review.review_id)

    # What else is asked of it.

    async def history(self, weeks: int) -> list[Decided]:
        return await asyncio.to_thread(self._store.history, self._now() - timedelta(weeks=weeks))

    def _masked(self, text: str) -> str:
        return mask(text, keep=self._tenant.phones).text


def call_me(texts: Texts, language: str) -> Button:
    return Button(text=texts.say(ReviewText.CALL_ME, language), data=CALL_ME)


def opened(sealer: Sealer, review: Review) -> Answer:
    """The answer as it was held; where no key opens it, its words without what is personal."""
    try:
        return Answer.from_json(sealer.open(review.held_sealed))
    except SealBroken:
        log.error("held_answer_sealed_for_good", review=review.review_id)
        text = named_labels(review.final or review.answer)
        return Answer(text=text, outcome=Outcome.ANSWERED, light=review.light)
