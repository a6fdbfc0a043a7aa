"""The web application: Telegram's webhook and the health page."""

import hmac
import json
from collections.abc import Awaitable, Callable

import structlog
from aiogram import Bot, Dispatcher
from aiohttp import web
from redis.exceptions import RedisError

from bot.handlers.session import parse_update

log = structlog.get_logger()

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
RETRY_LATER = 503


def build_application(*, is_ready: Callable[[], Awaitable[bool]]) -> web.Application:
    """An application with `/health`: 200 when this process can take messages in, else 503."""

    async def health(_: web.Request) -> web.Response:
        ready = await is_ready()
        return web.json_response({"ready": ready}, status=200 if ready else RETRY_LATER)

    application = web.Application(client_max_size=4 * 1024 * 1024)
    application.router.add_get("/health", health)
    return application


class Webhook:
    """Takes updates that Telegram pushes. Anything but 200 makes Telegram send the update again."""

    def __init__(self, dispatcher: Dispatcher, bot: Bot, secret: str) -> None:
        self._dispatcher = dispatcher
        self._bot = bot
        self._secret = secret.encode()

    def register(self, application: web.Application, path: str) -> None:
        application.router.add_post(path, self.receive)

    async def receive(self, request: web.Request) -> web.Response:
        sent = request.headers.get(SECRET_HEADER, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(sent, self._secret):
            return web.Response(status=401)
        try:
            update = parse_update(json.loads(await request.read()), self._bot)
        except (ValueError, KeyError, TypeError):
            log.warning("webhook_body_unreadable")
            return web.Response(status=400)
        try:
            await self._dispatcher.feed_update(self._bot, update)
        except (RedisError, TimeoutError):
            log.warning("webhook_update_refused", update_id=update.update_id)
            return web.Response(status=RETRY_LATER)
        return web.Response()
