"""A tap on a button that says something for the customer."""

from contextlib import suppress

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery

from bot.delivery.buttons import SAY
from bot.handlers.inbox import Acceptor
from bot.handlers.utterances import utterance_of_choice

log = structlog.get_logger()


def build_router() -> Router:
    router = Router(name="choices")
    router.callback_query.register(take_choice, F.data.startswith(SAY))
    router.callback_query.register(pass_over)
    return router


async def take_choice(query: CallbackQuery, bot: Bot, acceptor: Acceptor) -> None:
    """What stands on the button goes into the inbox; the buttons go away, so that it is said once."""
    utterance = utterance_of_choice(query)
    if utterance is None or query.message is None:
        await pass_over(query, bot)
        return
    await acceptor.take(utterance)
    await _stop_spinning(query, bot)
    with suppress(TelegramAPIError):
        await bot.edit_message_reply_markup(
            chat_id=query.message.chat.id, message_id=query.message.message_id
        )


async def pass_over(query: CallbackQuery, bot: Bot) -> None:
    """A button of an older version, one that is gone, or a forged one."""
    log.info("choice_passed_over")
    await _stop_spinning(query, bot)


async def _stop_spinning(query: CallbackQuery, bot: Bot) -> None:
    with suppress(TelegramAPIError):
        await bot.answer_callback_query(query.id)
