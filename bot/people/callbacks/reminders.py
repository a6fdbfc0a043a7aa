"""The clock behind the cards: reminds staff of what waits, and calls for help before it is too late."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain import ChatRef
from bot.domain.callbacks import Callback, CallbackStatus
from bot.domain.moments import Now
from bot.people.callbacks.cards import Cards
from bot.people.callbacks.requests import Callbacks
from bot.tenant.service import Callbacks as CallbackSettings
from bot.texts.cards import CardText
from bot.texts.catalogue import Texts

_TAKER_MIN = 5
"""So much working time before the promised end whoever has it is reminded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reminders:
    """Each is told once for each promised time, and in working hours alone."""

    callbacks: Callbacks
    cards: Cards
    settings: CallbackSettings
    texts: Texts
    language: str
    now: Now

    async def look_after(self) -> None:
        """The duty. What was told has a name by its moment, so that doing it twice tells it once."""
        now = self.now()
        if not self.callbacks.clock.is_open(now):
            return
        for callback in await self.callbacks.list_open():
            if callback.told_at is not None and callback.call_from <= now:
                await self._look_after(callback, now)

    async def _look_after(self, callback: Callback, now: datetime) -> None:
        if callback.escalated_at is not None:
            return
        if self._is_late(callback, now):
            await self._tell(callback, self._alarm, self.callbacks.escalate, now)
        elif callback.reminded_at is None and self._needs_reminding(callback, now):
            await self._tell(callback, self._remind, self.callbacks.remind, now)

    def _is_late(self, callback: Callback, now: datetime) -> bool:
        """The promised end is over, or nobody has taken it for too long."""
        if now >= callback.due_at:
            return True
        is_free = callback.status is CallbackStatus.NEW
        return is_free and self._waited_min(callback, now) >= self.settings.escalate_after_min

    def _needs_reminding(self, callback: Callback, now: datetime) -> bool:
        if callback.status is CallbackStatus.TAKEN:
            return self.callbacks.clock.minutes_between(now, callback.due_at) <= _TAKER_MIN
        if callback.status is CallbackStatus.NO_ANSWER:
            return True  # its time to be called again has begun
        return self._waited_min(callback, now) >= self.settings.remind_after_min

    def _waited_min(self, callback: Callback, now: datetime) -> float:
        """Working time since it could have been called."""
        since = max(callback.call_from, callback.told_at or callback.created_at)
        return self.callbacks.clock.minutes_between(since, now)

    async def _tell(
        self,
        callback: Callback,
        say: Callable[[Callback, datetime, str], Awaitable[None]],
        mark: Callable[[Callback], Awaitable[bool]],
        now: datetime,
    ) -> None:
        moment = f"{callback.status}-{int(callback.due_at.timestamp())}-{callback.tries}"
        await say(callback, now, moment)
        await mark(callback)

    async def _remind(self, callback: Callback, now: datetime, moment: str) -> None:
        values = self._values(callback, now)
        if callback.status is CallbackStatus.TAKEN:
            shown = await self.cards.look_up(callback)
            values["who"] = self.cards.wording.taker(shown, self.language)
            words = self.texts.say(CardText.REMIND_TAKER, self.language, **values)
            await self.cards.nudge(callback, words, f"taker-{moment}", to=ChatRef.of_key(callback.taken_by))
            return
        text = CardText.RETRY if callback.status is CallbackStatus.NO_ANSWER else CardText.REMIND
        await self.cards.nudge(callback, self.texts.say(text, self.language, **values), f"remind-{moment}")

    async def _alarm(self, callback: Callback, now: datetime, moment: str) -> None:
        is_taken = callback.status is CallbackStatus.TAKEN
        text = CardText.ESCALATED_TAKEN if is_taken else CardText.ESCALATED_FREE
        shown = await self.cards.look_up(callback)
        who = self.cards.wording.taker(shown, self.language)
        words = self.texts.say(text, self.language, who=who, **self._values(callback, now))
        await self.cards.raise_alarm(callback, words, f"alarm-{moment}")

    def _values(self, callback: Callback, now: datetime) -> dict[str, object]:
        wording, clock = self.cards.wording, self.callbacks.clock
        return {
            "number": callback.callback_id,
            "when": wording.window(callback, now, self.language),
            "waited": wording.length(clock.minutes_between(callback.created_at, now), self.language),
            "left": wording.length(clock.minutes_between(now, callback.due_at), self.language),
            "attempt": callback.tries + 1,
            "most": self.settings.most_tries,
        }
