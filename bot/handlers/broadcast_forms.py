"""/broadcast: an admin writes a message to many, says whom it is for, sees it as they will, and sends it."""

from dataclasses import replace

from aiogram import Bot, F, Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.broadcasts import Audience
from bot.domain.broadcasts import Message as ToMany
from bot.domain.staff import Member, Role
from bot.handlers.broadcast_steps import FORMS, TAPS, Drafting, Writing
from bot.handlers.choices import pass_over
from bot.handlers.marked_text import markdown_in
from bot.handlers.roles import HasRole
from bot.handlers.screens import change, language_of, tell, thread_of, toast
from bot.handlers.staff_words import ASKED_AT, words_in
from bot.people.broadcasts.draft_screens import DATA, SHOWN, DraftTap
from bot.people.broadcasts.drafts import Draft
from bot.people.broadcasts.wording import Wording
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.broadcasts import BroadcastText

_ASKED = (Drafting.text, Drafting.button, Drafting.promo, Drafting.days)


def build_router() -> Router:
    router = Router(name="broadcast_forms")
    admin = HasRole(Role.ADMIN)
    router.message.register(begin, Command("broadcast"), admin)
    router.message.register(take_words, StateFilter(*_ASKED), F.text, admin)
    router.message.register(refuse, StateFilter(*_ASKED), admin)
    router.callback_query.register(tap_preview, F.data == SHOWN, admin)
    router.callback_query.register(take_tap, F.data.startswith(DATA), admin)
    return router


async def begin(
    message: Message, event_update: Update, people: People, state: FSMContext, member: Member
) -> None:
    words = _words(people, message)
    if message.chat.type != "private":
        await tell(people, message, event_update, Screen(words.say(BroadcastText.ONLY_PRIVATE)))
        return
    count = await people.broadcasts.count(Audience())
    if not count:
        await tell(people, message, event_update, Screen(words.say(BroadcastText.NOBODY_AGREED)))
        return
    draft = Draft(token=str(event_update.update_id), message=ToMany(text=""))
    await state.set_state(Drafting.text)
    asked_at = people.now().timestamp()
    await state.set_data({"draft": draft.to_value(), "thread": thread_of(message), ASKED_AT: asked_at})
    text = words.say(BroadcastText.ASK_TEXT, people=words.people(count))
    running = await people.broadcasts.under_way()
    if running:
        others = words.say(BroadcastText.OTHERS_RUN, number=running[-1].broadcast_id)
        text = f"{text}\n\n{others}"
    await tell(people, message, event_update, Screen(text))


async def take_words(
    message: Message, event_update: Update, people: People, state: FSMContext, member: Member
) -> None:
    """Whatever was asked for last; what does not fit is told, and asked for again."""
    said, asked = await words_in(people, message, state), await state.get_state()
    at = await _at(people, state, message, event_update, member)
    if at is None:
        return
    if said is None:
        await _leave(message, at)
        return
    if asked == Drafting.text.state:
        said = markdown_in(message)
    screen = await FORMS[str(asked)](at, said)
    await tell(people, message, event_update, screen)


async def refuse(message: Message, event_update: Update, people: People, state: FSMContext) -> None:
    """A photo or a voice note."""
    await words_in(people, message, state)
    await tell(people, message, event_update, Screen(_words(people, message).say(BroadcastText.ONLY_TEXT)))


async def tap_preview(query: CallbackQuery, bot: Bot, people: People) -> None:
    await toast(bot, query, _words(people, query).say(BroadcastText.SHOWN_STOP), alert=True)


async def take_tap(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, state: FSMContext, member: Member
) -> None:
    tap = DraftTap.parse(query.data or "")
    at = await _at(people, state, query, event_update, member)
    if tap is None or at is None or at.draft.token != tap.token or not isinstance(query.message, Message):
        await pass_over(query, bot, people)
        return
    await toast(bot, query)
    screen = await TAPS[tap.act](replace(at, number=tap.number, revision=tap.revision))
    if screen is not None:
        await change(people, query.message, *screen)


async def _leave(message: Message, at: Writing) -> None:
    """/cancel gives up what is asked for; before the first text, all of it."""
    if at.draft.message.text:
        screen = await (await at.keep(at.draft)).hub()
    else:
        await at.state.clear()
        screen = Screen(at.words.say(BroadcastText.DROPPED))
    await tell(at.people, message, at.update, screen)


async def _at(
    people: People, state: FSMContext, event: Message | CallbackQuery, update: Update, member: Member
) -> Writing | None:
    """None: there is no draft, or no longer."""
    value = (await state.get_data()).get("draft")
    if value is None:
        return None
    return Writing(
        people=people,
        state=state,
        draft=Draft.from_value(value),
        words=_words(people, event),
        member=member,
        update=update,
    )


def _words(people: People, event: Message | CallbackQuery) -> Wording:
    return Wording(people.texts, language_of(event.from_user))
