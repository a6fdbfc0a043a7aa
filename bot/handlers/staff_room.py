"""The group in which the staff work: an admin says /here in it, and it stays theirs under a new id."""

from contextlib import suppress

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import Command
from aiogram.types import Chat, ChatFullInfo, ChatMemberAdministrator, Message, Update

from bot.domain import ChannelName, Outgoing
from bot.domain.staff import Member, Role, Room
from bot.handlers.roles import HasRole
from bot.handlers.screens import chat_ref, language_of, show
from bot.people.services import People
from bot.texts.room import RoomText

log = structlog.get_logger()


def build_router() -> Router:
    router = Router(name="staff_room")
    router.message.register(bind, Command("here"), HasRole(Role.ADMIN))
    router.message.register(follow, F.migrate_to_chat_id | F.migrate_from_chat_id)
    return router


async def bind(message: Message, bot: Bot, event_update: Update, people: People, member: Member) -> None:
    """Make this group the staff's room; in a private chat tell where to say it."""
    text = RoomText.ONLY_IN_A_GROUP
    if message.chat.type != "private":
        has_topics = await _may_use_topics(bot, message.chat)
        await people.staff.bind_room(Room(chat=chat_ref(message.chat), has_topics=has_topics), member)
        log.info("staff_room_bound", chat=message.chat.id, topics=has_topics)
        text = RoomText.BOUND_TOPICS if has_topics else RoomText.BOUND
        if message.chat.is_forum and not has_topics:
            text = RoomText.BOUND_NO_RIGHT
    words = people.texts.say(text, language_of(message.from_user))
    thread_id = message.message_thread_id if message.is_topic_message else None
    await show(people, message.chat, event_update, Outgoing(text=words, thread_id=thread_id))


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
