"""The language models. Each provider's package costs 0.1-0.4 s to import: only those built are."""

from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path
from typing import get_args

from redis.asyncio import Redis

from bot.embedded.model_server import read_model_url
from bot.errors import ModelUnavailable, SettingsError
from bot.llm.chain import ModelChain
from bot.llm.model import ChatModel, Chunk, Completion, ModelTraits, Prompt, Sampling
from bot.llm.pricing import Prices
from bot.llm.streams import SharedStreams
from bot.people.changes.models import OFF, ModelOption, ModelOptions
from bot.settings import Provider, Settings

LOCAL_QUEUE_S = 40.0
"""How long a turn may wait for the one slot of a local model that composes."""


def build_sampling(settings: Settings) -> Sampling:
    llm = settings.llm
    return Sampling(temperature=llm.temperature, top_p=llm.top_p, seed=llm.seed, max_tokens=llm.max_tokens)


def build_models(settings: Settings, redis: Redis | None) -> ModelChain:
    """The chosen model and its fallbacks. Without Redis nothing is shared with other processes."""
    return Models(settings, redis).chain()


def model_options(settings: Settings) -> ModelOptions:
    """Every provider: one is configured if the settings name it, or have what it needs."""
    named = (settings.provider, *settings.llm.fallback)
    own_server = settings.openai.base_url != type(settings.openai).model_fields["base_url"].default
    has_what_it_needs = {
        "local": settings.needs_local_model,
        "openai": settings.openai.api_key is not None or own_server,
        "gigachat": settings.gigachat.credentials is not None,
    }
    called = {"openai": settings.openai.model, "gigachat": settings.gigachat.model}
    return ModelOptions(
        options=tuple(
            ModelOption(
                provider=provider,
                model=called.get(provider, ""),
                is_configured=provider in named or has_what_it_needs[provider],
            )
            for provider in get_args(Provider)
        ),
        default=settings.provider,
        fallback=settings.llm.fallback,
    )


class Models:
    """The models of one process, each built when it is first chosen, and the chains made of them."""

    def __init__(self, settings: Settings, redis: Redis | None) -> None:
        self.options = model_options(settings)
        self._settings = settings
        self._redis = redis
        self._models: dict[str, ChatModel] = {}
        self._chains: dict[tuple[str, ...], ModelChain] = {}

    def chain(self, chosen: str | None = None) -> ModelChain:
        """What answers by an admin's choice; the same object for the same order. May block for an import."""
        order = tuple(self.options.order(chosen)) or (OFF,)
        if order not in self._chains:
            llm = self._settings.llm
            self._chains[order] = ModelChain(
                [self._model(provider) for provider in order],
                breaker_failures=llm.breaker_failures,
                breaker_pause_s=llm.breaker_pause_s,
                deadline_s=llm.deadline_s,
            )
        return self._chains[order]

    async def close(self) -> None:
        for model in self._models.values():
            await model.close()

    def _model(self, provider: str) -> ChatModel:
        if provider not in self._models:
            by_name: dict[str, Provider] = {name: name for name in get_args(Provider)}
            self._models[provider] = (
                SwitchedOff()
                if provider == OFF
                else _build_model(by_name[provider], self._settings, self._redis)
            )
        return self._models[provider]


class SwitchedOff:
    """The model that an admin has switched off: nobody asks it, for it neither writes nor phrases."""

    name = OFF
    traits = ModelTraits(composes=False, context_tokens=4_096, calls_tools=False, phrases=False)

    async def complete(self, prompt: Prompt) -> Completion:
        raise ModelUnavailable("the model is switched off", permanent=True)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        raise ModelUnavailable("the model is switched off", permanent=True)
        yield Chunk()

    async def close(self) -> None: ...


def _build_model(provider: Provider, settings: Settings, redis: Redis | None) -> ChatModel:
    match provider:
        case "local":
            return _build_local(settings, redis)
        case "openai":
            return _build_openai(settings, redis)
        case "gigachat":
            return _build_gigachat(settings, redis)


def _build_local(settings: Settings, redis: Redis | None) -> ChatModel:
    from bot.llm.openai_model import OpenAIModel

    local = settings.local
    wait_s = LOCAL_QUEUE_S if local.model_composes else local.model_phrases_within_s
    return OpenAIModel(
        name="local",
        model="local",
        base_url=partial(_local_model_url, settings.data_dir),
        traits=ModelTraits(
            composes=local.model_composes,
            context_tokens=local.model_context_tokens,
            calls_tools=False,
            tells_odds=True,
        ),
        streams=SharedStreams(redis, "local", limit=1, wait_s=wait_s) if redis is not None else None,
    )


def _local_model_url(data_dir: Path) -> str:
    url = read_model_url(data_dir)
    if url is None:
        raise ModelUnavailable("the local model's server is not running")
    return url


def _build_openai(settings: Settings, redis: Redis | None) -> ChatModel:
    from bot.llm.openai_model import OpenAIModel

    openai = settings.openai
    streams = None
    if redis is not None and openai.max_streams is not None:
        streams = SharedStreams(redis, "openai", limit=openai.max_streams)
    return OpenAIModel(
        name="openai",
        model=openai.model,
        base_url=openai.base_url,
        api_key=openai.api_key,
        traits=ModelTraits(composes=openai.composes, context_tokens=openai.context_tokens, calls_tools=True),
        prices=Prices(
            prompt_per_million=openai.prompt_price_per_million,
            completion_per_million=openai.completion_price_per_million,
        ),
        streams=streams,
    )


def _build_gigachat(settings: Settings, redis: Redis | None) -> ChatModel:
    from bot.llm.gigachat_model import GigaChatModel

    gigachat = settings.gigachat
    if gigachat.credentials is None:
        raise SettingsError("GIGACHAT_CREDENTIALS is missing")
    limit = gigachat.max_streams
    return GigaChatModel(
        name="gigachat",
        model=gigachat.model,
        base_url=gigachat.base_url,
        auth_url=gigachat.auth_url,
        credentials=gigachat.credentials,
        scope=gigachat.scope,
        redis=redis,
        ca_bundle_file=gigachat.ca_bundle_file,
        traits=ModelTraits(composes=True, context_tokens=gigachat.context_tokens, calls_tools=True),
        prices=Prices(
            prompt_per_million=gigachat.prompt_price_per_million,
            completion_per_million=gigachat.completion_price_per_million,
        ),
        streams=SharedStreams(redis, "gigachat", limit=limit) if redis is not None else None,
    )
