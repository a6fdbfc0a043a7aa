"""The cards of requests to be called: told to staff, kept true at each step, taken away with the data."""

from dataclasses import replace

import structlog

from bot.domain import ChatRef, Keyboard
from bot.domain.callbacks import Callback, CallbackStatus
from bot.domain.moments import Now
from bot.errors import SealBroken
from bot.people.callbacks.card_text import CardWording, Shown
from bot.people.callbacks.phones import masked_phone
from bot.people.callbacks.requests import Callbacks
from bot.people.portrait import Portrait, Portraits
from bot.people.screen import Screen
from bot.people.staff_posts import StaffPosts
from bot.staff.roles import Staff
from bot.texts.cards import CardText
from bot.texts.catalogue import Texts

log = structlog.get_logger()

NUDGES = ("nudge", "alarm")
"""What stands beside a card: a reminder, and the call for help."""
_NEWS = "news"
"""What the customer has changed; it stays as it was told."""

_SETTLED = {
    CallbackStatus.TAKEN: CardText.SETTLED_TAKEN,
    CallbackStatus.NO_ANSWER: CardText.SETTLED_NO_ANSWER,
}


class Cards:
    """One tenant's cards. Methods raise StoreError and redis-py's errors; repeating them is safe."""

    def __init__(
        self,
        *,
        callbacks: Callbacks,
        posts: StaffPosts,
        staff: Staff,
        portraits: Portraits,
        wording: CardWording,
        texts: Texts,
        now: Now,
    ) -> None:
        self._callbacks = callbacks
        self._posts = posts
        self._staff = staff
        self._portraits = portraits
        self._texts = texts
        self._now = now
        self.wording = wording

    async def announce(self, callback: Callback) -> bool:
        """Tell the staff of a new request, once. False: nobody can be told now."""
        if not callback.card:
            card = (await self.portrait(callback.chat)).to_value()
            await self._callbacks.describe(callback, card)
            callback = replace(callback, card=card)
        shown = await self.look_up(callback)
        text, keyboard = self._as_card(shown)
        told = await self._posts.tell(callback.subject, text, keyboard, name=_of_this(callback, "card"))
        await self._take_back_if_erased(callback)
        log.info("callback_card", callback=callback.callback_id, chats=told)
        return told > 0

    async def portrait(self, chat: ChatRef) -> Portrait:
        """What staff should know of the talk in the chat; `to_value` of it is a request's `card`."""
        return await self._portraits.of(chat)

    async def show(self, callback: Callback, chat: ChatRef, name: str) -> None:
        """One more copy, for a chat of the staff."""
        shown = await self.look_up(callback)
        text, keyboard = self._as_card(shown)
        await self._posts.tell_one(chat, callback.subject, text, keyboard, name=name)
        await self._take_back_if_erased(callback)

    async def refresh(self, callback: Callback, *, asks_result: bool = False) -> None:
        """Make every copy, and what stands beside it, read as the request is by now."""
        seen = None
        while True:
            current = await self._callbacks.find(callback.callback_id)
            if current is None and seen is not None:
                await self.erase(callback.callback_id)  # while its card was being changed
            if current is None or current == seen:
                return
            shown = await self.look_up(current)
            text, keyboard = self._as_card(shown, asks_result=asks_result)
            await self._posts.change(current.subject, text, keyboard)
            await self._settle_nudges(shown)
            seen = current

    async def nudge(self, callback: Callback, text: str, name: str, *, to: ChatRef | None = None) -> int:
        """A line beside the card that says what is to be done, with what can be done about it.

        `to`: whom alone it concerns, where there is no room.
        """
        subject = f"{callback.subject}:nudge"
        return await self._say_beside(subject, text, self._nudge_keyboard(callback), name, to)

    async def tell_taker(self, callback: Callback) -> None:
        """The person has changed what whoever has it goes by: a changed card alone is overlooked."""
        is_cancelled = callback.status is CallbackStatus.CANCELLED
        if not callback.taken_by or not (is_cancelled or callback.status is CallbackStatus.TAKEN):
            return
        language = self._posts.language
        who = self.wording.taker(await self.look_up(callback), language)
        when = self.wording.window(callback, self._now(), language)
        text = CardText.TAKER_CANCELLED if is_cancelled else CardText.TAKER_MOVED
        words = self._texts.say(text, language, who=who, number=callback.callback_id, when=when)
        name = _of_this(callback, f"news-{callback.status}-{int(callback.due_at.timestamp())}")
        subject = f"{callback.subject}:{_NEWS}"
        await self._say_beside(subject, words, None, name, ChatRef.of_key(callback.taken_by))

    async def _say_beside(
        self, subject: str, text: str, keyboard: Keyboard | None, name: str, to: ChatRef | None
    ) -> int:
        if to is not None and await self._staff.room() is None:
            return await self._posts.tell_one(to, subject, text, keyboard, name=name)
        return await self._posts.tell(subject, text, keyboard, name=name)

    async def raise_alarm(self, callback: Callback, text: str, name: str) -> int:
        """As `nudge`, where all see it and to each admin."""
        keyboard = self._nudge_keyboard(callback)
        subject = f"{callback.subject}:alarm"
        told = await self._posts.tell(subject, text, keyboard, name=name)
        return told + await self._posts.tell_admins(subject, text, keyboard, name=name)

    async def erase(self, callback_id: int) -> None:
        """The person has all data erased: no copy tells anything any more."""
        subject = f"callback:{callback_id}"
        for name in (subject, *(f"{subject}:{nudge}" for nudge in (*NUDGES, _NEWS))):
            await self._posts.erase(name)

    async def look_up(self, callback: Callback) -> Shown:
        """The request with its number, masked, and the name of who has it."""
        phone = await self.phone_of(callback) if callback.status.is_open else ""
        masked = masked_phone(phone) if phone else ""
        return Shown(callback=callback, phone=masked, taker=await self.taker_of(callback))

    async def taker_of(self, callback: Callback) -> str:
        """The name of who has it; empty: nobody, or nobody who works here any more."""
        member = await self._staff.by_key(callback.taken_by)
        return "" if member is None else member.name

    async def _take_back_if_erased(self, callback: Callback) -> None:
        """What was erased while its card was being told must not stand there."""
        if await self._callbacks.find(callback.callback_id) is None:
            await self.erase(callback.callback_id)

    async def phone_of(self, callback: Callback) -> str:
        """The number in clear; empty: it cannot be read."""
        try:
            return await self._callbacks.phone_of(callback.callback_id) or ""
        except SealBroken:  # the call is no less wanted, and an old key may come back
            log.error("phone_not_readable", callback=callback.callback_id)
            return ""

    def _as_card(self, shown: Shown, *, asks_result: bool = False) -> Screen:
        language = self._posts.language
        asks_result = asks_result and shown.callback.status is CallbackStatus.TAKEN
        text = self.wording.card(shown, self._now(), language, asks_result=asks_result)
        return Screen(text, self.wording.keyboard(shown.callback, language, asks_result=asks_result))

    def _nudge_keyboard(self, callback: Callback) -> Keyboard | None:
        if callback.status is CallbackStatus.TAKEN:
            return None
        return Keyboard(rows=((self.wording.take_button(callback, self._posts.language),),))

    async def _settle_nudges(self, shown: Shown) -> None:
        """What was asked for beside the card is done, or not needed any more."""
        callback, language = shown.callback, self._posts.language
        if callback.status is CallbackStatus.NEW:
            return
        text = _SETTLED.get(callback.status, CardText.SETTLED)
        who = self.wording.taker(shown, language)
        words = self._texts.say(text, language, number=callback.callback_id, who=who)
        for nudge in NUDGES:
            await self._posts.change(f"{callback.subject}:{nudge}", words)


def _of_this(callback: Callback, name: str) -> str:
    """What is told once is told of this request, and not of its number: SQLite gives the number of a row that
    is gone, erased or lost with a restored backup, to the next one."""
    return f"{name}-{int(callback.created_at.timestamp() * 1000)}"
