"""What a person sees of the bookings that they have: the list, moving, cancelling."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain import Button, Keyboard
from bot.domain.bookings import Booking
from bot.people.actions.bookings import Choosing
from bot.people.actions.choices import Change
from bot.people.actions.screens import DAYS_IN_A_ROW, TIMES_IN_A_ROW, BookingScreens, Picked, rows_of
from bot.people.actions.slots import Slot
from bot.people.actions.tables import TableAway
from bot.people.screen import Screen
from bot.texts.bookings import BookingText


class OwnScreens:
    """In the language of `way`, the screens on the way to a booking. Methods raise StoreError."""

    def __init__(self, way: BookingScreens) -> None:
        self._way = way
        self._bookings = way.bookings
        self._words = way.words

    async def mine(self, mine: Sequence[Booking]) -> Screen:
        if not mine:
            return Screen(text=self._words.say(BookingText.NONE_OF_MINE))
        lines = [self._words.say(BookingText.MINE)]
        rows: list[tuple[Button, ...]] = []
        for booking in mine:
            what = await self._bookings.what(booking, self._words.language)
            when = self._words.when(booking.starts_at)
            lines.append(self._words.say(BookingText.MINE_LINE, what=what, when=when))
            if booking.starts_at > self._bookings.now():
                rows.append(self._change_buttons(booking, is_only=len(mine) == 1))
        return Screen(text="\n".join(lines), keyboard=Keyboard(rows=tuple(rows)) if rows else None)

    def _change_buttons(self, booking: Booking, *, is_only: bool) -> tuple[Button, ...]:
        when = self._words.short(booking.starts_at)
        named = (
            (BookingText.BUTTON_MOVE, BookingText.BUTTON_CANCEL)
            if is_only
            else (BookingText.BUTTON_MOVE_ONE, BookingText.BUTTON_CANCEL_ONE)
        )
        return tuple(
            Button(text=self._words.say(text, when=when), data=Change(verb=verb, booking_id=booking.id).data)
            for text, verb in zip(named, ("mv", "x"), strict=True)
        )

    async def moving(self, booking: Booking, change: Change) -> Screen:
        """The next step of moving a booking: the day, the time, or whether it is right."""
        choosing = await self._choosing_of(booking)
        if isinstance(choosing, Screen):
            return choosing
        free = await self._bookings.free(choosing.action, [choosing.thing], but_for=booking)
        free = [slot for slot in free if slot.starts_at != booking.starts_at]
        step = replace(change, verb="m")
        now = self._words.when(booking.starts_at)
        what = self._way.what(choosing)
        that_day = [slot for slot in free if self._bookings.local_day(slot.starts_at) == change.day]
        if not free:
            return Screen(
                text=self._words.say(BookingText.FULL, what=what, days=self._words.days(choosing.action))
            )
        if change.day is None or not that_day:
            text = self._words.say(BookingText.MOVE_DAY, what=what, when=now)
            return Screen(text=text, keyboard=rows_of(self._way.day_buttons(free, step), DAYS_IN_A_ROW))
        if change.minute is None:
            text = self._words.say(
                BookingText.MOVE_TIME, what=what, when=now, day=self._words.day(change.day)
            )
            return Screen(text=text, keyboard=rows_of(self._way.time_buttons(that_day, step), TIMES_IN_A_ROW))
        slot = self._bookings.slot_at(choosing.action, choosing.thing, change.day, change.minute)
        if slot is None or slot not in free:
            text_of = BookingText.TOO_LATE if slot is None else BookingText.TAKEN
            return await self._way.with_near(choosing, step, free, text_of, change.day, change.minute)
        return self._move_sure(what, now, slot, change)

    def _move_sure(self, what: str, now: str, slot: Slot, change: Change) -> Screen:
        text = self._words.say(
            BookingText.MOVE_SURE, what=what, old=now, new=self._words.when(slot.starts_at)
        )
        sure = Button(
            text=self._words.say(BookingText.BUTTON_MOVE_SURE), data=replace(change, verb="mok").data
        )
        return Screen(text=text, keyboard=rows_of([sure, self._keep(change.booking_id)], 1))

    async def _choosing_of(self, booking: Booking) -> Choosing | Screen:
        action = self._bookings.action(booking.action)
        if action is None:
            return Screen(text=self._words.say(BookingText.NO_MORE))
        try:
            things = await self._bookings.things(action, self._words.language)
        except TableAway:
            return self._way.away
        found = (Choosing(action=action, thing=thing) for thing in things if thing.id == booking.resource)
        return next(found, Screen(text=self._words.say(BookingText.NO_MORE)))

    async def moving_to(self, booking: Booking, change: Change) -> Picked | Screen:
        """The slot that a booking is to be moved to, if it may still be had."""
        choosing = await self._choosing_of(booking)
        if isinstance(choosing, Screen):
            return choosing
        if change.day is None or change.minute is None:
            return await self.moving(booking, change)
        slot = self._bookings.slot_at(choosing.action, choosing.thing, change.day, change.minute)
        return await self.moving(booking, change) if slot is None else Picked(choosing=choosing, slot=slot)

    def moved(self, picked: Picked, old: Booking, new: Booking) -> Screen:
        what = self._way.what(picked.choosing)
        told = {"old": self._words.when(old.starts_at), "new": self._words.when(new.starts_at)}
        return Screen(text=self._words.say(BookingText.MOVED, what=what, **told))

    async def cancelling(self, booking: Booking) -> Screen:
        what = await self._bookings.what(booking, self._words.language)
        text = self._words.say(BookingText.CANCEL_SURE, what=what, when=self._words.when(booking.starts_at))
        sure = Button(
            text=self._words.say(BookingText.BUTTON_CANCEL_SURE),
            data=Change(verb="xx", booking_id=booking.id).data,
        )
        return Screen(text=text, keyboard=rows_of([sure, self._keep(booking.id)], 1))

    def _keep(self, booking_id: int) -> Button:
        data = Change(verb="k", booking_id=booking_id).data
        return Button(text=self._words.say(BookingText.BUTTON_KEEP), data=data)

    async def told(self, booking: Booking, text: BookingText) -> Screen:
        """A sentence about it, without buttons."""
        what = await self._bookings.what(booking, self._words.language)
        return Screen(text=self._words.say(text, what=what, when=self._words.when(booking.starts_at)))
