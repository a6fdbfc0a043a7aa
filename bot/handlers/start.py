"""/start in a private chat: the greeting, with the keyboard for all that follows."""

from aiogram import F, Router
from aiogram.filters import CommandStart
from aiogram.types import Message, Update

from bot.domain import Outgoing
from bot.handlers.screens import chat_ref, language_of, show
from bot.people.services import People
from bot.recordings import RecordingLimits
from bot.texts.catalogue import Text


def build_router() -> Router:
    router = Router(name="start")
    router.message.register(greet, CommandStart(ignore_case=True), F.chat.type == "private")
    return router


async def greet(
    message: Message, event_update: Update, people: People, recordings: RecordingLimits | None
) -> None:
    language = language_of(message.from_user)
    by_voice = people.texts.say(Text.START_BY_VOICE, language) if recordings is not None else ""
    words = people.texts.say(Text.START, language, by_voice=by_voice)
    await people.delivery.seen(chat_ref(message.chat), message.message_id)
    outgoing = Outgoing(text=words, keyboard=people.menu.keyboard(language))
    await show(people, message.chat, event_update, outgoing, language=language)
