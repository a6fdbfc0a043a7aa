"""Takes dialogues over and gives them back. The database decides who has one, Redis then guards every send.

Each step that changes both does the database first; whatever is cut off between them is made good when the
update comes again, or by `sync`.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from bot.domain import ChatRef, Outgoing, Purpose
from bot.domain.handoffs import Cause, Customer, Handoff, Place, Stage
from bot.domain.moments import Now
from bot.domain.staff import Member
from bot.people.handoffs.holds import Hold, Holds
from bot.people.handoffs.known import KnownHandoffs
from bot.people.handoffs.words import HandoffWords
from bot.people.portrait import Portraits
from bot.people.staff_posts import StaffPosts
from bot.queue.outbox import Outbox
from bot.staff.roles import Staff
from bot.store.handoffs import HandoffStore
from bot.tenant.service import Handoffs as Settings
from bot.texts.handoffs import HandoffText

log = structlog.get_logger()

JOINED, RELEASE, WORDS = "joined", "release", "words"
"""Begin the subjects of what goes to a customer under a handoff. Its token follows, and for words the place
where they were said, to which a failure is told."""


class Asked(StrEnum):
    """What came of asking for a person."""

    CALLED = "called"
    WAITING = "waiting"
    """Somebody was called before."""
    HELD = "held"
    """The customer talks with a person already."""
    NOBODY = "nobody"
    """Nobody of the staff can be told."""
    OFF = "off"
    """The business does not want it, or the chat is a group."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What came of stepping in: the handoff as it stands, and whether it is the member's now."""

    handoff: Handoff
    is_ours: bool


