"""What came of a call, in the operator's own words: asked for by a button, taken from their next message."""

from aiogram import Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.callbacks import Callback
from bot.domain.staff import Member, Role
from bot.guard.personal_data import mask, named_labels
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell
from bot.handlers.staff_words import begin, words_in
from bot.people.callback_screens.handing import tell_news
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.cards import DeskText
from bot.texts.literal import literal

_LONGEST = 300


class Result(StatesGroup):
    words = State()


def build_router() -> Router:
    router = Router(name="staff_result")
    writing = StateFilter(Result.words)
    router.message.register(take_words, writing, HasRole(Role.OPERATOR))
    return router


async def ask_for_words(
    query: CallbackQuery, update: Update, people: People, callback: Callback, state: FSMContext
) -> None:
    """From now on the operator's next words here are what came of the call."""
    if query.message is None:
        return
    await begin(people, state, Result.words, query, callback=callback.callback_id)
    text = people.texts.say(DeskText.WRITE_RESULT, language_of(query.from_user), number=callback.callback_id)
    await tell(people, query, update, Screen(text))


async def take_words(
    message: Message, event_update: Update, people: People, member: Member, state: FSMContext
) -> None:
    """Close the request with them; what cannot be kept is asked for again."""
    words = await words_in(people, message, state)
    if words is None:
        await state.clear()
        await _say(message, event_update, people, DeskText.RESULT_DROPPED)
        return
    if not 0 < len(words) <= _LONGEST:
        await _say(message, event_update, people, DeskText.RESULT_WORDS_ONLY, most=_LONGEST)
        return
    number = int((await state.get_data())["callback"])
    result = named_labels(mask(words, keep=people.tenant.phones).text)
    moved = await people.callbacks.done(number, member, result)
    await state.clear()
    if not moved.done or moved.callback is None:
        await _say(message, event_update, people, DeskText.RESULT_TOO_LATE, number=number)
        return
    await people.staff.note_act(member, "callback_done", moved.callback.subject, tries=moved.callback.tries)
    await people.cards.refresh(moved.callback)
    await tell_news(people, moved.callback)
    noted = literal(moved.callback.result)
    await _say(message, event_update, people, DeskText.RESULT_NOTED, number=number, result=noted)


async def _say(message: Message, update: Update, people: People, text: DeskText, **values: object) -> None:
    words = people.texts.say(text, language_of(message.from_user), **values)
    await tell(people, message, update, Screen(words))
