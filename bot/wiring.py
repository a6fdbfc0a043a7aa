"""Builds the graph of objects from settings: the only file that names concrete classes."""

import hashlib
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from redis import Redis as BlockingRedis
from redis.asyncio import Redis

from bot.delivery.channel import Channel
from bot.delivery.console_channel import ConsoleChannel
from bot.delivery.delivery import Delivery
from bot.delivery.limiter import Limiter
from bot.delivery.telegram_channel import TelegramChannel
from bot.dialogue.answering import Assistant
from bot.dialogue.prompting import build_prompts, public_facts
from bot.dialogue.serving import TurnPolicy, TurnServer
from bot.domain import ChannelName
from bot.embedded.model_server import read_model_url
from bot.embedded.redis import embedded_redis_url
from bot.errors import ModelUnavailable, SettingsError
from bot.guard.forbidden import ForbiddenTopic, ForbiddenTopics
from bot.knowledge.lemmas import Lemmatiser
from bot.knowledge.passage_index import PassageIndex
from bot.llm.chain import ModelChain
from bot.llm.gigachat_model import GigaChatModel
from bot.llm.model import ChatModel, Message, ModelTraits, Prompt, Sampling
from bot.llm.openai_model import OpenAIModel
from bot.llm.pricing import Prices
from bot.llm.streams import SharedStreams
from bot.memory.dialogue import DialogueMemory
from bot.memory.summary import ExtractiveSummariser, ModelSummariser, Summariser
from bot.queue.cancellations import Cancellations
from bot.queue.inbox import Inbox
from bot.redis_pool import QuickPool
from bot.settings import Provider, Settings
from bot.store.engine import database_url, open_engine
from bot.store.turn_log import TurnLog
from bot.store.turns import TurnStore
from bot.tenant import Tenant, find_tenant, load_tenant
from bot.texts.catalogue import LANGUAGES, Text, Texts, load_texts

TENANTS = Path("tenants")
LOCAL_QUEUE_S = 40.0
"""How long a turn may wait for the one slot of a local model that composes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerServices:
    """What a worker's jobs need, open for as long as the worker runs."""

    turns: TurnServer
    turn_log: TurnLog
    cancellations: Cancellations
    inbox: Inbox


def redis_url(settings: Settings) -> str:
    return settings.redis_url or embedded_redis_url(settings.data_dir)


def open_redis(settings: Settings, *, connections: int = 64) -> Redis:
    """A client for an event loop: who finds no free connection waits for one.

    Without a socket timeout: with one, redis-py waits by `asyncio.wait_for`, which on Python 3.11 swallows
    one cancellation in five. A host that vanishes is noticed by TCP's keep-alive.
    """
    pool = QuickPool.from_url(
        redis_url(settings),
        max_connections=connections,
        timeout=30,
        socket_timeout=None,
        **({} if redis_url(settings).startswith("unix:") else {"socket_keepalive": True}),
    )
    return Redis.from_pool(pool)


def open_blocking_redis(settings: Settings) -> BlockingRedis:
    return BlockingRedis.from_url(redis_url(settings))


def build_inbox(settings: Settings, redis: Redis) -> Inbox:
    return Inbox(
        redis,
        limit=settings.inbox_limit,
        poison_tries=settings.poison_tries,
        job_timeout_s=int(settings.turn_deadline_s * 2),
    )


def load_configured_tenant(settings: Settings) -> Tenant:
    return load_tenant(find_tenant(settings.tenant, TENANTS))


def build_texts(tenant: Tenant, settings: Settings) -> Texts:
    """The catalogues with the tenant's own wording, name and contacts in them."""
    bare = load_texts(tenant.texts)
    return load_texts(
        tenant.texts, {language: _text_facts(tenant, settings, bare, language) for language in LANGUAGES}
    )


def _text_facts(tenant: Tenant, settings: Settings, bare: Texts, language: str) -> Mapping[str, str]:
    wording = tenant.wording(language)
    return {
        "name": wording.persona_name,
        "title": wording.title,
        "subject": wording.subject,
        "contacts": bare.say(Text.PERSON, language, phone=tenant.contacts.phone, email=tenant.contacts.email),
        "days": bare.days(settings.log_retention_days, language),
    }


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


