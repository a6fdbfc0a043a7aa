"""The language models. Each provider's package costs 0.1-0.4 s to import: only those built are."""

from functools import partial
from pathlib import Path

from redis.asyncio import Redis

from bot.embedded.model_server import read_model_url
from bot.errors import ModelUnavailable, SettingsError
from bot.llm.chain import ModelChain
from bot.llm.model import ChatModel, ModelTraits, Sampling
from bot.llm.pricing import Prices
from bot.llm.streams import SharedStreams
from bot.settings import Provider, Settings

LOCAL_QUEUE_S = 40.0
"""How long a turn may wait for the one slot of a local model that composes."""


def build_sampling(settings: Settings) -> Sampling:
    llm = settings.llm
    return Sampling(temperature=llm.temperature, top_p=llm.top_p, seed=llm.seed, max_tokens=llm.max_tokens)


def build_models(settings: Settings, redis: Redis | None) -> ModelChain:
    """The chosen model and its fallbacks. Without Redis nothing is shared with other processes."""
    order = dict.fromkeys((settings.provider, *settings.llm.fallback))
    return ModelChain(
        [_build_model(provider, settings, redis) for provider in order],
        breaker_failures=settings.llm.breaker_failures,
        breaker_pause_s=settings.llm.breaker_pause_s,
        deadline_s=settings.llm.deadline_s,
    )


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
