"""The group in which the staff work: an admin says /here in it, and it stays theirs under a new id."""

from contextlib import suppress

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Chat, ChatFullInfo, ChatMemberAdministrator, Message, Update

from bot.domain import Button, ChannelName, Keyboard
from bot.domain.staff import Member, Role, Room
from bot.handlers.roles import HasRole
from bot.handlers.screens import change, chat_ref, language_of, tell, toast, turn_into
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.room import RoomText

log = structlog.get_logger()

_YES, _NO = "room:yes", "room:no"


def build_router() -> Router:
    router = Router(name="staff_room")
    router.message.register(ask, Command("here"), HasRole(Role.ADMIN))
    router.callback_query.register(leave, F.data == _NO, HasRole(Role.ADMIN))
    router.callback_query.register(confirm, F.data == _YES, HasRole(Role.ADMIN))
    router.message.register(follow, F.migrate_to_chat_id | F.migrate_from_chat_id)
    return router


async def ask(message: Message, bot: Bot, event_update: Update, people: People, member: Member) -> None:
    """Whether this group is meant, unless it is the room already; in a private chat tell where to say it."""
    language, keyboard = language_of(message.from_user), None
    room = await people.staff.room()
    if message.chat.type == "private":
        text = RoomText.ONLY_IN_A_GROUP
    elif room is not None and room.chat == chat_ref(message.chat):
        text = await _bind(bot, people, message.chat, member)
    else:
        text = RoomText.ASK if room is None else RoomText.ASK_INSTEAD
        yes = Button(text=people.texts.say(RoomText.YES, language), data=_YES)
        no = Button(text=people.texts.say(RoomText.NO, language), data=_NO)
        keyboard = Keyboard(rows=((yes,), (no,)))
    words = people.texts.say(text, language)
    await tell(people, message, event_update, Screen(words, keyboard))


async def confirm(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    message = query.message
    await toast(bot, query)
    if isinstance(message, Message) and message.chat.type != "private":
        text = await _bind(bot, people, message.chat, member)
        await change(people, message, people.texts.say(text, language_of(query.from_user)))


async def leave(query: CallbackQuery, bot: Bot, people: People) -> None:
    words = people.texts.say(RoomText.LEFT, language_of(query.from_user))
    await turn_into(people, query, bot, Screen(words))


async def _bind(bot: Bot, people: People, chat: Chat, member: Member) -> RoomText:
    """Make this group the staff's room, with topics where the bot may make them; safe to repeat."""
    has_topics = await _may_use_topics(bot, chat)
    await people.staff.bind_room(Room(chat=chat_ref(chat), has_topics=has_topics), member)
    log.info("staff_room_bound", chat=chat.id, topics=has_topics)
    if chat.is_forum and not has_topics:
        return RoomText.BOUND_NO_RIGHT
    return RoomText.BOUND_TOPICS if has_topics else RoomText.BOUND


async def follow(message: Message, bot: Bot, people: People) -> None:
    """The group was upgraded to a supergroup, which tells both chats; either is enough, in any order."""
    new_id = message.migrate_to_chat_id or message.chat.id
    old_id = message.migrate_from_chat_id or message.chat.id
    room = await people.staff.room()
    if room is None or room.chat.chat_id not in (str(old_id), str(new_id)):
        return
    has_topics = None
    with suppress(TelegramAPIError):
        has_topics = await _may_use_topics(bot, await bot.get_chat(new_id))
    moved = await people.staff.move_room(
        ChannelName.TELEGRAM, str(old_id), str(new_id), has_topics=has_topics
    )
    log.info("staff_room_followed", chat=new_id, moved=moved)


async def _may_use_topics(bot: Bot, chat: Chat | ChatFullInfo) -> bool:
    """Whether each customer can have a topic there: it is a forum, and the bot may make topics."""
    if not chat.is_forum:
        return False
    me = await bot.get_chat_member(chat.id, bot.id)
    return isinstance(me, ChatMemberAdministrator) and bool(me.can_manage_topics)
