"""Booking by taps: which thing, which day, what time, and the last yes."""

from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message, Update, User

from bot.domain.bookings import Booker, Booking, Refusal, Wish
from bot.handlers.booking_forms import (
    Form,
    ask_on,
    booker_of,
    close,
    draft_of,
    picked_of,
    review,
    screens,
    turn_or_show,
)
from bot.handlers.choices import pass_over
from bot.handlers.screens import language_of, tell, toast
from bot.people.actions.bookings import MOST_AHEAD, Choosing
from bot.people.actions.choices import Choice
from bot.people.actions.drafts import BookingDraft
from bot.people.actions.screens import BookingScreens, Picked
from bot.people.actions.slots import Slot
from bot.people.callbacks.intents import FormReply, form_reply
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.bookings import BookingText


def build_router() -> Router:
    router = Router(name="bookings")
    router.message.register(start, Command("book"))
    router.callback_query.register(
        refuse_in_group, F.data.startswith("book:"), F.message.chat.type != "private"
    )
    router.callback_query.register(choose, F.data.startswith("book:w:"))
    router.callback_query.register(confirm, F.data.startswith("book:ok:"))
    router.message.register(
        agree, F.chat.type == "private", StateFilter(Form.review), F.text, F.text.func(_agrees)
    )
    return router


async def start(message: Message, event_update: Update, people: People) -> None:
    if message.from_user is None:
        return
    way = screens(people, message.from_user)
    is_private = message.chat.type == "private"
    screen = await way.first() if is_private else way.plain(BookingText.IN_PRIVATE)
    await tell(people, message, event_update, screen)


async def refuse_in_group(query: CallbackQuery, bot: Bot, people: People) -> None:
    if query.data is not None and query.data.startswith("book:tel:"):
        raise SkipHandler
    way = screens(people, query.from_user)
    await toast(bot, query, way.plain(BookingText.IN_PRIVATE).text, alert=True)


async def choose(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, state: FSMContext
) -> None:
    """The next step after a tap on a thing, a day or a time."""
    choice = Choice.parse(query.data or "")
    if choice is None or query.message is None:
        await pass_over(query, bot, people)
        return
    way = screens(people, query.from_user)
    following = await way.after(choice)
    await toast(bot, query)
    if isinstance(following, Screen):
        await turn_or_show(people, query, event_update, following)
        return
    before = BookingDraft.in_form(await state.get_data())
    draft = BookingDraft.of(following, f"{event_update.update_id}", before)
    await state.update_data(draft.for_form)
    await ask_on(query, event_update, people, state, draft, following)


async def confirm(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, state: FSMContext
) -> None:
    """The yes: whoever is first has the slot, and only what is stored is promised."""
    token = (query.data or "").removeprefix("book:ok:")
    if query.message is None:
        await pass_over(query, bot, people)
        return
    booker = booker_of(query.message.chat, query.from_user)
    request_key = f"{booker.chat.key}:{token}"
    draft = await draft_of(state, token)
    if draft is None or not _is_full(people, draft):
        await _repeat(query, bot, people, await people.bookings.of_request(request_key, booker))
        return
    done = await people.bookings.of_request(request_key, booker)
    if done is not None:
        await close(state)
        await _repeat(query, bot, people, done)
        return
    screen, is_booked = await _carry_out(people, query.from_user, booker, draft, request_key)
    await toast(bot, query)
    await turn_or_show(people, query, event_update, screen)
    if is_booked:
        await close(state)


async def agree(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    """The yes in words."""
    draft, person = BookingDraft.in_form(await state.get_data()), message.from_user
    if draft is None or person is None or not _is_full(people, draft):
        raise SkipHandler
    booker = booker_of(message.chat, person)
    request_key = f"{booker.chat.key}:{draft.token}"
    done = await people.bookings.of_request(request_key, booker)
    if done is None:
        screen, is_booked = await _carry_out(people, person, booker, draft, request_key)
        await tell(people, message, event_update, screen)
    else:
        is_booked = True
        await people.bookings.announce(done, language_of(person))
    if is_booked:
        await close(state)


def _agrees(text: str) -> bool:
    return form_reply(text) is FormReply.AGREE


async def _carry_out(
    people: People, person: User, booker: Booker, draft: BookingDraft, request_key: str
) -> tuple[Screen, bool]:
    """Book it, and what is said of it; False: it cannot be had, and the screen says why."""
    following = await picked_of(people, draft, person)
    if isinstance(following, Screen):
        return following, False
    wish = Wish(
        action=draft.action,
        resource=following.slot.resource,
        starts_at=following.slot.starts_at,
        ends_at=following.slot.ends_at,
        request_key=request_key,
        name=draft.name,
        phone_sealed=draft.phone_sealed,
    )
    outcome = await people.bookings.book(booker, wish)
    way = screens(people, person)
    if isinstance(outcome, Booking):
        return _booked(people, way, draft, following), True
    return await explain(way, outcome, following.choosing, following.slot), False


def _is_full(people: People, draft: BookingDraft) -> bool:
    """Nobody gets past the questions by a button that was not shown yet."""
    action = people.bookings.action(draft.action)
    return action is None or draft.has_all(action.needs)


def _booked(people: People, way: BookingScreens, draft: BookingDraft, picked: Picked) -> Screen:
    """What was read back, without the buttons: the promise follows in a message of its own."""
    return Screen(text=review(people, way, draft, picked).text.rpartition("\n\n")[0])


async def _repeat(query: CallbackQuery, bot: Bot, people: People, done: Booking | None) -> None:
    """A second tap on the same yes: nothing happens, except that a promise cut off by a kill is made good."""
    if done is None:
        await pass_over(query, bot, people)
        return
    way = screens(people, query.from_user)
    if done.is_active:
        await people.bookings.announce(done, language_of(query.from_user))
    told = BookingText.BOOKED_ALREADY if done.is_active else BookingText.NOT_YOURS
    await toast(bot, query, way.plain(told).text)


async def explain(way: BookingScreens, refusal: Refusal, choosing: Choosing, slot: Slot) -> Screen:
    """Why it cannot be had, with what can."""
    match refusal:
        case Refusal.TAKEN:
            return await way.instead(choosing, slot, BookingText.TAKEN)
        case Refusal.TOO_MANY:
            return way.plain(BookingText.TOO_MANY, count=MOST_AHEAD)
        case Refusal.OWN_OVERLAP:
            return way.plain(BookingText.OWN_OVERLAP)
        case Refusal.GONE:
            return way.plain(BookingText.NOT_YOURS)
