"""aiogram's HTTP session, hardened: one update it cannot parse does not hold up the others."""

import json
from typing import Any, cast

import structlog
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import ClientDecodeError, TelegramServerError
from aiogram.methods import GetUpdates, Response, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import Update
from aiohttp import ClientResponse, ClientSession
from pydantic import ValidationError

log = structlog.get_logger()


_PASSING = (408, 429)


class _ReadableResponse(ClientResponse):
    """Bytes that are no UTF-8 become signs of replacement: strictly read, they would come again for ever."""

    async def text(self, encoding: str | None = None, errors: str = "replace") -> str:
        return await super().text(encoding, errors)


class TolerantSession(AiohttpSession):
    """Gives an empty update, with its id, for one whose fields have types unknown to aiogram."""

    async def create_session(self) -> ClientSession:
        if self._should_reset_connector:
            await self.close()
        if self._session is None or self._session.closed:
            connector = self._connector_type(**self._connector_init)
            self._session = ClientSession(connector=connector, response_class=_ReadableResponse)
            self._should_reset_connector = False
        return self._session

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        try:
            return super().check_response(bot, method, status_code, content)
        except ClientDecodeError as error:
            if status_code in _PASSING or status_code >= 500:
                # A proxy's page of HTML; the cause is left out, since it quotes what was sent.
                raise TelegramServerError(method=method, message=f"HTTP {status_code}") from None
            if not isinstance(method, GetUpdates) or not isinstance(error.original, ValidationError):
                raise
        updates = [parse_update(raw, bot) for raw in json.loads(content)["result"]]
        return Response[TelegramType].model_construct(ok=True, result=cast(TelegramType, updates))


def parse_update(raw: dict[str, Any], bot: Bot) -> Update:
    """The update, or an empty one with the same id. Raises KeyError when there is no id."""
    try:
        return Update.model_validate(raw, context={"bot": bot})
    except ValidationError as error:
        log.warning("update_unparsable", update_id=raw["update_id"], faults=error.error_count())
        return Update(update_id=raw["update_id"])
