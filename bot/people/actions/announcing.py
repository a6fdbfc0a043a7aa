"""What people and staff are told of a booking, each once."""

from bot.delivery.kept_files import KeptFiles
from bot.domain import Button, FileRef, Keyboard, Outgoing, Purpose
from bot.domain.bookings import Booking
from bot.domain.moments import Now
from bot.people.actions.calendar_file import calendar_file
from bot.people.actions.choices import Change, Choice
from bot.people.actions.wording import Wording
from bot.people.staff_posts import StaffPosts
from bot.queue.outbox import Outbox
from bot.tenant import Tenant
from bot.tenant.actions import Booking as Action
from bot.tenant.shapes import worded
from bot.texts.bookings import BookingText
from bot.texts.catalogue import Texts

REMINDER_SUBJECT = "booking:"
"""Before the id, in the subject of what may go only while the booking stands."""


class Announcer:
    """Posts under names that come from the booking, so that a repetition changes nothing."""

    def __init__(
        self,
        *,
        tenant: Tenant,
        texts: Texts,
        outbox: Outbox,
        posts: StaffPosts,
        files: KeptFiles,
        now: Now,
    ) -> None:
        self._tenant = tenant
        self._texts = texts
        self._outbox = outbox
        self._posts = posts
        self._files = files
        self._now = now

    async def promise(
        self,
        booking: Booking,
        action: Action | None,
        before: Booking | None,
        *,
        language: str,
        first: int,
        moves: int,
    ) -> None:
        """`before`: what it was moved from. `first` and `moves` as `BookingStore.first_of` tells them."""
        wording = Wording(self._tenant, self._texts, language)
        what = self._what(booking, action, language)
        text = BookingText.DONE if before is None else BookingText.DONE_MOVED
        parts = [
            wording.say(text, what=what, when=wording.when(booking.starts_at)),
            *self._conditions(booking, action, language),
            wording.say(BookingText.ONCE_MORE),
        ]
        promise = Outgoing(text="\n\n".join(parts), keyboard=changes(booking, wording))
        await self._outbox.post(booking.booker.chat, promise, name=f"booked-{booking.id}", language=language)
        content = calendar_file(booking, what, self._tenant, first=first, moves=moves, stamped_at=self._now())
        key = await self._files.keep(content, f"booking-{booking.id}")
        note = Outgoing(
            text=wording.say(BookingText.CALENDAR), file=FileRef(key=key, name=f"{booking.action}.ics")
        )
        await self._outbox.post(booking.booker.chat, note, name=f"calendar-{booking.id}", language=language)
        await self._tell_staff(booking, action, before)

    async def _tell_staff(self, booking: Booking, action: Action | None, before: Booking | None) -> None:
        wording = self._for_staff
        told = {
            "what": self._what(booking, action, wording.language),
            "when": wording.when(booking.starts_at),
            "name": booking.name or booking.booker.name,
        }
        if before is None:
            text = wording.say(BookingText.CARD_NEW, **told)
        else:
            text = wording.say(BookingText.CARD_MOVED, old=wording.when(before.starts_at), **told)
            await self._posts.change(_card(before), text, self._phone_button(booking))
        await self._posts.tell(_card(booking), text, self._phone_button(booking))

    async def tell_cancelled(self, booking: Booking, action: Action | None) -> None:
        await self._end(booking, action, BookingText.CARD_CANCELLED)

    async def _end(self, booking: Booking, action: Action | None, text: BookingText) -> None:
        wording = self._for_staff
        told = wording.say(
            text,
            what=self._what(booking, action, wording.language),
            when=wording.when(booking.starts_at),
            name=booking.name or booking.booker.name,
        )
        await self._posts.change(_card(booking), told, self._phone_button(booking))
        await self._posts.tell(_card(booking), told, self._phone_button(booking), name="end")

    async def remind(self, booking: Booking, action: Action | None, minutes: int) -> None:
        """`minutes` names the reminder."""
        language = booking.booker.language
        wording = Wording(self._tenant, self._texts, language)
        parts = [
            wording.say(
                BookingText.REMINDER,
                what=self._what(booking, action, language),
                when=wording.when(booking.starts_at),
            ),
            *self._conditions(booking, action, language),
        ]
        reminder = Outgoing(
            text="\n\n".join(parts),
            keyboard=changes(booking, wording),
            purpose=Purpose.REMINDER,
            subject=f"{REMINDER_SUBJECT}{booking.id}",
        )
        name = f"remind-{booking.id}-{minutes}"
        await self._outbox.post(booking.booker.chat, reminder, name=name, language=language)

    async def tell_gone(self, booking: Booking, action: Action) -> None:
        """What was booked is there no longer."""
        language = booking.booker.language
        wording = Wording(self._tenant, self._texts, language)
        other = Button(text=wording.say(BookingText.BUTTON_OTHER_THING), data=Choice(action=action.id).data)
        told = Outgoing(
            text=wording.say(
                BookingText.GONE_TOLD,
                what=self._what(booking, action, language),
                when=wording.when(booking.starts_at),
            ),
            keyboard=Keyboard(rows=((other,),)),
        )
        await self._outbox.post(booking.booker.chat, told, name=f"gone-{booking.id}", language=language)
        await self._end(booking, action, BookingText.CARD_GONE)

    @property
    def _for_staff(self) -> Wording:
        return Wording(self._tenant, self._texts, self._posts.language)

    def _phone_button(self, booking: Booking) -> Keyboard | None:
        if not booking.phone_sealed:
            return None
        text = self._for_staff.say(BookingText.CARD_PHONE)
        data = Change(verb="tel", booking_id=booking.id).data
        return Keyboard(rows=((Button(text=text, data=data),),))

    def _what(self, booking: Booking, action: Action | None, language: str) -> str:
        resources = action.resources if action is not None else ()
        named = (one.called(language) for one in resources if one.id == booking.resource)
        wording = Wording(self._tenant, self._texts, language)
        return wording.what(action, next(named, booking.resource))

    def _conditions(self, booking: Booking, action: Action | None, language: str) -> list[str]:
        if action is None:
            return []
        things = (one.conditions for one in action.resources if one.id == booking.resource)
        return [worded(told, language) for told in (action.conditions, *things) if told]


def changes(booking: Booking, wording: Wording) -> Keyboard:
    """The buttons by which a booking is moved and cancelled."""
    move = Change(verb="mv", booking_id=booking.id).data
    cancel = Change(verb="x", booking_id=booking.id).data
    return Keyboard(
        rows=(
            (
                Button(text=wording.say(BookingText.BUTTON_MOVE), data=move),
                Button(text=wording.say(BookingText.BUTTON_CANCEL), data=cancel),
            ),
        )
    )


def _card(booking: Booking) -> str:
    return f"{REMINDER_SUBJECT}{booking.id}"
