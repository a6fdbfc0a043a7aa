"""Whether somebody takes news and offers: by /news, in the screen of their data, or under a broadcast."""

from contextlib import suppress

from aiogram.exceptions import TelegramAPIError
from aiogram.types import InlineKeyboardMarkup, Message

from bot.domain import Outgoing
from bot.handlers.own_data import Asked, redraw
from bot.texts.broadcasts import NewsText


async def show_news(asked: Asked) -> None:
    people, person = asked.people, asked.person
    text, keyboard = people.privacy.screen.news(person, await people.consents.of(person))
    await asked.show(Outgoing(text=text, keyboard=keyboard), name="news")


async def take_news(asked: Asked) -> None:
    """On the screen of one's own data, or on that of the news alone."""
    people, person, takes = asked.people, asked.person, asked.detail == "1"
    await people.consents.take_news(person, takes=takes)
    consent = await people.consents.of(person)
    taken = NewsText.NOW_TAKEN if takes and consent is not None else NewsText.NOW_NOT_TAKEN
    await asked.toast(taken)
    if asked.is_about_news:
        await asked.change(*people.privacy.screen.news(person, consent))
    else:
        await redraw(asked)


async def stop_news(asked: Asked) -> None:
    """Under a broadcast: its words and its link stay, the button goes."""
    await asked.people.consents.take_news(asked.person, takes=False)
    await asked.toast(NewsText.STOPPED, alert=True)
    if asked.tapped is not None and asked.query is not None:
        markup = asked.tapped.reply_markup if isinstance(asked.tapped, Message) else None
        rows = [row for row in (markup.inline_keyboard if markup else []) if row[0].url]
        with suppress(TelegramAPIError):
            await asked.bot.edit_message_reply_markup(
                chat_id=asked.tapped.chat.id,
                message_id=asked.tapped.message_id,
                reply_markup=InlineKeyboardMarkup(inline_keyboard=rows) if rows else None,
            )