class Handoffs:
    """One tenant's handoffs, for event loops. Methods raise StoreError and redis-py's errors; repeating them
    is safe."""

    def __init__(
        self,
        *,
        store: HandoffStore,
        holds: Holds,
        staff: Staff,
        posts: StaffPosts,
        outbox: Outbox,
        words: HandoffWords,
        portraits: Portraits,
        settings: Settings,
        now: Now,
    ) -> None:
        self.store = store
        self.known = KnownHandoffs(store)
        self.holds = holds
        self.words = words
        self.settings = settings
        self._staff = staff
        self._posts = posts
        self._outbox = outbox
        self._portraits = portraits
        self._now = now

    async def ask(
        self, chat: ChatRef, *, name: str = "", language: str = "ru", cause: Cause = Cause.ASKED
    ) -> Asked:
        """Call a person into the chat, and tell the customer what came of it."""
        if not (self.settings.enabled and chat.private):
            return Asked.OFF
        now = self._now()
        known = await asyncio.to_thread(self.store.meet, chat, name, language, now)
        current = await self.known.open_of(chat.key)
        if current is None and not await self.has_staff():
            await self.tell(known, HandoffText.NOBODY, name=f"nobody-{int(now.timestamp())}")
            return Asked.NOBODY
        handoff, is_new = await asyncio.to_thread(self.store.ask, known, cause, now)
        if handoff.stage is Stage.HELD:
            if cause is not Cause.RED_LIGHT:
                await self.tell(known, HandoffText.HELD_ALREADY, name=f"held-already-{handoff.token}")
            return Asked.HELD
        await self.call(handoff)
        await self.tell(known, HandoffText.ASKED, name=f"asked-{_version(handoff)}")
        log.info("handoff_asked", handoff=handoff.handoff_id, cause=cause, new=is_new)
        return Asked.CALLED if is_new else Asked.WAITING

    async def call(self, handoff: Handoff, text: HandoffText | None = None, **values: object) -> None:
        """Show the waiting dialogue to all who may take it, once for each time that it begins to wait."""
        portrait = await self._portraits.of(handoff.customer.chat)
        words, keyboard = self.words.card(handoff, portrait, self.waits_until(handoff), text, **values)
        await self._posts.tell(subject(handoff), words, keyboard, name=_version(handoff))
        if text is not None:  # it waits again: what stands in older cards is over
            await self._posts.change(subject(handoff), words, keyboard)

    def waits_until(self, handoff: Handoff) -> datetime:
        return handoff.asked_at + timedelta(minutes=self.settings.wait_min)

    async def take(self, member: Member, customer: Customer, cause: Cause = Cause.TAKEN) -> Taken | None:
        """Give the dialogue to the member, unless somebody has it. From then on the assistant is silent.

        None: it is the member's own chat, and there is no topic to talk in.
        """
        place = await self._place(member)
        if customer.chat.key == member.key and place.chat_id == member.external_id:
            return None
        handoff = await asyncio.to_thread(self.store.take, customer, member.key, place, self._now(), cause)
        if handoff.operator != member.key or handoff.stage is not Stage.HELD:
            return Taken(handoff=handoff, is_ours=False)
        await self.hold(handoff, member)
        log.info("handoff_taken", handoff=handoff.handoff_id, member=member.key)
        return Taken(handoff=handoff, is_ours=True)

    async def hold(self, handoff: Handoff, member: Member) -> None:
        """Silence the assistant, tell the customer who is there, and the others that somebody is."""
        if not await self.holds.set(handoff):
            return
        # Before the place opens: what comes of that is said on the card too.
        await self._show(handoff, HandoffText.CARD_HELD, operator=self.words.operator(member))
        joined = Outgoing(
            text=self.words.joined(handoff.customer, member),
            purpose=Purpose.RELAY,
            subject=f"{JOINED}:{handoff.token}",
            held_by=handoff.token,
        )
        await self._post(handoff.customer, joined, name=f"joined-{handoff.token}")

    async def say(self, hold: Hold, outgoing: Outgoing, words: str, *, name: str) -> bool:
        """What the operator says, for the customer, while this holding lasts. False: it was said before."""
        place = f"{hold.place.chat_id}:{hold.place.thread_id or ''}"
        said = replace(
            outgoing,
            purpose=Purpose.RELAY,
            subject=f"{WORDS}:{hold.token}:{place}",
            held_by=hold.token,
            words=words,
        )
        whose = {"language": hold.language, "person_name": hold.name}
        is_new = await self._outbox.post(hold.chat, said, name=f"handoff-said-{name}", **whose)
        await self.holds.note_said(hold, self._now().timestamp())
        return is_new

    async def move(self, hold: Hold, place: Place) -> Hold:
        """Talk there from now on; nothing was said of it there yet."""
        await asyncio.to_thread(self.store.move, hold.token, place)
        await self.holds.move(hold, place)
        return replace(hold, place=place, is_opened=False)

    async def hand_back(self, handoff: Handoff) -> None:
        """Give the dialogue back after all that was said in it so far has arrived."""
        await self._say_back(handoff)

    async def release(self, token: str) -> Handoff | None:
        """The assistant has the dialogue from now on. None: nobody held it so."""
        is_ended = await asyncio.to_thread(self.store.release, token, self._now())
        handoff = await self.known.by_token(token)
        if handoff is None or handoff.stage is Stage.HELD:
            return None
        await self._say_back(handoff)
        await self.holds.drop(handoff.customer.chat.key, token)  # last: by it `sync` sees what was cut off
        if is_ended:
            await self._show(handoff, HandoffText.CARD_BACK)
            log.info("handoff_released", handoff=handoff.handoff_id)
        return handoff

    async def give_up(self, hold: Hold, unreachable: Member | None = None) -> bool:
        """The operator is gone: the assistant goes on, and somebody else is called. False: it was over.

        `unreachable`: it is the operator, and all that is known is that no message gets through.
        """
        is_given = await asyncio.to_thread(self.store.give_up, hold.token, self._now())
        await self._end(hold, unreachable)
        if is_given:
            log.warning("handoff_given_up", handoff=hold.token, member=hold.operator)
        return is_given

    async def _end(self, hold: Hold, unreachable: Member | None = None) -> None:
        """Do what follows from an end that the database knows; may be repeated, or done by several."""
        waiting = await self.known.open_of(hold.chat.key)
        if waiting and waiting.stage is Stage.WAITING and hold.token.startswith(f"{waiting.handoff_id}-"):
            left = HandoffText.CARD_UNREACHABLE if unreachable else HandoffText.CARD_LEFT
            await self.call(waiting, left, operator=self.words.operator(unreachable))
            await self.tell(waiting.customer, HandoffText.OPERATOR_LEFT, name=f"left-{hold.token}")
        elif (handoff := await self.known.by_token(hold.token)) and handoff.stage is Stage.RELEASED:
            await self._say_back(handoff)
        await self.holds.drop(hold.chat.key, hold.token)

    async def expire(self, handoff: Handoff) -> bool:
        """Nobody came: say so, and offer a call. False: somebody did."""
        expired = (handoff.handoff_id, handoff.asked_at, self._now())
        if not await asyncio.to_thread(self.store.expire, *expired):
            return False
        words = self.words.nobody_came(handoff.customer)
        await self._post(handoff.customer, words, name=f"nobody-came-{_version(handoff)}")
        await self._show(handoff, HandoffText.CARD_NOBODY_CAME, is_open=True)
        log.info("handoff_expired", handoff=handoff.handoff_id)
        return True

    async def hold_of(self, chat_key: str) -> Hold | None:
        """Who holds the chat, as surely as the database knows: Redis may have come back empty."""
        hold = await self.holds.of(chat_key)
        if hold is None and await self._synced():
            hold = await self.holds.of(chat_key)
        return hold

    async def hold_in(self, place: Place) -> Hold | None:
        """Whose dialogue is held in a topic."""
        await self._synced()
        return await self.holds.of_topic(place)

    async def holds_of(self, operator: str) -> list[Hold]:
        """The dialogues that the operator holds in their own chat."""
        await self._synced()
        return await self.holds.of_operator(operator)

    async def is_held(self, chat_key: str) -> bool:
        return await self.holds.is_held(chat_key)

    async def sync(self) -> None:
        """Make Redis agree with the database, whichever of the two missed a step."""
        holds = await self.holds.all()  # first: what is there and not in the database has ended
        held = {handoff.token: handoff for handoff in await asyncio.to_thread(self.store.held)}
        for hold in holds:
            if hold.token not in held:
                await self._end(hold)
        there = {hold.token for hold in holds}
        for token, handoff in held.items():
            if token not in there and await self.holds.set(handoff, restored_at=self._now().timestamp()):
                log.info("hold_restored", handoff=handoff.handoff_id)
        await self.holds.note_synced()

    async def _synced(self) -> bool:
        """Sync if Redis came back empty; whether that was needed."""
        if await self.holds.is_synced():
            return False
        await self.sync()
        return True

    async def tell(self, customer: Customer, text: HandoffText, *, name: str) -> None:
        await self._post(customer, Outgoing(text=self.words.tell(customer, text)), name=name)

    async def _say_back(self, handoff: Handoff) -> None:
        """By this name once, whoever ends it first; the one that is served ends the holding."""
        back = Outgoing(
            text=self.words.tell(handoff.customer, HandoffText.BACK),
            purpose=Purpose.RELAY,
            subject=f"{RELEASE}:{handoff.token}",
        )
        await self._post(handoff.customer, back, name=f"released-{handoff.token}")

    async def _show(
        self, handoff: Handoff, text: HandoffText, *, is_open: bool = False, **values: object
    ) -> None:
        """Make the cards that called for somebody read so."""
        name = self.words.name(handoff.customer.name)
        keyboard = self.words.to_take(handoff) if is_open else None
        await self._posts.change(subject(handoff), self.words.say(text, name=name, **values), keyboard)

    async def _post(self, customer: Customer, outgoing: Outgoing, *, name: str) -> None:
        whose = {"language": customer.language, "person_name": customer.name}
        await self._outbox.post(customer.chat, outgoing, name=f"handoff-{name}", **whose)

    async def _place(self, member: Member) -> Place:
        room = await self._staff.room()
        return Place(chat_id=room.chat.chat_id if room and room.has_topics else member.external_id)

    async def has_staff(self) -> bool:
        """Whether there is anybody who can be told that a customer waits."""
        return bool(await self._staff.room() or await self._staff.on_duty())


def subject(handoff: Handoff) -> str:
    return f"handoff:{handoff.handoff_id}"


def _version(handoff: Handoff) -> str:
    """The same for one time of waiting."""
    return f"{handoff.handoff_id}-{int(handoff.asked_at.timestamp() * 1000)}"
