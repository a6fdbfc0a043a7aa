"""/stats: the service in figures. For admins."""

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.staff import Role
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell, turn_into
from bot.people.admins.statistics import DATA, Span, StatisticsScreens
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.statistics import StatisticsText


def build_router() -> Router:
    router = Router(name="statistics")
    router.message.register(show, Command("stats"), HasRole(Role.ADMIN))
    router.callback_query.register(turn_to, F.data.startswith(DATA), HasRole(Role.ADMIN))
    return router


async def show(message: Message, command: CommandObject, event_update: Update, people: People) -> None:
    """``/stats``, or ``/stats 7``; whatever else stands there gets today, and what could stand there."""
    said, language = (command.args or "").strip(), language_of(message.from_user)
    screen = await _screen(people, Span(said) if said in set(Span) else Span.TODAY, language)
    if said and said not in set(Span):
        screen = screen.headed(people.texts.say(StatisticsText.UNKNOWN_SPAN, language))
    await tell(people, message, event_update, screen)


async def turn_to(query: CallbackQuery, bot: Bot, people: People) -> None:
    said = (query.data or "").removeprefix(DATA)
    if said not in set(Span) or query.message is None:
        await pass_over(query, bot, people)
        return
    await turn_into(people, query, bot, _screen(people, Span(said), language_of(query.from_user)))


async def _screen(people: People, span: Span, language: str) -> Screen:
    return StatisticsScreens(people.texts, language).of(await people.admins.statistics.of(span))
