"""/admin: the admins' home, whose buttons say their commands for them."""

from aiogram import Bot, Dispatcher, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.staff import Role
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell, toast
from bot.people.admins.home import COMMANDS, DATA, home
from bot.people.services import People


def build_router() -> Router:
    router = Router(name="admins")
    router.message.register(show, Command("admin"), HasRole(Role.ADMIN))
    router.callback_query.register(open_room, F.data.startswith(DATA), HasRole(Role.ADMIN))
    return router


async def show(message: Message, event_update: Update, people: People) -> None:
    language, admins = language_of(message.from_user), people.admins
    await tell(
        people,
        message,
        event_update,
        await home(people.tenant, people.texts, language, health=admins.health, statistics=admins.statistics),
    )


async def open_room(
    query: CallbackQuery, bot: Bot, event_update: Update, people: People, event_router: Router
) -> None:
    """As if the command were typed: whoever handles it asks for the role once more."""
    command = (query.data or "").removeprefix(DATA)
    if command not in COMMANDS or not isinstance(query.message, Message):
        await pass_over(query, bot, people)
        return
    await toast(bot, query)
    words = {"from_user": query.from_user, "text": f"/{command}", "entities": None, "reply_markup": None}
    said = query.message.model_copy(update=words)
    typed = Update(update_id=event_update.update_id, message=said)
    await _root(event_router).feed_update(bot, typed)


def _root(router: Router) -> Dispatcher:
    while router.parent_router is not None:
        router = router.parent_router
    if not isinstance(router, Dispatcher):
        raise TypeError("routers hang under a dispatcher")
    return router
