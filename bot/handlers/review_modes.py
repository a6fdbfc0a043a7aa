"""/mode: how much of what the assistant says goes through a person. /agreement: how often they agree."""

import re

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
from bot.handlers.screens import language_of, tell, turn_into
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.catalogue import LANGUAGES
from bot.texts.reviewing import ReviewText

_DATA = "mode:"
_YES = re.compile(rf"{_DATA}yes:([a-z]{{1,20}}):([0-9]{{1,9}})", re.ASCII)
_NO = f"{_DATA}no"


def build_router() -> Router:
    router = Router(name="review_modes")
    router.message.register(show_or_set, Command("mode"), HasRole(Role.ADMIN))
    router.callback_query.register(leave, F.data == _NO, HasRole(Role.ADMIN))
    router.callback_query.register(confirm, F.data.regexp(_YES), HasRole(Role.ADMIN))
    router.callback_query.register(tap, F.data.startswith(_DATA), HasRole(Role.ADMIN))
    router.message.register(show_agreement, Command("agreement"), HasRole(Role.OPERATOR))
    return router


async def show_or_set(message: Message, command: CommandObject, event_update: Update, people: People) -> None:
    language = language_of(message.from_user)
    written = (command.args or "").strip().casefold()
    wanted = _mode_in(people, written)
    if not written:
        mode = await people.oversight.reviewing.mode()
        text = people.texts.say(ReviewText.MODE, language, mode=_name(people, mode, language))
        screen = Screen(text, _keyboard(people, mode, language))
    elif wanted is not None:
        screen = await _asking(people, wanted, language)
    else:
        screen = Screen(people.texts.say(ReviewText.MODE_UNKNOWN, language))
    await tell(people, message, event_update, screen)


async def tap(query: CallbackQuery, bot: Bot, people: People) -> None:
    wanted = (query.data or "").removeprefix(_DATA)
    if wanted not in set(ReviewMode):
        await pass_over(query, bot, people)
        return
    screen = await _asking(people, ReviewMode(wanted), language_of(query.from_user))
    await turn_into(people, query, bot, screen)


async def confirm(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    """The yes, unless somebody else has changed the mode meanwhile. Said twice, it is done once."""
    tapped = _YES.fullmatch(query.data or "")
    if tapped is None or tapped[1] not in set(ReviewMode):
        await pass_over(query, bot, people)
        return
    reviewing, wanted = people.oversight.reviewing, ReviewMode(tapped[1])
    done = await reviewing.change_mode(wanted, member.key, seen=int(tapped[2]))
    now, language = await reviewing.mode(), language_of(query.from_user)
    said = ReviewText.MODE_SET if done or now is wanted else ReviewText.MODE_OVERTAKEN
    await turn_into(
        people, query, bot, Screen(people.texts.say(said, language, mode=_name(people, now, language)))
    )


async def leave(query: CallbackQuery, bot: Bot, people: People) -> None:
    language, now = language_of(query.from_user), await people.oversight.reviewing.mode()
    text = people.texts.say(ReviewText.MODE_LEFT, language, mode=_name(people, now, language))
    await turn_into(people, query, bot, Screen(text))


async def show_agreement(message: Message, event_update: Update, people: People) -> None:
    language = language_of(message.from_user)
    reviewing = people.oversight.reviewing
    agreement = agreement_of(await reviewing.history(WEEKS), await reviewing.mode(), people.tenant.zone)
    text = told(agreement, people.texts, language)
    await tell(people, message, event_update, Screen(text))


async def _asking(people: People, mode: ReviewMode, language: str) -> Screen:
    """What is now, what would be, and whether it is meant."""
    now, version = await people.oversight.reviewing.standing_mode()
    name = _name(people, mode, language)
    if now is mode:
        return Screen(people.texts.say(ReviewText.MODE_LEFT, language, mode=name))
    yes = Button(text=people.texts.say(ReviewText.MODE_YES, language), data=f"{_DATA}yes:{mode}:{version}")
    no = Button(text=people.texts.say(ReviewText.MODE_NO, language), data=_NO)
    text = people.texts.say(ReviewText.MODE_ASK, language, now=_name(people, now, language), mode=name)
    return Screen(text, Keyboard(rows=((yes,), (no,))))


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
