"""/audit: what staff did, the newest first. For admins."""

import re

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update

from bot.domain import ChannelName
from bot.domain.staff import Role
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell, turn_into
from bot.people.admins.audit import DATA, AuditScreens, actor_called
from bot.people.screen import Screen
from bot.people.services import People
from bot.store.staff import CONSOLE

_TAP = re.compile(rf"{DATA}(\d{{1,15}}):(|{CONSOLE}|\d{{1,20}})", re.ASCII)


def build_router() -> Router:
    router = Router(name="audit")
    router.message.register(show, Command("audit"), HasRole(Role.ADMIN))
    router.callback_query.register(turn_page, F.data.startswith(DATA), HasRole(Role.ADMIN))
    return router


async def show(message: Message, command: CommandObject, event_update: Update, people: People) -> None:
    """``/audit``, or ``/audit`` with the number or name of whose acts alone are wanted."""
    language, said = language_of(message.from_user), (command.args or "").strip()
    names = await people.staff.names()
    actor = actor_called(said, names, people.texts) if said else ""
    if actor is None:
        screen = AuditScreens(people.tenant, people.texts, language, names).unknown()
    else:
        screen = await _page(people, language, None, actor)
    await tell(people, message, event_update, screen)


async def turn_page(query: CallbackQuery, bot: Bot, people: People) -> None:
    tapped = _TAP.fullmatch(query.data or "")
    if tapped is None or query.message is None:
        await pass_over(query, bot, people)
        return
    before, number = int(tapped[1]) or None, tapped[2]
    actor = f"{ChannelName.TELEGRAM}:{number}" if number.isdigit() else number
    await turn_into(people, query, bot, _page(people, language_of(query.from_user), before, actor))


async def _page(people: People, language: str, before: int | None, actor: str) -> Screen:
    names = await people.staff.names()
    acts, has_older = await people.admins.audit.page(before=before, actor=actor)
    screens = AuditScreens(people.tenant, people.texts, language, names)
    return screens.page(acts, has_older=has_older, is_newest=before is None, actor=actor)
