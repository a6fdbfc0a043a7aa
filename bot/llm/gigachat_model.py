"""GigaChat, by the official `gigachat` package and its first API."""

import logging
import ssl
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from pathlib import Path
from typing import Any, cast

import httpx
from gigachat import GigaChatAsyncClient
from gigachat.context import authorization_cvar
from gigachat.exceptions import AuthenticationError, GigaChatException, ResponseError
from gigachat.models.chat import ChatCompletionChunk
from pydantic import SecretStr, ValidationError
from redis.asyncio import Redis

from bot.errors import (
    BadModelRequest,
    ContextTooLong,
    ModelError,
    ModelOverloaded,
    ModelUnavailable,
    OutOfTokens,
)
from bot.llm.draft import Draft
from bot.llm.gigachat_wire import read_chunk, request_payload
from bot.llm.model import Chunk, Completion, ModelTraits, Prompt
from bot.llm.pricing import Prices
from bot.llm.shared_token import SharedToken
from bot.llm.streams import SharedStreams

_Events = AsyncGenerator[ChatCompletionChunk, None]


class GigaChatModel:
    """A ChatModel. `complete` reads a stream as well: so a long answer can be stopped while it comes.

    The access token is shared by all workers of one Redis; None: it is this process's own. `timeout_s`
    is the longest silence of the server. `ca_bundle_file` replaces the public authorities; TLS is always
    verified.
    """

    def __init__(
        self,
        *,
        name: str,
        model: str,
        base_url: str,
        auth_url: str,
        credentials: SecretStr,
        scope: str,
        redis: Redis | None,
        traits: ModelTraits,
        ca_bundle_file: Path | None = None,
        prices: Prices = Prices(),  # noqa: B008  frozen
        streams: SharedStreams | None = None,
        timeout_s: float = 30.0,
        prefix: str = "dz",
    ) -> None:
        # The package logs raw answers as errors when it cannot read them.
        logging.getLogger("gigachat").setLevel(logging.CRITICAL)
        self._name = name
        self._model = model
        self._traits = traits
        self._prices = prices
        self._streams = streams
        self._credentials = credentials
        # Whatever is not named here the package would take from environment variables of its own, which
        # have the names of our settings: an empty text is how one says "nothing" to it.
        self._options: dict[str, Any] = {
            "base_url": base_url,
            "auth_url": auth_url,
            "scope": scope,
            "model": model,
            "access_token": "",
            "user": "",
            "password": "",
            "ca_bundle_file": "",
            "verify_ssl_certs": True,
            "timeout": timeout_s,
            "max_retries": 0,
        }
        if ca_bundle_file is not None:
            self._options["ssl_context"] = ssl.create_default_context(cafile=str(ca_bundle_file))
        account = "\n".join((auth_url, scope, credentials.get_secret_value()))
        self._token = SharedToken(redis, account, self._fetch_token, prefix=prefix)
        self._client: GigaChatAsyncClient | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def traits(self) -> ModelTraits:
        return self._traits

    async def complete(self, prompt: Prompt) -> Completion:
        async with aclosing(self.stream(prompt)) as chunks:
            async for chunk in chunks:
                if chunk.completion is not None:
                    return chunk.completion
        raise AssertionError("a stream ends with a completion or an error")

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        draft = Draft(model=self._model)
        payload = request_payload(self._model, prompt)
        async with self._slot():
            try:
                async with aclosing(self._authorised(payload)) as events:
                    async for event in events:
                        if text := read_chunk(event, draft):
                            yield Chunk(text=text)
            except (GigaChatException, httpx.HTTPError, ValidationError) as error:
                # The cause is left out: it quotes what the server sent.
                raise self._translated(error) from None
        yield Chunk(completion=draft.complete(prompt, self._prices))

    async def close(self) -> None:
        if self._streams is not None:
            await self._streams.close()
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def _slot(self) -> AbstractAsyncContextManager[Any]:
        return self._streams.hold() if self._streams is not None else nullcontext()

    async def _authorised(self, payload: dict[str, Any]) -> _Events:
        """The events of one request; after a 401, which comes before any event, once more."""
        token = await self._token.get()
        try:
            async with aclosing(self._events(payload, token)) as events:
                async for event in events:
                    yield event
            return
        except AuthenticationError:
            await self._token.refused(token)
        async with aclosing(self._events(payload, await self._token.get())) as events:
            async for event in events:
                yield event

    async def _events(self, payload: dict[str, Any], token: str) -> _Events:
        if self._client is None:
            self._client = GigaChatAsyncClient(credentials="", **self._options)
        async with aclosing(cast(_Events, self._client.astream(payload))) as events:
            # The headers are built before the first event, so the variable is set for no longer than that.
            mark = authorization_cvar.set(f"Bearer {token}")
            try:
                first = await anext(events, None)
            finally:
                authorization_cvar.reset(mark)
            if first is not None:
                yield first
                async for event in events:
                    yield event

    async def _fetch_token(self) -> tuple[str, float]:
        credentials = self._credentials.get_secret_value()
        try:
            async with GigaChatAsyncClient(credentials=credentials, **self._options) as client:
                token = await client.aget_token()
        except (GigaChatException, httpx.HTTPError, ValidationError, ValueError) as error:
            raise self._translated(error) from None
        if token is None:
            raise BadModelRequest(f"{self._name}: no credentials", permanent=True)
        return token.access_token, token.expires_at / 1000

    def _translated(self, error: Exception) -> ModelError:
        if not isinstance(error, ResponseError):
            return ModelUnavailable(f"{self._name}: {type(error).__name__}")
        status = error.status_code
        message = f"{self._name}: HTTP {status}"
        if status == 402:
            return OutOfTokens(message, permanent=True)
        if status == 413:
            return ContextTooLong(message, permanent=True)
        if status == 429:
            return ModelOverloaded(message)
        if status == 408 or status >= 500:
            return ModelUnavailable(message)
        return BadModelRequest(message, permanent=True)
