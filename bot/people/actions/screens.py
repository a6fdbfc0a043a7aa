"""What a person sees on the way to a booking: which thing, which day, what time, and what is in between."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.domain import Button, Keyboard
from bot.people.actions.bookings import Bookings, Choosing
from bot.people.actions.choices import Change, Choice
from bot.people.actions.resources import Thing
from bot.people.actions.slots import Slot, nearest
from bot.people.actions.tables import TableAway
from bot.people.screen import Screen
from bot.tenant.actions import Booking as Action
from bot.texts.bookings import BookingText
from bot.texts.service import ServiceText

DAYS_IN_A_ROW = 2
TIMES_IN_A_ROW = 4
_MOST_BUTTONS = 40
_LONG = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Picked:
    """A slot that was free a moment ago."""

    choosing: Choosing
    slot: Slot


class BookingScreens:
    """In one language. Methods raise StoreError."""

    def __init__(self, bookings: Bookings, language: str, *, phone: str) -> None:
        """`phone`: the business's own, for those whom the chat cannot help now."""
        self.bookings = bookings
        self.words = bookings.wording(language)
        self._phone = phone

    async def first(self) -> Screen:
        """All that can be booked, or the way into the only one."""
        actions = self.bookings.actions
        if not actions:
            return Screen(text=self.words.say(BookingText.NOTHING_TO_BOOK))
        if len(actions) == 1:
            following = await self.after(Choice(action=actions[0].id))
            assert isinstance(following, Screen)  # without a time nothing is picked
            return following
        buttons = [
            Button(text=action.called(self.words.language), data=Choice(action=action.id).data)
            for action in actions
        ]
        return Screen(text=self.words.say(BookingText.WHICH), keyboard=rows_of(buttons, 1))

    async def after(self, choice: Choice) -> Screen | Picked:
        """What comes next: the first thing that is not chosen yet, or cannot be had."""
        action = self.bookings.action(choice.action)
        if action is None:
            return Screen(text=self.words.say(BookingText.NO_MORE))
        try:
            things = await self.bookings.things(action, self.words.language)
        except TableAway:
            return self.away
        choosing = await self.bookings.chosen(choice, self.words.language)
        if choosing is None:
            return self._things(action, things, choice)
        choice = replace(choice, thing=choosing.thing.code)
        if choice.day is None:
            return await self._days(choosing, choice)
        if choice.minute is None:
            return await self._times(choosing, choice, choice.day)
        return await self._picked(choosing, choice, choice.day, choice.minute)

    @property
    def away(self) -> Screen:
        return Screen(text=self.words.say(BookingText.AWAY, phone=self._phone))

    def _things(self, action: Action, things: Sequence[Thing], choice: Choice) -> Screen:
        if not things:
            return Screen(text=self.words.say(BookingText.NO_MORE))
        title = action.called(self.words.language)
        text = self.words.say(BookingText.WHAT, title=title)
        if choice.thing:
            text = f"{self.words.say(BookingText.THING_GONE)}\n\n{text}"
        buttons = [Button(text=thing.title, data=replace(choice, thing=thing.code).data) for thing in things]
        longest = max(len(thing.title) for thing in things)
        return Screen(text=text, keyboard=rows_of(buttons[:_MOST_BUTTONS], 1 if longest > _LONG else 2))

    async def _days(self, choosing: Choosing, choice: Choice) -> Screen:
        free = await self.bookings.free(choosing.action, [choosing.thing])
        what = self.what(choosing)
        if not free:
            return Screen(
                text=self.words.say(BookingText.FULL, what=what, days=self.words.days(choosing.action)),
                keyboard=await self._to_others(choosing),
            )
        buttons = self.day_buttons(free, choice)
        return Screen(
            text=self.words.say(BookingText.DAY, what=what), keyboard=rows_of(buttons, DAYS_IN_A_ROW)
        )

    async def _to_others(self, choosing: Choosing) -> Keyboard | None:
        things = await self.bookings.things(choosing.action, self.words.language)
        if len(things) < 2:
            return None
        other = Choice(action=choosing.action.id).data
        text = self.words.say(BookingText.BUTTON_OTHER_THING)
        return rows_of([Button(text=text, data=other)], 1)

    def day_buttons(self, free: Iterable[Slot], choice: Choice | Change) -> list[Button]:
        days = dict.fromkeys(self.bookings.local_day(slot.starts_at) for slot in free)
        return [
            Button(text=self.words.day_label(day), data=replace(choice, day=day, minute=None).data)
            for day in list(days)[:_MOST_BUTTONS]
        ]

    async def _times(self, choosing: Choosing, choice: Choice, day: date) -> Screen:
        what = self.what(choosing)
        free = await self.bookings.free(choosing.action, [choosing.thing])
        that_day = [slot for slot in free if self.bookings.local_day(slot.starts_at) == day]
        if not free:
            return await self._days(choosing, choice)
        if not that_day:
            text = self.words.say(BookingText.DAY_FULL, what=what)
            return Screen(text=text, keyboard=rows_of(self.day_buttons(free, choice), DAYS_IN_A_ROW))
        text = self.words.say(BookingText.TIME, what=what, day=self.words.day(day))
        other = Button(
            text=self.words.say(BookingText.BUTTON_OTHER_DAY),
            data=replace(choice, day=None, minute=None).data,
        )
        return Screen(text=text, keyboard=rows_of(self.time_buttons(that_day, choice), TIMES_IN_A_ROW, other))

    def time_buttons(self, slots: Iterable[Slot], choice: Choice | Change) -> list[Button]:
        return [
            Button(text=self.words.time(slot.starts_at), data=self.bookings.choice_of(slot, choice).data)
            for slot in list(slots)[:_MOST_BUTTONS]
        ]

    async def _picked(self, choosing: Choosing, choice: Choice, day: date, minute: int) -> Screen | Picked:
        slot = self.bookings.slot_at(choosing.action, choosing.thing, day, minute)
        free = await self.bookings.free(choosing.action, [choosing.thing])
        if slot is None:
            return await self.with_near(choosing, choice, free, BookingText.TOO_LATE, day, minute)
        if slot not in free:
            return await self.with_near(choosing, choice, free, BookingText.TAKEN, day, minute)
        return Picked(choosing=choosing, slot=slot)

    async def instead(self, choosing: Choosing, slot: Slot, text: BookingText) -> Screen:
        """The nearest free times, after somebody else was quicker or it became too late."""
        choice = Choice(action=choosing.action.id, thing=choosing.thing.code)
        wanted = self.bookings.choice_of(slot, choice)
        free = await self.bookings.free(choosing.action, [choosing.thing])
        return await self.with_near(choosing, choice, free, text, wanted.day, wanted.minute)

    async def with_near(
        self,
        choosing: Choosing,
        choice: Choice | Change,
        free: Sequence[Slot],
        text: BookingText,
        day: date | None,
        minute: int | None,
    ) -> Screen:
        if not free or day is None or minute is None:
            told = self.words.say(BookingText.TAKEN_ALL)
            return Screen(text=told, keyboard=await self._to_others(choosing))
        at = self.bookings.wall(day, minute)
        buttons = [
            Button(text=self.words.short(slot.starts_at), data=self.bookings.choice_of(slot, choice).data)
            for slot in nearest(free, at)
        ]
        other = Button(
            text=self.words.say(BookingText.BUTTON_OTHER_DAY),
            data=replace(choice, day=None, minute=None).data,
        )
        told = f"**{self.what(choosing)}**\n\n{self.words.say(text)}"
        return Screen(text=told, keyboard=rows_of(buttons, 1, other))

    def what(self, choosing: Choosing) -> str:
        return self.words.what(choosing.action, choosing.thing.title)

    def review(self, picked: Picked, *, name: str, phone: str, token: str) -> Screen:
        """All that was entered, read back. `token` makes the tap that follows one request."""
        buttons = [
            Button(text=self.words.say(BookingText.BUTTON_SIGN_UP), data=f"book:ok:{token}"),
            Button(text=self.cancel, data=f"book:no:{token}"),
        ]
        sure = self.words.say(BookingText.SURE)
        return Screen(
            text=f"{self.read_back(picked, name=name, phone=phone)}\n\n{sure}", keyboard=rows_of(buttons, 1)
        )

    def named(self, picked: Picked) -> str:
        """What and when, to stand above a question."""
        return f"**{self.what(picked.choosing)}**\n{self.words.when(picked.slot.starts_at)}"

    def read_back(self, picked: Picked, *, name: str, phone: str) -> str:
        details = self.words.say(BookingText.REVIEW_NAME, name=name) if name else ""
        details += self.words.say(BookingText.REVIEW_PHONE, phone=phone) if phone else ""
        head = self.words.say(
            BookingText.REVIEW,
            what=self.what(picked.choosing),
            when=self.words.when(picked.slot.starts_at),
            details=details,
        )
        conditions = self.bookings.conditions(picked.choosing, self.words.language)
        return "\n\n".join((head, *conditions))

    @property
    def cancel(self) -> str:
        """The button that ends the form."""
        return self.words.say(ServiceText.CANCEL)

    def plain(self, text: BookingText, **values: object) -> Screen:
        return Screen(text=self.words.say(text, **values))


def rows_of(buttons: Sequence[Button], in_a_row: int, *others: Button) -> Keyboard:
    rows = [tuple(buttons[at : at + in_a_row]) for at in range(0, len(buttons), in_a_row)]
    return Keyboard(rows=(*rows, *((other,) for other in others)))
