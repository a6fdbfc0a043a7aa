"""The form of a request to be called: number, subject with time, and a yes to all of it read back.

Every step is written at once with the update that made it, so that one delivered again changes nothing.
"""

from dataclasses import replace

from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message, Update

from bot.handlers.callback_steps import CHANNEL, CallSteps
from bot.handlers.choices import pass_over
from bot.handlers.screens import change, chat_ref, toast
from bot.people.callback_screens.customers import PREFIX
from bot.people.callbacks.form import CallForm, Step
from bot.people.callbacks.intents import CallIntent, FormReply, call_intent, form_reply
from bot.people.callbacks.phones import shared_phone
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.callbacks import CallbackText


class CallStates(StatesGroup):
    form = State()
    time = State()
    """Another time for a request that stands."""


def build_router() -> Router:
    router = Router(name="callback_forms")
    router.message.register(take_contact, F.contact, CallStates.form)
    router.message.register(begin_by_contact, F.contact, F.chat.type == "private", StateFilter(None))
    router.message.register(refuse_voice, F.voice | F.video_note | F.audio, CallStates.form)
    router.message.register(take_text, F.text, CallStates.form)
    steps = "same|other|at|yes|change|phone|details|drop"
    router.callback_query.register(tap, F.data.regexp(rf"^{PREFIX}:(?:{steps}):"))
    return router


async def is_held(people: People, message: Message) -> bool:
    """Whether a person of the staff has the chat: then all words are for them."""
    return await people.handoffs.is_held(chat_ref(message.chat).key)


async def begin(
    event: Message | CallbackQuery, update: Update, people: People, state: FSMContext, *, words: str = ""
) -> None:
    """Ask for what `words` do not tell, a number and a time maybe, or show the request that is open."""
    way = CallSteps(people, event, update, state)
    before = await way.form()
    if before is not None and before.update_id >= update.update_id:
        return
    callback = await people.callbacks.open_of(CHANNEL, str(way.person.id))
    if callback is not None:
        await way.show(way.screens.status(callback, is_already=True))
        return
    if not way.screens.takes_requests:
        await way.show(way.screens.choice(may_join=False))
        return
    form = way.begun_with(words)
    phone = await people.callbacks.last_phone_of(CHANNEL, str(way.person.id))
    if form.phone:
        await way.take_phone(form, form.phone)
    elif phone is None:
        await way.go(replace(form, step=Step.PHONE), way.screens.ask_phone())
    else:
        await way.go(form, way.screens.ask_same_phone(form.form_id, phone))
    await state.set_state(CallStates.form)


async def take_contact(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    """The person's own number alone: nobody is called at the wish of somebody else."""
    way, form = await _way(message, event_update, people, state)
    if form is None or message.contact is None or way.is_repeated(form):
        return
    phone = _own_phone(message)
    if phone is None:
        fault = CallbackText.PHONE_NO_SUCH if _is_own(message) else CallbackText.CONTACT_OF_ANOTHER
        await way.show(way.screens.ask_phone(fault))
        return
    await way.take_phone(form, phone)


async def begin_by_contact(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    """Who shares their number without being asked, or when the form is forgotten, wants to be called."""
    phone = _own_phone(message)
    if phone is None or message.from_user is None or await is_held(people, message):
        raise SkipHandler
    await begin(message, event_update, people, state, words=phone)


async def refuse_voice(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    if await is_held(people, message):
        raise SkipHandler
    way, _ = await _way(message, event_update, people, state)
    await way.show(Screen(text=way.screens.say(CallbackText.VOICE)))


async def take_text(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    """An answer to the form; a question goes on to the assistant, and the form waits."""
    text = message.text or ""
    is_menu = people.menu.item_of(text) is not None
    if text.startswith("/") or is_menu or await is_held(people, message):
        raise SkipHandler
    way, form = await _way(message, event_update, people, state)
    if form is None:
        await state.set_state(None)
        raise SkipHandler
    if not way.is_repeated(form):
        await _read(way, form, text)


async def _read(way: CallSteps, form: CallForm, text: str) -> None:
    reply = form_reply(text)
    if reply is FormReply.DROP or call_intent(text) is CallIntent.CANCEL:
        await way.drop()
    elif form.step in (Step.SAME, Step.PHONE):
        await way.read_phone(form, text)
    elif form.step is Step.CONFIRM and reply is FormReply.AGREE:
        await way.submit(form)
    elif form.step is Step.CONFIRM and reply is FormReply.REFUSE:
        await way.ask_change(form)
    else:
        await way.read_details(form, text)


async def tap(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, state: FSMContext
) -> None:
    """A button of the form; those of another form, or of one that is over, do nothing."""
    _, step, form_id, *rest = (query.data or "").split(":")
    if query.message is None:
        await pass_over(query, bot, people)
        return
    way = CallSteps(people, query, event_update, state)
    form = await way.form()
    if form is None or form.form_id != form_id:
        callback = await people.callbacks.by_key(way.key(form_id)) if step == "yes" else None
        if callback is None or not callback.belongs_to(CHANNEL, str(query.from_user.id)):
            await pass_over(query, bot, people)
            return
        await toast(bot, query)
        if callback.status.is_open:
            await way.show(way.screens.status(callback))
        return
    await toast(bot, query)
    if way.is_repeated(form) and step != "yes":
        return
    if step == "change" and isinstance(query.message, Message):
        text = way.screens.say(CallbackText.WHAT_TO_CHANGE)
        await change(people, query.message, text, way.screens.what_to_change(form_id))
    else:
        await way.tapped(form, step, rest)


def _is_own(message: Message) -> bool:
    contact, person = message.contact, message.from_user
    is_theirs = contact is not None and person is not None and contact.user_id == person.id
    return is_theirs and message.forward_origin is None


def _own_phone(message: Message) -> str | None:
    """None: it is somebody else's, or nobody can call it."""
    contact = message.contact
    return shared_phone(contact.phone_number) if contact is not None and _is_own(message) else None


async def _way(
    message: Message, update: Update, people: People, state: FSMContext
) -> tuple[CallSteps, CallForm | None]:
    if message.from_user is None:
        raise SkipHandler
    way = CallSteps(people, message, update, state)
    return way, await way.form()
