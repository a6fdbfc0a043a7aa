"""`python -m bot`: takes in Telegram's updates, by polling or webhook, until SIGTERM."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiohttp import web
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.cli.process import call_at_stop, keep_what_is_there
from bot.delivery.delivery import Delivery
from bot.domain import Utterance
from bot.errors import DeliveryError, SettingsError
from bot.handlers.dispatcher import ALLOWED_UPDATES, build_bot, build_dispatcher
from bot.handlers.inbox import Acceptor
from bot.logs import configure_logs
from bot.settings import Settings, TelegramSettings
from bot.texts.catalogue import Text, Texts
from bot.web.application import Webhook, build_application
from bot.wiring import build_inbox, build_texts, load_configured_tenant, open_redis
from bot.wiring.channels import open_channels
from bot.wiring.recordings import recording_limits

log = structlog.get_logger()

WEBHOOK_PATIENCE_S = 10.0
"""Telegram waits a minute for an answer; then it sends the update again."""
_TELEGRAM_RETRY_S = 5.0
_PASSING = (TelegramNetworkError, TelegramRetryAfter, TelegramServerError)


async def run(settings: Settings) -> int:
    configure_logs(settings.log_level, process="bot")
    bot = build_bot(settings.telegram)
    redis = open_redis(settings)
    by_webhook = settings.telegram.webhook_url is not None
    texts = build_texts(load_configured_tenant(settings), settings)
    try:
        async with AsyncExitStack() as stack:
            acceptor = Acceptor(
                build_inbox(settings, redis),
                patience_s=WEBHOOK_PATIENCE_S if by_webhook else None,
                refuse=_Refusals(settings, redis, texts, stack).tell,
                seen=Delivery(redis, {}).seen,
            )
            dispatcher = build_dispatcher(acceptor, recording_limits(settings))
            keep_what_is_there()
            if by_webhook:
                await _serve_webhook(settings.telegram, bot, dispatcher, redis)
            else:
                await _poll(bot, dispatcher)
    finally:
        await bot.session.close()
        await redis.aclose()
    return 0


class _Refusals:
    """Tells people that their inbox is full. Few bots ever do, so that the way out to them, with all of
    python-telegram-bot, is opened for the first one, and closed by `stack`."""

    def __init__(self, settings: Settings, redis: Redis, texts: Texts, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._redis = redis
        self._texts = texts
        self._stack = stack
        self._opening = asyncio.Lock()
        self._delivery: Delivery | None = None

    async def tell(self, utterance: Utterance) -> None:
        try:
            delivery = await self._open()
            await delivery.tell(utterance.chat, self._texts.say(Text.INBOX_FULL, utterance.language))
        except (DeliveryError, RedisError) as error:
            log.warning("refusal_not_told", chat=utterance.chat.key, error=type(error).__name__)

    async def _open(self) -> Delivery:
        async with self._opening:
            if self._delivery is None:
                channels = await self._stack.enter_async_context(open_channels(self._settings, self._redis))
                self._delivery = Delivery(self._redis, channels)
            return self._delivery


async def _poll(bot: Bot, dispatcher: Dispatcher) -> None:
    """Each update is handled before the next is asked for, since asking for it confirms this one."""
    stopped = _stop_event()
    for call in (bot.delete_webhook, partial(_introduce, bot)):
        if not await _until_telegram_answers(call, stopped):
            return
    polling = asyncio.create_task(
        dispatcher.start_polling(
            bot,
            polling_timeout=30,
            handle_as_tasks=False,
            allowed_updates=ALLOWED_UPDATES,
            handle_signals=False,
            close_bot_session=False,
        )
    )
    stopping = asyncio.create_task(stopped.wait())
    await asyncio.wait((polling, stopping), return_when=asyncio.FIRST_COMPLETED)
    if not polling.done():
        await dispatcher.stop_polling()
    stopping.cancel()
    await polling


async def _introduce(bot: Bot) -> object:
    """Ask for the bot's own name, which is then kept: polling cannot begin without it."""
    try:
        return await bot.me()
    except (TelegramUnauthorizedError, *_PASSING):
        raise
    except TelegramNotFound:
        raise SettingsError("TELEGRAM_BOT_TOKEN: Telegram knows no such bot") from None
    except AiogramError as error:
        # The cause is left out: it may quote the whole answer.
        raise SettingsError(
            f"TELEGRAM_API_BASE_URL: what answers there is no Bot API ({type(error).__name__})"
        ) from None


async def _serve_webhook(settings: TelegramSettings, bot: Bot, dispatcher: Dispatcher, redis: Redis) -> None:
    if settings.webhook_url is None or settings.webhook_secret is None:
        raise SettingsError("TELEGRAM_WEBHOOK_URL needs TELEGRAM_WEBHOOK_SECRET")
    secret = settings.webhook_secret.get_secret_value()
    url = settings.webhook_url

    async def is_ready() -> bool:
        try:
            return bool(await redis.ping())
        except RedisError:
            return False

    async def set_webhook() -> object:
        try:
            return await bot.set_webhook(
                url, secret_token=secret, allowed_updates=ALLOWED_UPDATES, max_connections=100
            )
        except TelegramBadRequest as error:
            raise SettingsError(f"TELEGRAM_WEBHOOK_URL: Telegram says: {error.message}") from None

    application = build_application(is_ready=is_ready)
    Webhook(dispatcher, bot, secret).register(application, settings.webhook_path)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await _listen(runner, settings)
        stopped = _stop_event()
        if await _until_telegram_answers(set_webhook, stopped):
            log.info("webhook_serving", host=settings.webhook_host, port=settings.webhook_port)
            await stopped.wait()
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, settings: TelegramSettings) -> None:
    try:
        await web.TCPSite(runner, settings.webhook_host, settings.webhook_port).start()
    except OSError as error:
        place = f"{settings.webhook_host}:{settings.webhook_port}"
        raise SettingsError(
            f"TELEGRAM_WEBHOOK_HOST and TELEGRAM_WEBHOOK_PORT: cannot listen on {place}: "
            f"{os.strerror(error.errno) if error.errno else 'no such host'}"
        ) from None


async def _until_telegram_answers(call: Callable[[], Awaitable[object]], stopped: asyncio.Event) -> bool:
    """Make one of the first calls until it is answered, be it with a refusal: some servers know fewer
    methods. False: we were told to stop first. Raises SettingsError when the token is refused."""
    while not stopped.is_set():
        try:
            await call()
        except TelegramUnauthorizedError:
            raise SettingsError("TELEGRAM_BOT_TOKEN: Telegram has refused the token") from None
        except _PASSING as error:
            log.warning("telegram_unreachable", error=type(error).__name__)
        except AiogramError as error:
            log.warning("telegram_refused_a_call", error=type(error).__name__)
            return True
        else:
            return True
        try:
            await asyncio.wait_for(stopped.wait(), _TELEGRAM_RETRY_S)
        except TimeoutError:
            continue
    return False


def _stop_event() -> asyncio.Event:
    """Set by SIGTERM and Ctrl-C."""
    stopped = asyncio.Event()
    call_at_stop(stopped.set)
    return stopped
