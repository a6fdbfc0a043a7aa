"""A tap on a button that says something for the customer."""

from contextlib import suppress

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, MaybeInaccessibleMessageUnion, Message

from bot.delivery.buttons import SAY
from bot.handlers.inbox import Acceptor
from bot.handlers.screens import language_of, toast
from bot.handlers.utterances import utterance_of_choice
from bot.people.services import People
from bot.texts.service import ServiceText

log = structlog.get_logger()


def build_router() -> Router:
    router = Router(name="choices")
    router.callback_query.register(take_choice, F.data.startswith(SAY))
    router.callback_query.register(pass_over)
    return router


async def take_choice(query: CallbackQuery, bot: Bot, acceptor: Acceptor, people: People | None) -> None:
    """What stands on the button goes into the inbox; such buttons go away, so that it is said once."""
    utterance = utterance_of_choice(query)
    if utterance is None or query.message is None:
        await pass_over(query, bot, people)
        return
    await acceptor.take(utterance)
    await toast(bot, query)
    with suppress(TelegramAPIError):
        await bot.edit_message_reply_markup(
            chat_id=query.message.chat.id,
            message_id=query.message.message_id,
            reply_markup=_without_choices(query.message),
        )


def _without_choices(message: MaybeInaccessibleMessageUnion) -> InlineKeyboardMarkup | None:
    """What can be done, rather than said, goes on standing there."""
    markup = message.reply_markup if isinstance(message, Message) else None
    rows = [
        row
        for row in (markup.inline_keyboard if markup is not None else [])
        if not any((button.callback_data or "").startswith(SAY) for button in row)
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


async def pass_over(query: CallbackQuery, bot: Bot, people: People | None) -> None:
    """A button of an older version, one that is gone, or a forged one."""
    log.info("choice_passed_over")
    outdated = people.texts.say(ServiceText.BUTTON_OUTDATED, language_of(query.from_user)) if people else ""
    await toast(bot, query, outdated)
