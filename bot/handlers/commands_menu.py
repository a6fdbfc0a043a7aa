"""The menu of commands beside the input field: customers', and each member's and the staff's group's own."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from aiogram.types import BotCommand, BotCommandScopeChat, BotCommandScopeDefault
from redis.exceptions import RedisError

from bot.domain import ChannelName
from bot.domain.staff import Role
from bot.errors import StoreError
from bot.people.admins.commands import Entry, menu_of, menu_of_room
from bot.people.services import People
from bot.texts.catalogue import LANGUAGES

log = structlog.get_logger()

KEEP_EVERY_S = 20.0
_EVERYBODY = "default"
_REFUSED = "refused:"
"""Stands before what Telegram would not take, e.g. of a chat that is not there yet."""
_TRY_REFUSED_AGAIN_S = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class _Menu:
    """By language; the empty one is for all languages without a menu."""

    entries: Mapping[str, Sequence[Entry]]

    @property
    def mark(self) -> str:
        """Tells it from all others."""
        return hashlib.sha256(json.dumps(self.entries, ensure_ascii=False).encode()).hexdigest()[:16]


async def keep_commands(bot: Bot, people: People) -> None:
    """See that everybody is shown the commands of just their role; what stands already costs no call.

    A chat that Telegram does not know is passed over. Raises redis-py's errors and StoreError.
    """
    key = f"{people.prefix}:commands:{bot.id}"
    raw = await cast(Any, people.redis.hgetall(key))
    standing = {chat.decode(): mark.decode() for chat, mark in raw.items()}
    wanted = await _wanted(people)
    for chat, menu in wanted.items():
        if standing.get(chat) not in (menu.mark, _REFUSED + menu.mark):
            mark = await _set(bot, chat, menu)
            if mark is not None:
                await cast(Any, people.redis.hset(key, chat, mark))
    for chat in standing.keys() - wanted.keys():
        if await _clear(bot, chat):
            await cast(Any, people.redis.hdel(key, chat))


async def keep_commands_current(bot: Bot, people: People) -> None:
    """For as long as the process runs, whoever grants or revokes, be it the command line."""
    passed_s = 0.0
    while True:
        try:
            if passed_s >= _TRY_REFUSED_AGAIN_S:
                passed_s = 0.0
                await _forget_refusals(bot, people)
            await keep_commands(bot, people)
        except (RedisError, StoreError, OSError) as error:
            log.info("commands_not_kept", error=type(error).__name__)
        await asyncio.sleep(KEEP_EVERY_S)
        passed_s += KEEP_EVERY_S


async def _forget_refusals(bot: Bot, people: People) -> None:
    key = f"{people.prefix}:commands:{bot.id}"
    raw = await cast(Any, people.redis.hgetall(key))
    refused = [chat for chat, mark in raw.items() if mark.decode().startswith(_REFUSED)]
    if refused:
        await cast(Any, people.redis.hdel(key, *refused))


async def _wanted(people: People) -> Mapping[str, _Menu]:
    """The menu of each chat that has one of its own, and everybody's."""
    wanted = {_EVERYBODY: _of_role(people, Role.CUSTOMER)}
    for member in await people.staff.members():
        if member.channel is ChannelName.TELEGRAM:
            wanted[member.external_id] = _of_role(people, member.role)
    room = await people.staff.room()
    if room is not None:
        entries = {
            language: menu_of_room(people.texts, language or people.posts.language)
            for language in ("", *LANGUAGES)
        }
        wanted[room.chat.chat_id] = _Menu(entries=entries)
    return wanted


def _of_role(people: People, role: Role) -> _Menu:
    return _Menu(
        entries={
            language: menu_of(role, people.tenant, people.texts, language or people.tenant.languages[0])
            for language in ("", *LANGUAGES)
        }
    )


async def _set(bot: Bot, chat: str, menu: _Menu) -> str | None:
    """How it stands from now on; None: try again soon."""
    try:
        for language, entries in menu.entries.items():
            await bot.set_my_commands(
                [BotCommand(command=command, description=said) for command, said in entries],
                scope=_scope(chat),
                language_code=language or None,
            )
    except (TelegramBadRequest, TelegramForbiddenError):
        return _REFUSED + menu.mark
    except TelegramAPIError as error:
        log.info("commands_not_set", error=type(error).__name__)
        return None
    return menu.mark


async def _clear(bot: Bot, chat: str) -> bool:
    """Show everybody's again."""
    try:
        for language in ("", *LANGUAGES):
            await bot.delete_my_commands(scope=_scope(chat), language_code=language or None)
    except (TelegramBadRequest, TelegramForbiddenError):
        return True
    except TelegramAPIError as error:
        log.info("commands_not_cleared", error=type(error).__name__)
        return False
    return True


def _scope(chat: str) -> BotCommandScopeDefault | BotCommandScopeChat:
    return BotCommandScopeDefault() if chat == _EVERYBODY else BotCommandScopeChat(chat_id=int(chat))
