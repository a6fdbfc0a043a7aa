"""Every model that speaks OpenAI's protocol, by the `openai` package: OpenAI, vLLM, llama.cpp's server."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, Final

import httpx2
import openai
from openai._models import FinalRequestOptions
from pydantic import SecretStr

from bot.errors import (
    BadModelRequest,
    ContextTooLong,
    ModelError,
    ModelOverloaded,
    ModelRefused,
    ModelUnavailable,
    OutOfTokens,
)
from bot.llm.aiohttp_client import AiohttpBody, AiohttpClient, with_body
from bot.llm.draft import Draft
from bot.llm.model import Chunk, Completion, ModelTraits, Prompt
from bot.llm.openai_wire import StreamReader, read_answer, request_body
from bot.llm.pricing import Prices
from bot.llm.streams import SharedStreams

MAX_BODY_BYTES: Final = 262_144

_LATE_EOF_S: Final = 1.0

_TOO_LONG = ("context_length_exceeded", "exceed_context_size_error")
_REFUSED = ("content_filter", "content_policy_violation")


class OpenAIModel:
    """A ChatModel. `base_url` may be a callable, for a server whose address is known only once it runs:
    it is asked before the first call and again after the server could not be reached, and may raise
    ModelUnavailable. `timeout_s` is for one whole answer.
    """

    def __init__(
        self,
        *,
        name: str,
        model: str,
        base_url: str | Callable[[], str],
        traits: ModelTraits,
        api_key: SecretStr | None = None,
        prices: Prices = Prices(),  # noqa: B008  frozen
        streams: SharedStreams | None = None,
        timeout_s: float = 60.0,
        connect_timeout_s: float = 5.0,
    ) -> None:
        self._name = name
        self._model = model
        self._base_url = base_url
        self._traits = traits
        self._api_key = api_key.get_secret_value() if api_key is not None else "none"
        self._prices = prices
        self._streams = streams
        self._http = AiohttpClient(timeout_s=timeout_s, connect_timeout_s=connect_timeout_s)
        self._client: _Client | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def traits(self) -> ModelTraits:
        return self._traits

    async def complete(self, prompt: Prompt) -> Completion:
        draft = Draft(model=self._model)
        async with self._slot():
            body = await self._open(request_body(self._model, prompt, stream=False))
            try:
                answer = await body.read(MAX_BODY_BYTES)
            except httpx2.HTTPError as error:
                raise ModelUnavailable(f"{self._name}: {type(error).__name__}") from error
            finally:
                body.close()
        if answer is None:
            raise ModelUnavailable(f"{self._name}: the answer does not end")
        read_answer(answer, draft)
        return draft.complete(prompt, self._prices)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        draft = Draft(model=self._model)
        async with self._slot():
            body = await self._open(request_body(self._model, prompt, stream=True))
            try:
                async for text in _texts(body, draft):
                    yield Chunk(text=text)
            except httpx2.HTTPError as error:
                raise ModelUnavailable(f"{self._name}: {type(error).__name__}") from error
            finally:
                body.close()
        yield Chunk(completion=draft.complete(prompt, self._prices))

    async def close(self) -> None:
        if self._streams is not None:
            await self._streams.close()
        self._client = None
        await self._http.aclose()

    def _slot(self) -> AbstractAsyncContextManager[Any]:
        return self._streams.hold() if self._streams is not None else nullcontext()

    async def _open(self, content: bytes) -> AiohttpBody:
        """Send the request; the answer's status is good when this returns."""
        client = self._client or self._connect()
        try:
            response = await client.post(
                "/chat/completions",
                cast_to=httpx2.Response,
                content=content,
                stream=True,
                stream_cls=openai.AsyncStream[Any],
            )
        except openai.APIConnectionError as error:
            self._client = None
            raise ModelUnavailable(f"{self._name}: {type(error.__cause__).__name__}") from error
        except openai.APIStatusError as error:
            # The cause is left out: it may quote the request or the key.
            raise self._translated(error) from None
        assert isinstance(response, httpx2.Response)
        assert isinstance(response.stream, AiohttpBody)
        return response.stream

    def _connect(self) -> "_Client":
        url = self._base_url if isinstance(self._base_url, str) else self._base_url()
        self._client = _Client(api_key=self._api_key, base_url=url, max_retries=0, http_client=self._http)
        return self._client

    def _translated(self, error: openai.APIStatusError) -> ModelError:
        status, codes = error.status_code, (error.code, error.type)
        message = f"{self._name}: HTTP {status} {error.code or error.type or ''}".rstrip()
        if status == 413 or any(code in _TOO_LONG for code in codes):
            return ContextTooLong(message, permanent=True)
        if any(code in _REFUSED for code in codes):
            return ModelRefused(message, permanent=True)
        if status == 402 or "insufficient_quota" in codes:
            return OutOfTokens(message, permanent=True)
        if status == 429:
            return ModelOverloaded(message)
        if status in (408, 409) or status >= 500:
            return ModelUnavailable(message)
        return BadModelRequest(message, permanent=True)


class _Client(openai.AsyncOpenAI):
    """The package's client for one address and one key: it builds the URL and the headers once.

    They are the same for every call, and building them anew was half of the package's CPU in one.
    """

    _request: httpx2.Request | None = None

    def _build_request(self, options: FinalRequestOptions, *, retries_taken: int = 0) -> httpx2.Request:
        assert isinstance(options.content, bytes)
        if self._request is None:
            empty = options.model_copy(update={"content": b""})
            self._request = super()._build_request(empty, retries_taken=retries_taken)
        return with_body(self._request, options.content)


async def _texts(body: AiohttpBody, draft: Draft) -> AsyncIterator[str]:
    """The text of the stream, as many pieces as came over the network. Reads to the end of the body, so
    that the connection can be used again; once the answer is whole, a cut no longer matters."""
    reader, pieces, cut = StreamReader(draft), aiter(body), False
    try:
        while not reader.done:
            piece = await anext(pieces, None)
            if piece is None:
                break
            if text := reader.feed(piece):
                yield text
    except httpx2.HTTPError:
        if draft.finish is None:
            raise
        cut = True
    else:
        try:
            async with asyncio.timeout(_LATE_EOF_S):
                while reader.done and await anext(pieces, None) is not None:
                    pass
        except (TimeoutError, httpx2.HTTPError):
            pass
    if text := reader.finish(cut=cut):
        yield text
