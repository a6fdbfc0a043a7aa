"""What somebody is told whose words or tap could not be written: the database has no room left."""

from typing import Any

from aiogram import Bot
from aiogram.types import CallbackQuery, Chat, Message, TelegramObject, Update, User

from bot.domain import ChannelName, Outgoing
from bot.domain.staff import Role
from bot.handlers.screens import language_of, show, thread_of, toast
from bot.people.services import People
from bot.texts.fullness import FullnessText


async def tell_full(event: TelegramObject, data: dict[str, Any]) -> None:
    """A sentence in the chat, once for the update. Raises redis-py's errors and StoreError."""
    people, bot = data.get("people"), data.get("bot")
    if not isinstance(people, People) or not isinstance(event, Update):
        return
    if event.callback_query is not None and isinstance(bot, Bot):
        await toast(bot, event.callback_query)
    place = _place(event)
    if place is None:
        return
    chat, person, thread_id = place
    language = language_of(person)
    text = people.texts.say(await _text_for(people, person), language)
    outgoing = Outgoing(text=text, thread_id=thread_id)
    await show(people, chat, event, outgoing, name="full", language=language)


def _place(update: Update) -> tuple[Chat, User | None, int | None] | None:
    match update.message or update.edited_message or update.callback_query:
        case Message() as message:
            return message.chat, message.from_user, thread_of(message)
        case CallbackQuery(message=Message() as message, from_user=person):
            return message.chat, person, thread_of(message)
    return None


async def _text_for(people: People, person: User | None) -> FullnessText:
    if person is None:
        return FullnessText.CUSTOMER
    role = await people.staff.role_of(ChannelName.TELEGRAM, str(person.id))
    return FullnessText.CUSTOMER if role is Role.CUSTOMER else FullnessText.STAFF