def _build_local(settings: Settings, redis: Redis | None) -> OpenAIModel:
    local = settings.local
    wait_s = LOCAL_QUEUE_S if local.model_composes else local.model_phrases_within_s
    return OpenAIModel(
        name="local",
        model="local",
        base_url=partial(_local_model_url, settings.data_dir),
        traits=ModelTraits(
            composes=local.model_composes, context_tokens=local.model_context_tokens, calls_tools=False
        ),
        streams=SharedStreams(redis, "local", limit=1, wait_s=wait_s) if redis is not None else None,
    )


def _local_model_url(data_dir: Path) -> str:
    url = read_model_url(data_dir)
    if url is None:
        raise ModelUnavailable("the local model's server is not running")
    return url


def _build_openai(settings: Settings, redis: Redis | None) -> OpenAIModel:
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


def _build_gigachat(settings: Settings, redis: Redis | None) -> GigaChatModel:
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


def build_assistant(tenant: Tenant, texts: Texts, models: ModelChain, settings: Settings) -> Assistant:
    topics = [
        ForbiddenTopic(name=topic.name, words=topic.words, phrases=topic.phrases, patterns=topic.patterns)
        for topic in tenant.forbidden
    ]
    return Assistant(
        index=PassageIndex(tenant.passages, tenant.lexicon),
        models=models,
        prompts=build_prompts(tenant, build_sampling(settings)),
        texts=texts,
        forbidden=ForbiddenTopics(topics, Lemmatiser({}).all_lemmas),
        public=[public_facts(tenant)],
        knowledge=_version_of(tenant),
        own_phones=tenant.phones,
    )


def _version_of(tenant: Tenant) -> str:
    passages = [(passage.passage_id, passage.text) for passage in tenant.passages]
    return hashlib.sha256(repr(passages).encode()).hexdigest()[:12]


def _summariser(settings: Settings, models: ModelChain) -> Summariser:
    extractive = ExtractiveSummariser(settings.memory_tokens // 4)
    if not models.traits.composes:
        return extractive

    async def ask(system: str, text: str) -> str:
        messages = (Message(role="system", content=system), Message(role="user", content=text))
        completion = await models.complete(Prompt(messages=messages, sampling=build_sampling(settings)))
        return completion.text

    return ModelSummariser(ask, extractive)


@asynccontextmanager
async def open_channels(settings: Settings, redis: Redis) -> AsyncIterator[Mapping[ChannelName, Channel]]:
    """Every channel that the settings open; Telegram's only with a token."""
    console = ConsoleChannel(redis)
    channels: dict[ChannelName, Channel] = {ChannelName.CONSOLE: console, ChannelName.WEB: console}
    if settings.telegram.bot_token is not None:
        limiter = Limiter(redis, settings.telegram)
        channels[ChannelName.TELEGRAM] = await TelegramChannel.open(settings.telegram, limiter)
    try:
        yield channels
    finally:
        for channel in set(channels.values()):
            await channel.close()


@asynccontextmanager
async def open_worker_services(settings: Settings, tenant: Tenant) -> AsyncIterator[WorkerServices]:
    """Open everything a worker needs, and close it in the reverse order."""
    async with AsyncExitStack() as stack:
        redis = open_redis(settings)
        stack.push_async_callback(redis.aclose)
        models = build_models(settings, redis)
        stack.push_async_callback(models.close)
        channels = await stack.enter_async_context(open_channels(settings, redis))
        engine = open_engine(database_url(settings.database_url, settings.data_dir))
        stack.callback(engine.dispose)
        texts = build_texts(tenant, settings)
        inbox = build_inbox(settings, redis)
        cancellations = Cancellations(redis)
        turns = TurnServer(
            inbox=inbox,
            assistant=build_assistant(tenant, texts, models, settings),
            memory=DialogueMemory(
                redis, settings.memory_tokens, settings.memory_ttl_s, summariser=_summariser(settings, models)
            ),
            delivery=Delivery(redis, channels),
            texts=texts,
            policy=_policy(settings, tenant),
            cancellations=cancellations,
            worker=f"{socket.gethostname()}:{os.getpid()}",
        )
        turn_log = TurnLog(redis, TurnStore(engine))
        yield WorkerServices(turns=turns, turn_log=turn_log, cancellations=cancellations, inbox=inbox)


def _policy(settings: Settings, tenant: Tenant) -> TurnPolicy:
    return TurnPolicy(
        tenant=tenant.name,
        burst_window_s=settings.burst_window_s,
        notice_after_s=settings.notice_after_s,
        deadline_s=settings.turn_deadline_s,
        turns_per_minute=settings.turns_per_minute,
        own_phones=tenant.phones,
    )
