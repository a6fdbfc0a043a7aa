"""What the handlers of every change share: their buttons, what is written for them, what a button carries."""

from collections.abc import Awaitable, Callable, Mapping

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.staff import Member, Role
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell, toast
from bot.handlers.staff_words import words_in
from bot.people.changes.changing import Made, Outcome
from bot.people.changes.screens import ChangeScreens
from bot.people.services import People
from bot.texts.changing import ChangingText


def register_taps(router: Router, subject: str, taps: Mapping[str, Callable[..., Awaitable[None]]]) -> None:
    """Give admins' taps on the subject's buttons to the handlers of their verbs: ``subject:verb[:...]``."""
    for verb, handler in taps.items():
        data = F.data.regexp(rf"{subject}:{verb}(?::|$)")
        router.callback_query.register(handler, data, HasRole(Role.ADMIN))


async def written(
    message: Message, update: Update, people: People, state: FSMContext, screens: ChangeScreens
) -> str | None:
    """What was written for a form; None: it was left, or is no text, and that was said."""
    words = await words_in(people, message, state)
    if words is None:
        await state.clear()
        await tell(people, message, update, screens.plain(ChangingText.FORM_LEFT))
        return None
    if not words:
        await tell(people, message, update, screens.plain(ChangingText.ONLY_TEXT))
        return None
    return words


async def carry_out(query: CallbackQuery, bot: Bot, people: People, member: Member) -> Made | None:
    """The yes. None: the question is another admin's, who still has it before them; that was said."""
    made = await people.changes.make(token_in(query), member)
    if made.outcome is Outcome.OTHERS:
        words = people.texts.say(ChangingText.OTHERS, language_of(query.from_user))
        await toast(bot, query, words, alert=True)
        return None
    return made


def token_in(query: CallbackQuery) -> str:
    return (query.data or "").rpartition(":")[2]


def numbers_in(query: CallbackQuery, count: int) -> tuple[int, ...] | None:
    """The last `count` parts of the data; None where they are no numbers: forged, or of another version."""
    parts = (query.data or "").split(":")[-count:]
    if len(parts) < count or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        return None
    return tuple(map(int, parts))
