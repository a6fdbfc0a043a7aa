"""The form of a booking: the name, the number, and all of it read back."""

import structlog
from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Chat, Message, Update, User

from bot.domain import Button, Keyboard
from bot.domain.bookings import Booker
from bot.errors import DeliveryError
from bot.handlers.choices import pass_over
from bot.handlers.screens import chat_ref, language_of, tell, toast
from bot.people.actions.choices import Choice
from bot.people.actions.drafts import FIELD, BookingDraft, looks_like_question, read_name
from bot.people.actions.reading import speaks_of_actions
from bot.people.actions.screens import BookingScreens, Picked
from bot.people.callbacks.intents import FormReply, form_reply
from bot.people.callbacks.phones import PhoneFault, read_phone, shared_phone, shown_phone
from bot.people.menu import Menu
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.bookings import BookingText
from bot.understanding.messages import small_talk

log = structlog.get_logger()


class Form(StatesGroup):
    name = State()
    phone = State()
    review = State()


def build_router() -> Router:
    router = Router(name="booking_forms")
    private = F.chat.type == "private"
    router.message.register(give_up, private, Command("cancel"), StateFilter(Form))
    router.message.register(give_up, private, StateFilter(Form), F.text, F.text.func(_drops))
    router.message.register(take_name, private, StateFilter(Form.name), F.text)
    router.message.register(take_contact, private, StateFilter(Form.phone), F.contact)
    router.message.register(take_phone, private, StateFilter(Form.phone), F.text)
    router.callback_query.register(use_own_name, F.data.startswith("book:me:"))
    router.callback_query.register(stop, F.data.startswith("book:no:"))
    return router


def screens(people: People, person: User | None) -> BookingScreens:
    return BookingScreens(people.bookings, language_of(person), phone=people.tenant.contacts.phone)


def booker_of(chat: Chat, person: User) -> Booker:
    name = person.full_name.encode("utf-8", "ignore").decode()
    return Booker(chat=chat_ref(chat), person_id=str(person.id), name=name, language=language_of(person))


async def turn_or_show(people: People, query: CallbackQuery, update: Update, screen: Screen) -> None:
    """Make the tapped message this screen; show it anew where that message cannot be changed."""
    message = query.message
    if message is None:
        return
    try:
        if isinstance(message, Message):
            chat = chat_ref(message.chat)
            await people.delivery.change(chat, message.message_id, screen.text, screen.keyboard)
            return
    except DeliveryError as error:
        log.info("screen_shown_anew", reason=type(error).__name__)
    await tell(people, query, update, screen)


async def ask_on(
    query: CallbackQuery,
    update: Update,
    people: People,
    state: FSMContext,
    draft: BookingDraft,
    picked: Picked,
) -> None:
    """What is missing still, in the tapped message where that has no keyboard under the input field."""
    way, needs = screens(people, query.from_user), picked.choosing.action.needs
    if "name" in needs and not draft.name:
        await state.set_state(Form.name)
        await turn_or_show(people, query, update, _ask_name(way, draft, picked, query.from_user))
    elif "phone" in needs and not draft.phone_sealed:
        await state.set_state(Form.phone)
        await turn_or_show(people, query, update, Screen(text=way.named(picked)))
        await _ask_phone(people, query, update)
    else:
        await state.set_state(Form.review)
        await turn_or_show(people, query, update, review(people, way, draft, picked))


def _ask_name(way: BookingScreens, draft: BookingDraft, picked: Picked, person: User) -> Screen:
    own = read_name(person.first_name)
    stop_button = Button(text=way.cancel, data=f"book:no:{draft.token}")
    rows = ((Button(text=own, data=f"book:me:{draft.token}"),),) if own else ()
    text = f"{way.named(picked)}\n\n{way.plain(BookingText.NAME).text}"
    return Screen(text=text, keyboard=Keyboard(rows=(*rows, (stop_button,))))


async def _ask_phone(people: People, event: Message | CallbackQuery, update: Update) -> None:
    way = screens(people, event.from_user)
    contact = Button(text=way.plain(BookingText.BUTTON_CONTACT).text, asks_contact=True)
    keyboard = Keyboard(rows=((contact,), (Button(text=way.cancel),)), is_field=True)
    await tell(people, event, update, Screen(way.plain(BookingText.PHONE).text, keyboard), name="phone")


def review(people: People, way: BookingScreens, draft: BookingDraft, picked: Picked) -> Screen:
    phone = shown_phone(people.sealer.open(draft.phone_sealed)) if draft.phone_sealed else ""
    return way.review(picked, name=draft.name, phone=phone, token=draft.token)


async def draft_of(state: FSMContext, token: str) -> BookingDraft | None:
    """The draft that the button belongs to; None: it is of another time, or of somebody else."""
    draft = BookingDraft.in_form(await state.get_data())
    return draft if draft is not None and draft.token == token else None


