"""/mode: how much of what the assistant says goes through a person. /agreement: how often they agree."""

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update

from bot.domain import Button, Keyboard
from bot.domain.reviews import ReviewMode
from bot.domain.staff import Member, Role
from bot.evaluation.agreement import WEEKS, agreement_of
from bot.evaluation.agreement_told import told
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import change, language_of, toast
from bot.handlers.staff_words import tell, thread_of
from bot.people.services import People
from bot.texts.catalogue import LANGUAGES
from bot.texts.reviewing import ReviewText

_DATA = "mode:"


def build_router() -> Router:
    router = Router(name="review_modes")
    router.message.register(show_or_set, Command("mode"), HasRole(Role.ADMIN))
    router.callback_query.register(tap, F.data.startswith(_DATA), HasRole(Role.ADMIN))
    router.message.register(show_agreement, Command("agreement"), HasRole(Role.OPERATOR))
    return router


async def show_or_set(
    message: Message, command: CommandObject, event_update: Update, people: People, member: Member
) -> None:
    language = language_of(message.from_user)
    written = (command.args or "").strip().casefold()
    wanted = _mode_in(people, written)
    keyboard = None
    if not written:
        mode = await people.oversight.reviewing.mode()
        text = people.texts.say(ReviewText.MODE, language, mode=_name(people, mode, language))
        keyboard = _keyboard(people, mode, language)
    elif wanted is not None:
        text = await _set(people, wanted, member, language)
    else:
        text = people.texts.say(ReviewText.MODE_UNKNOWN, language)
    await tell(
        people,
        message.chat,
        event_update,
        text,
        person=message.from_user,
        keyboard=keyboard,
        thread_id=thread_of(message),
    )


async def tap(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    wanted = (query.data or "").removeprefix(_DATA)
    if wanted not in set(ReviewMode):
        await pass_over(query, bot, people)
        return
    text = await _set(people, ReviewMode(wanted), member, language_of(query.from_user))
    await toast(bot, query)
    if isinstance(query.message, Message):
        await change(people, query.message, text)


async def show_agreement(message: Message, event_update: Update, people: People) -> None:
    language = language_of(message.from_user)
    reviewing = people.oversight.reviewing
    agreement = agreement_of(await reviewing.history(WEEKS), await reviewing.mode(), people.tenant.zone)
    text = told(agreement, people.texts, language)
    await tell(
        people, message.chat, event_update, text, person=message.from_user, thread_id=thread_of(message)
    )


async def _set(people: People, mode: ReviewMode, member: Member, language: str) -> str:
    reviewing = people.oversight.reviewing
    if await reviewing.mode() is not mode:
        await reviewing.set_mode(mode, member.key)
        await people.staff.note_act(member, "review_mode_set", "review_mode", mode=mode.value)
    return people.texts.say(ReviewText.MODE_SET, language, mode=_name(people, mode, language))


def _mode_in(people: People, written: str) -> ReviewMode | None:
    """By its name in any language, or as the tenant's file names it."""
    for mode in ReviewMode:
        names = (_name(people, mode, language).casefold() for language in LANGUAGES)
        if written in (mode.value, *names):
            return mode
    return None


def _name(people: People, mode: ReviewMode, language: str) -> str:
    return people.texts.say(ReviewText(f"review_mode_{mode}"), language)


def _keyboard(people: People, now: ReviewMode, language: str) -> Keyboard:
    """The other modes."""
    others = (mode for mode in ReviewMode if mode is not now)
    return Keyboard(
        rows=tuple((Button(text=_name(people, mode, language), data=f"{_DATA}{mode}"),) for mode in others)
    )
