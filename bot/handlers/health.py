"""/health: how the service is, at a glance. For admins."""

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.staff import Role
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell, turn_into
from bot.people.admins.health_screens import AGAIN, HealthScreens
from bot.people.services import People


def build_router() -> Router:
    router = Router(name="health")
    router.message.register(show, Command("health"), HasRole(Role.ADMIN))
    router.callback_query.register(look_again, F.data == AGAIN, HasRole(Role.ADMIN))
    return router


async def show(message: Message, event_update: Update, people: People) -> None:
    checks = await people.admins.health.checks()
    await tell(people, message, event_update, _screens(people, message).of(checks))


async def look_again(query: CallbackQuery, bot: Bot, people: People) -> None:
    if query.message is None:
        await pass_over(query, bot, people)
        return
    checks = await people.admins.health.checks()
    await turn_into(people, query, bot, _screens(people, query).of(checks))


def _screens(people: People, event: Message | CallbackQuery) -> HealthScreens:
    return HealthScreens(people.tenant, people.texts, language_of(event.from_user))
