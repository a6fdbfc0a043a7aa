"""/stats: the service in figures. For admins."""

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.staff import Role
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import change, language_of, toast
from bot.handlers.staff_words import tell, thread_of
from bot.people.admins.statistics import DATA, Screen, Span, StatisticsScreens
from bot.people.services import People


def build_router() -> Router:
    router = Router(name="statistics")
    router.message.register(show, Command("stats"), HasRole(Role.ADMIN))
    router.callback_query.register(turn_to, F.data.startswith(DATA), HasRole(Role.ADMIN))
    return router


async def show(message: Message, command: CommandObject, event_update: Update, people: People) -> None:
    """``/stats``, or ``/stats 7``; whatever else stands there is taken for today."""
    said = (command.args or "").strip()
    span = Span(said) if said in set(Span) else Span.TODAY
    text, keyboard = await _screen(people, span, language_of(message.from_user))
    await tell(
        people,
        message.chat,
        event_update,
        text,
        person=message.from_user,
        keyboard=keyboard,
        thread_id=thread_of(message),
    )


async def turn_to(query: CallbackQuery, bot: Bot, people: People) -> None:
    said = (query.data or "").removeprefix(DATA)
    if said not in set(Span) or query.message is None:
        await pass_over(query, bot, people)
        return
    await toast(bot, query)
    screen = await _screen(people, Span(said), language_of(query.from_user))
    await change(people, query.message, *screen)


async def _screen(people: People, span: Span, language: str) -> Screen:
    return StatisticsScreens(people.texts, language).of(await people.admins.statistics.of(span))
