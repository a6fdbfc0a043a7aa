"""The aiogram dispatcher with everything it needs, for polling and webhook alike."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import TelegramObject, Update
from aiogram.types.update import UpdateTypeLookupError

from bot.errors import SettingsError
from bot.handlers import choices
from bot.handlers.inbox import Acceptor, build_router
from bot.handlers.session import TolerantSession
from bot.recordings import RecordingLimits
from bot.settings import TelegramSettings

log = structlog.get_logger()

ALLOWED_UPDATES = ["message", "edited_message", "callback_query"]


def build_dispatcher(acceptor: Acceptor, recordings: RecordingLimits | None = None) -> Dispatcher:
    """Without `recordings` none is listened to."""
    dispatcher = Dispatcher(disable_fsm=True, acceptor=acceptor, recordings=recordings)
    dispatcher.update.outer_middleware(_pass_over_unknown)
    dispatcher.include_router(build_router())
    dispatcher.include_router(choices.build_router())
    return dispatcher


def build_bot(settings: TelegramSettings) -> Bot:
    """Raises SettingsError when the token is missing."""
    if settings.bot_token is None:
        raise SettingsError("TELEGRAM_BOT_TOKEN is not set: get one from @BotFather and put it into .env")
    server = TelegramAPIServer.from_base(settings.api_base_url)
    proxy = settings.proxy.get_secret_value() if settings.proxy else None
    session = TolerantSession(api=server, proxy=proxy)
    return Bot(settings.bot_token.get_secret_value(), session=session, default=DefaultBotProperties())


async def _pass_over_unknown(
    handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
    event: TelegramObject,
    data: dict[str, Any],
) -> Any:
    """Confirm updates of unknown kinds; the warning of aiogram itself would print their text."""
    if isinstance(event, Update):
        try:
            _ = event.event_type
        except UpdateTypeLookupError:
            log.info("update_passed_over", update_id=event.update_id)
            return None
    return await handler(event, data)
