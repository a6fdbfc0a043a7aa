"""The bookings that people have: the list, moving, cancelling; and the customer's number, for staff."""

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.bookings import Booking, Refusal
from bot.domain.staff import Member, Role
from bot.handlers.booking_forms import booker_of, screens, turn_or_show
from bot.handlers.bookings import explain
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import tell, toast
from bot.people.actions.choices import Change
from bot.people.actions.own_screens import OwnScreens
from bot.people.actions.words import MINE
from bot.people.callbacks.phones import shown_phone
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.bookings import BookingText

_CHANGES = ("book:mv:", "book:m:", "book:x:", "book:k:")


def build_router() -> Router:
    router = Router(name="bookings_kept")
    router.message.register(list_mine, Command("bookings"))
    router.callback_query.register(show_mine, F.data == MINE)
    router.callback_query.register(ask_on, F.data.startswith(_CHANGES))
    router.callback_query.register(move, F.data.startswith("book:mok:"))
    router.callback_query.register(cancel, F.data.startswith("book:xx:"))
    return router


def build_staff_router() -> Router:
    router = Router(name="bookings_staff")
    router.callback_query.register(show_phone, F.data.startswith("book:tel:"), HasRole(Role.OPERATOR))
    return router


async def list_mine(message: Message, event_update: Update, people: People) -> None:
    if message.from_user is None:
        return
    way = screens(people, message.from_user)
    if message.chat.type != "private":
        screen = way.plain(BookingText.IN_PRIVATE)
    else:
        mine = await people.bookings.mine(booker_of(message.chat, message.from_user))
        screen = await OwnScreens(way).mine(mine)
    await tell(people, message, event_update, screen)


async def show_mine(query: CallbackQuery, bot: Bot, event_update: Update, people: People) -> None:
    await toast(bot, query)
    if query.message is None:
        return
    mine = await people.bookings.mine(booker_of(query.message.chat, query.from_user))
    screen = await OwnScreens(screens(people, query.from_user)).mine(mine)
    await tell(people, query, event_update, screen)


async def _asked(query: CallbackQuery, bot: Bot, people: People) -> tuple[Change, Booking | None] | None:
    """What the button means, and the booking if it is theirs and ahead; None: it means nothing any more."""
    change = Change.parse(query.data or "")
    if change is None or query.message is None:
        await pass_over(query, bot, people)
        return None
    booker = booker_of(query.message.chat, query.from_user)
    return change, await people.bookings.find(change.booking_id, booker)


async def ask_on(query: CallbackQuery, bot: Bot, event_update: Update, people: People) -> None:
    """Whatever changes nothing yet."""
    asked = await _asked(query, bot, people)
    if asked is None:
        return
    change, booking = asked
    way = screens(people, query.from_user)
    await toast(bot, query)
    screen = await _next(OwnScreens(way), booking, change) if booking else way.plain(BookingText.NOT_YOURS)
    await turn_or_show(people, query, event_update, screen)


async def _next(own: OwnScreens, booking: Booking, change: Change) -> Screen:
    match change.verb:
        case "x":
            return await own.cancelling(booking)
        case "k":
            return await own.told(booking, BookingText.KEPT)
        case _:
            return await own.moving(booking, change)


async def move(query: CallbackQuery, bot: Bot, event_update: Update, people: People) -> None:
    """The yes to moving: the old slot is given back only with the new one taken."""
    asked = await _asked(query, bot, people)
    if asked is None or query.message is None:
        return
    change, booking = asked
    way = screens(people, query.from_user)
    booker = booker_of(query.message.chat, query.from_user)
    request_key = f"{booker.chat.key}:{change.data}"
    done = await people.bookings.of_request(request_key, booker)
    if done is not None:
        if done.is_active:
            await people.bookings.announce(done, booker.language)
        await toast(bot, query, way.plain(BookingText.BOOKED_ALREADY).text if done.is_active else "")
        return
    await toast(bot, query)
    if booking is None:
        await turn_or_show(people, query, event_update, way.plain(BookingText.NOT_YOURS))
        return
    picked = await OwnScreens(way).moving_to(booking, change)
    if isinstance(picked, Screen):
        await turn_or_show(people, query, event_update, picked)
        return
    outcome = await people.bookings.move(booking, booker, picked.slot, request_key)
    if isinstance(outcome, Booking):
        screen = OwnScreens(way).moved(picked, booking, outcome)
    elif outcome is Refusal.TAKEN:
        screen = await OwnScreens(way).moving(booking, change)
    else:
        screen = await explain(way, outcome, picked.choosing, picked.slot)
    await turn_or_show(people, query, event_update, screen)


async def cancel(query: CallbackQuery, bot: Bot, event_update: Update, people: People) -> None:
    asked = await _asked(query, bot, people)
    if asked is None or query.message is None:
        return
    change, _ = asked
    way = screens(people, query.from_user)
    booker = booker_of(query.message.chat, query.from_user)
    cancelled = await people.bookings.cancel(change.booking_id, booker)
    await toast(bot, query)
    screen = (
        way.plain(BookingText.NOT_YOURS)
        if cancelled is None
        else await OwnScreens(way).told(cancelled, BookingText.CANCELLED)
    )
    await turn_or_show(people, query, event_update, screen)


async def show_phone(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    """The number for one of the staff alone; who looked is on record."""
    asked = Change.parse(query.data or "")
    booking = await people.bookings.known(asked.booking_id) if asked is not None else None
    if booking is None or not booking.phone_sealed:
        await pass_over(query, bot, people)
        return
    await people.staff.note_act(member, "phone_shown", f"booking:{booking.id}")
    words = screens(people, query.from_user).plain(
        BookingText.CARD_PHONE_SHOWN,
        name=booking.name or booking.booker.name,
        phone=shown_phone(people.sealer.open(booking.phone_sealed)),
    )
    await toast(bot, query, words.text, alert=True)
