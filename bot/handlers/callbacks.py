"""The way to a person, and what people do with their requests to be called."""

from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message, Update, User

from bot.domain import Outgoing
from bot.domain.callbacks import Callback
from bot.handlers import callback_forms
from bot.handlers.callback_forms import CallStates, begin, is_held
from bot.handlers.callback_steps import CHANNEL, TALK_WORDS, masked
from bot.handlers.choices import pass_over
from bot.handlers.screens import change, chat_ref, language_of, tell, toast, turn_into
from bot.people.callback_screens.customers import PREFIX, CallbackScreens
from bot.people.callbacks.form import CallForm, Step
from bot.people.callbacks.intents import CallIntent, call_intent, form_reply, is_question
from bot.people.callbacks.wishes import Wish, WishReading
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.callbacks import CallbackText
from bot.understanding.mood import manner_of


def build_router() -> Router:
    router = Router(name="callbacks")
    router.message.register(call_person, Command("operator"))
    router.message.register(call_person, F.text, _wants_person)
    router.message.register(take_words, F.text, F.chat.type == "private")
    router.message.register(take_time, F.text, CallStates.time)
    for name, handler in (
        ("ask", ask),
        ("stay", stay),
        ("join", join),
        ("status", show_status),
        ("time", ask_time),
        ("to", tap_time),
        ("cancel", ask_cancel),
        ("cancel_yes", cancel),
        ("cancel_no", keep),
    ):
        router.callback_query.register(handler, F.data.regexp(rf"^{PREFIX}:{name}(?::|$)"))
    router.include_router(callback_forms.build_router())
    return router


def _wants_person(message: Message, people: People) -> bool:
    """The menu's button, or nothing but the wish for a person in words."""
    text = message.text or ""
    item = people.menu.item_of(text)
    if item is not None:
        return item.is_person
    return message.chat.type == "private" and manner_of(text).wants_person


def screens_for(people: People, person: User | None) -> CallbackScreens:
    return CallbackScreens(people=people, language=language_of(person), now=people.now())


async def call_person(message: Message, event_update: Update, people: People) -> None:
    """Show what can be done at this hour to reach a person."""
    if await is_held(people, message):
        raise SkipHandler
    screens = screens_for(people, message.from_user)
    if message.chat.type == "private":
        screen = screens.choice(may_join=people.handoffs.settings.enabled)
    else:
        screen = Screen(text=screens.say(CallbackText.ONLY_PRIVATE))
    await tell(people, message, event_update, screen)


