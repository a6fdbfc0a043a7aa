"""Commands that show customers or staff: in a group that is not the staff's own they only say so."""

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Command
from aiogram.types import Message, Update

from bot.domain.staff import Role
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell
from bot.handlers.staff_desk import is_among_staff
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.cards import DeskText

_COMMANDS = {
    Role.OPERATOR: ("why", "agreement", "take", "staff_help"),
    Role.ADMIN: (
        "admin",
        "audit",
        "broadcasts",
        "export",
        "health",
        "hold",
        "holds",
        "hours",
        "invitations",
        "jobs",
        "mode",
        "model",
        "proposals",
        "retention",
        "staff",
        "stats",
        "topics",
    ),
    Role.TESTER: ("mark", "staff_help"),
}
"""What others of the staff show, e.g. /callbacks, see to it themselves."""


def build_router() -> Router:
    router = Router(name="staff_elsewhere")
    for role, names in _COMMANDS.items():
        router.message.register(refuse, F.chat.type != "private", Command(*names), HasRole(role))
    return router


async def refuse(message: Message, event_update: Update, people: People) -> None:
    """In the staff's own group they go on to their routers."""
    if await is_among_staff(people, message):
        raise SkipHandler
    text = people.texts.say(DeskText.ONLY_AMONG_STAFF, language_of(message.from_user))
    await tell(people, message, event_update, Screen(text))
