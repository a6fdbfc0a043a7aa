"""What customers are shown of their requests to be called."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import Button, Keyboard
from bot.domain.callbacks import Callback, CallbackStatus
from bot.people.callbacks.phones import masked_phone
from bot.people.callbacks.promises import PromiseWords, Window, promised
from bot.people.screen import Screen
from bot.people.services import People
from bot.people.working_clock import WorkingClock
from bot.texts.callbacks import CallbackText
from bot.texts.literal import literal
from bot.texts.service import ServiceText

PREFIX = "cb"
"""Begins the data of all buttons here."""
_LATER = timedelta(hours=2)
_AFTERNOON = timedelta(hours=14)


def data(*parts: object) -> str:
    return ":".join((PREFIX, *map(str, parts)))


def keyboard(*buttons: Button) -> Keyboard:
    """One below the other."""
    return Keyboard(rows=tuple((button,) for button in buttons))


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackScreens:
    """Of one customer, in their language, as things are `now`."""

    people: People
    language: str
    now: datetime

    def say(self, text: CallbackText | ServiceText, **values: object) -> str:
        contacts = self.people.texts.facts.get(self.language, {}).get("contacts", "")
        return self.people.texts.say(text, self.language, **{"contacts": contacts, **values})

    def button(self, text: CallbackText | ServiceText, *parts: object) -> Button:
        return Button(text=self.say(text), data=data(*parts))

    @property
    def clock(self) -> WorkingClock:
        return self.people.callbacks.clock

    @property
    def words(self) -> PromiseWords:
        return PromiseWords(self.people.tenant, self.people.texts)

    def window(self, window: Window | Callback) -> str:
        return self.words.window(window, self.now, self.language)

    def promised(self) -> Window | None:
        return promised(self.clock, self.people.tenant.service.callbacks, self.now)

    @property
    def is_open(self) -> bool:
        return self.clock.is_open(self.now)

    @property
    def takes_requests(self) -> bool:
        """Whether a call can be asked for now."""
        return self.is_open or (self.people.tenant.service.callbacks.plan_outside_hours and self._has_opening)

    @property
    def _has_opening(self) -> bool:
        return self.clock.opening(self.now) is not None

    def choice(self, *, may_join: bool) -> Screen:
        """A person is asked for: what can be done at this hour."""
        stay = self.button(CallbackText.STAY, "stay")
        if self.is_open:
            buttons = [stay, self.button(CallbackText.CALL_ME, "ask")]
            buttons += [self.button(CallbackText.JOIN, "join")] if may_join else []
            return Screen(text=self.say(CallbackText.CHOICE_OPEN), keyboard=keyboard(*buttons))
        window = self.promised()
        if window is None:
            return Screen(text=self.say(CallbackText.CHOICE_CLOSED_FOR_LONG), keyboard=keyboard(stay))
        opens = self.words.moment(window.call_from, self.now, self.language)
        if not self.takes_requests:
            return Screen(text=self.say(CallbackText.NO_PLANS, opens=opens), keyboard=keyboard(stay))
        text = self.say(CallbackText.CHOICE_CLOSED_PLAN, opens=opens, window=self.window(window))
        return Screen(text=text, keyboard=keyboard(stay, self.button(CallbackText.PLAN_A_CALL, "ask")))

    def menu(self) -> Keyboard:
        return self.people.menu.keyboard(self.language)

    def ask_same_phone(self, form: str, phone: str) -> Screen:
        buttons = (
            self.button(CallbackText.SAME_PHONE, "same", form),
            self.button(CallbackText.OTHER_PHONE, "other", form),
            self.button(ServiceText.CANCEL, "drop", form),
        )
        text = self.say(CallbackText.ASK_SAME_PHONE, phone=_shown(phone))
        return Screen(text=text, keyboard=keyboard(*buttons))

    def ask_phone(self, text: CallbackText = CallbackText.ASK_PHONE) -> Screen:
        """With a button that shares it under the input field; `text` may say what was wrong."""
        rows = (
            (Button(text=self.say(CallbackText.SHARE_PHONE), asks_contact=True),),
            (Button(text=self.say(ServiceText.CANCEL)),),
        )
        return Screen(text=self.say(text), keyboard=Keyboard(rows=rows, is_field=True))

    def phone_taken(self, phone: str) -> Screen:
        text = self.say(CallbackText.PHONE_TAKEN, phone=_shown(phone))
        return Screen(text=text, keyboard=self.menu())

    def ask_details(self, form: str) -> Screen:
        buttons = (*self.times("at", form), self.button(ServiceText.CANCEL, "drop", form))
        return Screen(text=self.say(CallbackText.ASK_DETAILS), keyboard=keyboard(*buttons))

    def ask_time(self, callback: Callback, text: CallbackText = CallbackText.ASK_TIME) -> Screen:
        return Screen(text=self.say(text), keyboard=keyboard(*self.times("to", callback.callback_id)))

    def times(self, *parts: object) -> Sequence[Button]:
        """Common times within working hours; the data says the minute since the epoch, 0 for soon."""
        soon = Button(text=self.say(CallbackText.SOON), data=data(*parts, 0))
        starts = dict.fromkeys(filter(None, self._starts()))
        return (
            soon,
            *(
                Button(
                    text=_begun(self.words.moment(start, self.now, self.language)),
                    data=data(*parts, int(start.timestamp() // 60)),
                )
                for start in starts
            ),
        )

    def _starts(self) -> Sequence[datetime | None]:
        """Later this working day, and the next morning and afternoon."""
        later = (self.now + _LATER).replace(minute=0, second=0, microsecond=0)
        zone = self.people.tenant.zone
        midnight = (self.now.astimezone(zone) + timedelta(days=1)).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        morning = self.clock.opening(midnight)
        if morning is None:
            return ()
        noon = morning.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0) + _AFTERNOON
        return [start for start in (later, morning, noon) if self.clock.is_open(start)]

    def confirm(
        self, form: str, phone: str, reason: str, window: Window, *, is_moved: bool = False
    ) -> Screen:
        """All of it, read back."""
        lines = [self.say(CallbackText.CONFIRM, phone=_shown(phone), window=self.window(window))]
        lines += [self.say(CallbackText.CONFIRM_MOVED)] if is_moved else []
        lines += [self.say(CallbackText.CONFIRM_REASON, reason=literal(reason))] if reason else []
        lines.append(self.say(CallbackText.CONFIRM_RIGHT))
        buttons = (
            self.button(ServiceText.YES, "yes", form),
            self.button(CallbackText.CHANGE, "change", form),
            self.button(ServiceText.CANCEL, "drop", form),
        )
        return Screen(text="\n\n".join(lines), keyboard=keyboard(*buttons))

    def what_to_change(self, form: str) -> Keyboard:
        return keyboard(
            self.button(CallbackText.CHANGE_PHONE, "phone", form),
            self.button(CallbackText.CHANGE_DETAILS, "details", form),
            self.button(ServiceText.CANCEL, "drop", form),
        )

    def outcome(self, callback: Callback, phone: str) -> Screen:
        """What a confirmed request came to: a promise only if staff know of it."""
        if callback.told_at is None:
            return Screen(text=self.say(CallbackText.NOT_TOLD), keyboard=self.own(callback))
        text = self.say(CallbackText.ACCEPTED, phone=_shown(phone), window=self.window(callback))
        return Screen(text=text, keyboard=self.own(callback))

    def status(self, callback: Callback | None, *, is_already: bool = False, offers: bool = True) -> Screen:
        """How the person's open request stands. `offers`: a new one, where there is none."""
        if callback is None:
            buttons = [self.button(CallbackText.CALL_ME, "ask")] if self.takes_requests and offers else []
            return Screen(text=self.say(CallbackText.STATUS_NONE), keyboard=keyboard(*buttons))
        text = self.say(CallbackText.STATUS, state=self._state(callback))
        already = f"{self.say(CallbackText.ALREADY)}\n\n" if is_already else ""
        return Screen(text=f"{already}{text}", keyboard=self.own(callback, has_status=False))

    def _state(self, callback: Callback) -> str:
        if callback.told_at is None:
            return self.say(CallbackText.STATUS_NOT_TOLD)
        if callback.due_at < self.now:
            return self.say(CallbackText.STATUS_LATE, window=self.window(callback))
        if callback.status is CallbackStatus.NO_ANSWER:
            again = callback.next_try_at or callback.call_from
            return self.say(
                CallbackText.STATUS_NO_ANSWER, again=self.words.moment(again, self.now, self.language)
            )
        is_taken = callback.status is CallbackStatus.TAKEN
        text = CallbackText.STATUS_TAKEN if is_taken else CallbackText.STATUS_NEW
        return self.say(text, window=self.window(callback))

    def own(self, callback: Callback, *, has_status: bool = True) -> Keyboard:
        """What the person can do with an open request."""
        status = [self.button(CallbackText.STATUS_BUTTON, "status")] if has_status else []
        return keyboard(
            *status,
            self.button(CallbackText.CHANGE_TIME, "time", callback.callback_id),
            self.button(CallbackText.CANCEL, "cancel", callback.callback_id),
        )

    def cancel_sure(self, callback: Callback) -> Screen:
        buttons = (
            self.button(CallbackText.CANCEL_YES, "cancel_yes", callback.callback_id),
            self.button(CallbackText.CANCEL_NO, "cancel_no", callback.callback_id),
        )
        return Screen(text=self.say(CallbackText.CANCEL_SURE), keyboard=keyboard(*buttons))

    def news(self, callback: Callback, phone: str) -> Screen | None:
        """What the person is told when staff have done something; None: nothing."""
        if callback.status is CallbackStatus.TAKEN:
            text = self.say(CallbackText.NEWS_TAKEN, phone=_shown(phone), window=self.window(callback))
            return Screen(text=text, keyboard=self.own(callback))
        if callback.status is CallbackStatus.NO_ANSWER:
            again = self.words.moment(callback.next_try_at or callback.call_from, self.now, self.language)
            text = self.say(CallbackText.NEWS_NO_ANSWER, again=again)
            return Screen(text=text, keyboard=self.own(callback))
        if callback.status is CallbackStatus.GIVEN_UP:
            ask = keyboard(self.button(CallbackText.CALL_ME, "ask"))
            return Screen(text=self.say(CallbackText.NEWS_GIVEN_UP), keyboard=ask)
        is_done = callback.status is CallbackStatus.DONE
        return Screen(text=self.say(CallbackText.NEWS_DONE)) if is_done else None


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shown(phone: str) -> str:
    return literal(masked_phone(phone))