async def take_words(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    """«Перезвоните мне завтра», «что с моей заявкой?», «отмените заявку»; everything else goes on."""
    intent = call_intent(message.text or "")
    if intent is None or message.from_user is None or await is_held(people, message):
        raise SkipHandler
    if await _is_answer(intent, people, state):
        raise SkipHandler
    screens = screens_for(people, message.from_user)
    callback = await people.callbacks.open_of(CHANNEL, str(message.from_user.id))
    if intent is CallIntent.ASK:
        await begin(message, event_update, people, state, words=message.text or "")
        return
    screen = screens.status(callback, offers=intent is CallIntent.STATUS)
    if intent is CallIntent.CANCEL and callback is not None:
        screen = screens.cancel_sure(callback)
    await tell(people, message, event_update, screen)


async def _is_answer(intent: CallIntent, people: People, state: FSMContext) -> bool:
    """Whether a form that is open takes the words: «позвоните завтра в 10» tells it when."""
    if await state.get_state() == CallStates.time.state:
        return intent is CallIntent.ASK
    if await state.get_state() != CallStates.form.state or intent is CallIntent.STATUS:
        return False
    form = CallForm.from_data(await state.get_data(), people.sealer)
    is_past_number = form is not None and form.step in (Step.DETAILS, Step.CONFIRM)
    return intent is CallIntent.CANCEL or is_past_number


async def ask(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, state: FSMContext
) -> None:
    if query.message is None or query.message.chat.type != "private":
        await pass_over(query, bot, people)
        return
    await toast(bot, query)
    await begin(query, event_update, people, state)


async def stay(query: CallbackQuery, bot: Bot, people: People) -> None:
    text = screens_for(people, query.from_user).say(CallbackText.STAYS)
    await turn_into(people, query, bot, Screen(text))


async def join(query: CallbackQuery, bot: Bot, people: People) -> None:
    """Call a person into this chat; what came of it is told from there."""
    if query.message is None or query.message.chat.type != "private":
        await pass_over(query, bot, people)
        return
    await toast(bot, query)
    person = query.from_user
    await people.handoffs.ask(
        chat_ref(query.message.chat), name=person.full_name, language=language_of(person)
    )


async def show_status(query: CallbackQuery, bot: Bot, event_update: Update, people: People) -> None:
    await toast(bot, query)
    if query.message is None:
        return
    screens = screens_for(people, query.from_user)
    callback = await people.callbacks.open_of(CHANNEL, str(query.from_user.id))
    screen = screens.status(callback)
    await tell(people, query, event_update, screen)


async def ask_time(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, state: FSMContext
) -> None:
    callback = await _own(query, bot, people)
    if callback is None or query.message is None:
        return
    await toast(bot, query)
    screens = screens_for(people, query.from_user)
    await tell(people, query, event_update, screens.ask_time(callback))
    await state.set_state(CallStates.time)


async def tap_time(query: CallbackQuery, bot: Bot, people: People, state: FSMContext) -> None:
    """Another time, by a button."""
    callback = await _own(query, bot, people)
    if callback is None or query.message is None:
        return
    reading = WishReading(people.callbacks.clock, people.tenant.service.callbacks)
    wish = reading.tapped((query.data or "").rpartition(":")[2], people.now())
    if wish is None:
        await pass_over(query, bot, people)
        return
    screens = screens_for(people, query.from_user)
    await toast(bot, query)
    screen = await _move_time(people, screens, callback, "", wish)
    await _leave_time(state)
    await change(people, query.message, *screen)


async def take_time(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    """Another time, in words."""
    text = message.text or ""
    is_other = text.startswith("/") or people.menu.item_of(text) is not None
    if message.from_user is None or is_other or await is_held(people, message):
        raise SkipHandler
    callback = await people.callbacks.open_of(CHANNEL, str(message.from_user.id))
    reading = WishReading(people.callbacks.clock, people.tenant.service.callbacks)
    wish, is_reply = reading.read(text, people.now()), form_reply(text) is not None
    if callback is None or (wish is None and _is_talk(text)):
        raise SkipHandler
    screens = screens_for(people, message.from_user)
    if is_reply:
        screen = Screen(text=screens.say(CallbackText.KEPT))
    elif wish is None:
        screen = screens.ask_time(callback, CallbackText.TIME_NOT_READ)
    else:
        screen = await _move_time(people, screens, callback, masked(people, text), wish)
    await tell(people, message, event_update, screen)
    if is_reply or wish is not None:
        await _leave_time(state)


def _is_talk(text: str) -> bool:
    return is_question(text) or len(text.split()) >= TALK_WORDS


async def ask_cancel(query: CallbackQuery, bot: Bot, event_update: Update, people: People) -> None:
    callback = await _own(query, bot, people)
    if callback is None or query.message is None:
        return
    await toast(bot, query)
    screens = screens_for(people, query.from_user)
    screen = screens.cancel_sure(callback)
    await tell(people, query, event_update, screen)


async def cancel(query: CallbackQuery, bot: Bot, event_update: Update, people: People) -> None:
    number = _number(query)
    move = await people.callbacks.cancel(number, CHANNEL, str(query.from_user.id))
    screens = screens_for(people, query.from_user)
    if not move.done or move.callback is None or query.message is None:
        await _say_closed(query, bot, people, is_known=move.callback is not None)
        return
    await people.cards.refresh(move.callback)
    await people.cards.tell_taker(move.callback)
    cancelled = Outgoing(text=screens.say(CallbackText.CANCELLED))
    name = f"callback-{number}-cancelled"
    await people.outbox.post(move.callback.chat, cancelled, name=name, language=screens.language)
    await toast(bot, query)


async def keep(query: CallbackQuery, bot: Bot, people: People) -> None:
    text = screens_for(people, query.from_user).say(CallbackText.KEPT)
    await turn_into(people, query, bot, Screen(text))


async def _move_time(
    people: People, screens: CallbackScreens, callback: Callback, wished: str, wish: Wish
) -> Screen:
    move = await people.callbacks.move_time(callback, wished[:200], wish.window)
    if move.callback is None or not move.done:
        return Screen(text=screens.say(CallbackText.NO_LONGER))
    await people.cards.refresh(move.callback)
    await people.cards.tell_taker(move.callback)
    changed = CallbackText.TIME_CHANGED if move.callback.told_at else CallbackText.TIME_CHANGED_NOT_TOLD
    text = screens.say(changed, window=screens.window(wish.window))
    moved = f"\n\n{screens.say(CallbackText.CONFIRM_MOVED)}" if wish.is_moved else ""
    return Screen(text=f"{text}{moved}", keyboard=screens.own(move.callback))


async def _leave_time(state: FSMContext) -> None:
    if await state.get_state() == CallStates.time.state:
        await state.set_state(None)


async def _own(query: CallbackQuery, bot: Bot, people: People) -> Callback | None:
    """The open request that the button is of; None, and said so, if it is not the tapper's, or closed."""
    callback = await people.callbacks.find(_number(query))
    is_own = callback is not None and callback.belongs_to(CHANNEL, str(query.from_user.id))
    if callback is None or not is_own or not callback.status.is_open:
        await _say_closed(query, bot, people, is_known=is_own)
        return None
    return callback


async def _say_closed(query: CallbackQuery, bot: Bot, people: People, *, is_known: bool) -> None:
    if is_known:
        await toast(bot, query, screens_for(people, query.from_user).say(CallbackText.NO_LONGER))
    else:
        await pass_over(query, bot, people)


def _number(query: CallbackQuery) -> int:
    """The request's number in the data; -1, which none has, where there is none."""
    parts = (query.data or "").split(":")
    written = parts[2] if len(parts) > 2 else ""
    return int(written) if written.isascii() and written.isdigit() and len(written) <= 15 else -1
