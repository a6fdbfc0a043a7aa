"""/callbacks, /callback and /staff_help: for everybody but operators there are no such commands."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message, Update

from bot.domain import Keyboard
from bot.domain.staff import Role
from bot.handlers.roles import HasRole
from bot.handlers.screens import chat_ref, language_of
from bot.handlers.staff_words import tell, thread_of
from bot.people.callbacks.desk import Desk
from bot.people.services import People
from bot.texts.cards import DeskText


def build_router() -> Router:
    router = Router(name="staff_desk")
    for name, handler in (("callbacks", show_waiting), ("staff_help", show_help)):
        router.message.register(handler, Command(name), HasRole(Role.OPERATOR))
    return router


async def show_waiting(message: Message, event_update: Update, people: People) -> None:
    desk = Desk(people=people, language=language_of(message.from_user))
    if not await is_among_staff(people, message):
        await say(message, event_update, people, desk.say(DeskText.ONLY_AMONG_STAFF))
        return
    text, keyboard = await desk.waiting()
    await say(message, event_update, people, text, keyboard)


async def show_help(message: Message, event_update: Update, people: People) -> None:
    desk = Desk(people=people, language=language_of(message.from_user))
    await say(message, event_update, people, desk.say(DeskText.HELP))


async def is_among_staff(people: People, message: Message) -> bool:
    """Whether nobody but staff reads what is said here."""
    if message.chat.type == "private":
        return True
    room = await people.staff.room()
    return room is not None and room.chat.key == chat_ref(message.chat).key


async def say(
    message: Message, update: Update, people: People, text: str, keyboard: Keyboard | None = None
) -> None:
    await tell(
        people,
        message.chat,
        update,
        text,
        person=message.from_user,
        keyboard=keyboard,
        thread_id=thread_of(message),
    )