async def use_own_name(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, state: FSMContext
) -> None:
    """The name that the messenger has is the one to use."""
    draft = await draft_of(state, (query.data or "").removeprefix("book:me:"))
    name = read_name(query.from_user.first_name)
    if draft is None or name is None:
        await pass_over(query, bot, people)
        return
    draft = draft.with_name(name)
    await state.update_data(draft.for_form)
    await toast(bot, query)
    following = await picked_of(people, draft, query.from_user)
    if isinstance(following, Screen):
        await turn_or_show(people, query, event_update, following)
        return
    await ask_on(query, event_update, people, state, draft, following)


async def picked_of(people: People, draft: BookingDraft, person: User) -> Screen | Picked:
    """The slot of a draft, if it can still be had."""
    local = draft.moment.astimezone(people.tenant.zone)
    choice = Choice(
        action=draft.action, thing=draft.thing, day=local.date(), minute=local.hour * 60 + local.minute
    )
    return await screens(people, person).after(choice)


async def take_name(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    text, person = message.text or "", message.from_user
    draft = BookingDraft.in_form(await state.get_data())
    if draft is None or person is None or _is_for_others(people, text):
        raise SkipHandler
    name = read_name(text)
    if name is None:
        await _say(people, message, event_update, BookingText.NAME_UNCLEAR, person)
        return
    await state.update_data(draft.with_name(name).for_form)
    await _go_on(message, event_update, people, state, draft.with_name(name), person)


def _is_for_others(people: People, text: str) -> bool:
    is_pressed = Menu(people.texts, people.tenant.actions).item_of(text) is not None
    is_talk = small_talk(text) is not None
    is_asked = looks_like_question(text) or speaks_of_actions(text)
    return text.startswith("/") or is_pressed or is_talk or is_asked


def _drops(text: str) -> bool:
    """«Отмена», «передумал», «нет»: no name and no number."""
    return form_reply(text) in (FormReply.DROP, FormReply.REFUSE)


async def _say(
    people: People, message: Message, update: Update, text: BookingText, person: User, name: str = "said"
) -> None:
    await tell(people, message, update, screens(people, person).plain(text), name=name)


async def _go_on(
    message: Message,
    update: Update,
    people: People,
    state: FSMContext,
    draft: BookingDraft,
    person: User,
) -> None:
    """The next question after a typed answer, or all that was entered, read back."""
    following = await picked_of(people, draft, person)
    if isinstance(following, Screen):
        await tell(people, message, update, following)
    elif "phone" in following.choosing.action.needs and not draft.phone_sealed:
        await state.set_state(Form.phone)
        await _ask_phone(people, message, update)
    else:
        await state.set_state(Form.review)
        way = screens(people, person)
        await tell(people, message, update, review(people, way, draft, following))


async def take_contact(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    contact, person = message.contact, message.from_user
    draft = BookingDraft.in_form(await state.get_data())
    if draft is None or contact is None or person is None:
        raise SkipHandler
    if contact.user_id != person.id:
        await _say(people, message, event_update, BookingText.PHONE_FOREIGN, person)
        return
    await _note_phone(message, event_update, people, state, shared_phone(contact.phone_number))


async def take_phone(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    text = message.text or ""
    is_elsewhere = text.startswith("/") or Menu(people.texts, people.tenant.actions).item_of(text) is not None
    if is_elsewhere or BookingDraft.in_form(await state.get_data()) is None:
        raise SkipHandler
    phone = read_phone(text, people.tenant.service.callbacks.region, own=people.tenant.phones)
    if phone is None and looks_like_question(text):
        raise SkipHandler
    await _note_phone(message, event_update, people, state, None if isinstance(phone, PhoneFault) else phone)


async def _note_phone(
    message: Message, update: Update, people: People, state: FSMContext, phone: str | None
) -> None:
    """`phone` None: it cannot be called."""
    draft, person = BookingDraft.in_form(await state.get_data()), message.from_user
    if draft is None or person is None:
        raise SkipHandler
    if phone is None:
        await _say(people, message, update, BookingText.PHONE_UNCLEAR, person)
        return
    draft = draft.with_phone(people.sealer.seal(phone))
    await state.update_data(draft.for_form)
    words = screens(people, person).plain(BookingText.PHONE_NOTED).text
    menu = Menu(people.texts, people.tenant.actions).keyboard(language_of(person))
    await tell(people, message, update, Screen(words, menu), name="noted")
    await _go_on(message, update, people, state, draft, person)


async def stop(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, state: FSMContext
) -> None:
    draft = await draft_of(state, (query.data or "").removeprefix("book:no:"))
    if draft is None:
        await pass_over(query, bot, people)
        return
    await close(state)
    await toast(bot, query)
    await turn_or_show(
        people, query, event_update, screens(people, query.from_user).plain(BookingText.STOPPED)
    )


async def give_up(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    """/cancel, or words to that effect, end the form; the menu comes back under the input field."""
    if message.from_user is None:
        return
    await close(state)
    words = screens(people, message.from_user).plain(BookingText.STOPPED).text
    menu = Menu(people.texts, people.tenant.actions).keyboard(language_of(message.from_user))
    await tell(people, message, event_update, Screen(words, menu))


async def close(state: FSMContext) -> None:
    await state.update_data({FIELD: None})
    if await state.get_state() in Form:
        await state.set_state(None)
