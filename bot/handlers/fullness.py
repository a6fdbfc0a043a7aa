"""What somebody is told whose words or tap could not be written: the database has no room left."""

from typing import Any

from aiogram import Bot
from aiogram.types import TelegramObject, Update, User

from bot.domain import ChannelName
from bot.domain.staff import Role
from bot.handlers.screens import language_of, tell, toast
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.fullness import FullnessText


async def tell_full(event: TelegramObject, data: dict[str, Any]) -> None:
    """A sentence in the chat, once for the update. Raises redis-py's errors and StoreError."""
    people, bot = data.get("people"), data.get("bot")
    if not isinstance(people, People) or not isinstance(event, Update):
        return
    if event.callback_query is not None and isinstance(bot, Bot):
        await toast(bot, event.callback_query)
    origin = event.message or event.edited_message or event.callback_query
    if origin is not None:
        words = people.texts.say(await _text_for(people, origin.from_user), language_of(origin.from_user))
        await tell(people, origin, event, Screen(words), name="full")


async def _text_for(people: People, person: User | None) -> FullnessText:
    if person is None:
        return FullnessText.CUSTOMER
    role = await people.staff.role_of(ChannelName.TELEGRAM, str(person.id))
    return FullnessText.CUSTOMER if role is Role.CUSTOMER else FullnessText.STAFF
