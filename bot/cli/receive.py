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
from bot.handlers.commands_menu import keep_commands_current
from bot.handlers.dispatcher import ALLOWED_UPDATES, build_bot, build_dispatcher
from bot.handlers.inbox import Acceptor
from bot.knowledge.live import LiveKnowledge
from bot.logs import configure_logs
from bot.settings import Settings, TelegramSettings
from bot.store.engine import database_url, open_engine
from bot.store.migrate import migrate_when_reachable
from bot.tenant import find_tenant
from bot.texts.catalogue import Text, Texts
from bot.web.application import Webhook, build_application
from bot.wiring import TENANTS, build_inbox, build_texts, open_redis
from bot.wiring.channels import open_channels
from bot.wiring.people import open_people
from bot.wiring.recordings import recording_limits

log = structlog.get_logger()

WEBHOOK_PATIENCE_S = 10.0
"""Telegram waits a minute for an answer; then it sends the update again."""
_TELEGRAM_RETRY_S = 5.0
_PASSING = (TelegramNetworkError, TelegramRetryAfter, TelegramServerError)


async def run(settings: Settings) -> int:
    configure_logs(settings.log_level, process="bot")
    bot = build_bot(settings.telegram)
    by_webhook = settings.telegram.webhook_url is not None
    patience_s = WEBHOOK_PATIENCE_S if by_webhook else None
    live = LiveKnowledge(find_tenant(settings.tenant, TENANTS), build=lambda _: None)
    tenant = live.knowledge.tenant
    texts = build_texts(tenant, settings)
    url = database_url(settings.database_url, settings.data_dir)
    await migrate_when_reachable(url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(bot.session.close)
        redis = open_redis(settings)
        stack.push_async_callback(redis.aclose)
        engine = open_engine(url)
        stack.callback(engine.dispose)
        channels = await stack.enter_async_context(open_channels(settings, redis))
        delivery = Delivery(redis, channels)
        inbox = build_inbox(settings, redis)
        people = open_people(
            settings, live, texts, redis=redis, engine=engine, inbox=inbox, delivery=delivery
        )
        refuse = partial(_refuse, delivery, texts)
        acceptor = Acceptor(inbox, patience_s=patience_s, refuse=refuse, seen=delivery.seen)
        dispatcher = build_dispatcher(acceptor, recording_limits(settings), people, patience_s=patience_s)
        keep_what_is_there()
        keeping = asyncio.create_task(keep_commands_current(bot, people))
        stack.callback(keeping.cancel)
        if by_webhook:
            await _serve_webhook(settings.telegram, bot, dispatcher, redis)
        else:
            await _poll(bot, dispatcher)
    return 0


async def _refuse(delivery: Delivery, texts: Texts, utterance: Utterance) -> None:
    """Tell the person that their inbox is full."""
    try:
        await delivery.tell(utterance.chat, texts.say(Text.INBOX_FULL, utterance.language))
    except (DeliveryError, RedisError) as error:
        log.warning("refusal_not_told", chat=utterance.chat.key, error=type(error).__name__)


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
