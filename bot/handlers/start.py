"""/start in a private chat: the greeting, with the keyboard for all that follows."""

from contextlib import suppress

from aiogram import F, Router
from aiogram.filters import CommandStart
from aiogram.types import Message, Update

from bot.domain import ChannelName
from bot.errors import StoreError
from bot.handlers.screens import chat_ref, language_of, tell
from bot.people.screen import Screen
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
    await tell(people, message, event_update, Screen(words, people.menu.keyboard(language)))
    await _reach_again(people, message)


async def _reach_again(people: People, message: Message) -> None:
    """Who of the staff had blocked the bot takes messages again; a database that is away spoils nothing."""
    if message.from_user is None:
        return
    with suppress(StoreError):
        member = await people.staff.member(ChannelName.TELEGRAM, str(message.from_user.id))
        if member is not None:
            await people.staff.mark_reachable(member, reachable=True)
