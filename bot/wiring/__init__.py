"""Builds the graph of objects from settings: the only package that names concrete classes.

What every process needs is here; each other module is imported only by those that need its libraries.
"""

from collections.abc import Mapping
from pathlib import Path

from redis import Redis as BlockingRedis
from redis.asyncio import Redis

from bot.embedded.redis import embedded_redis_url
from bot.joined_redis import JoinedRedis
from bot.queue.inbox import Inbox
from bot.redis_pool import QuickPool
from bot.settings import Settings
from bot.tenant import Tenant, find_tenant, load_tenant
from bot.texts.catalogue import LANGUAGES, Text, Texts, load_texts
from bot.wiring.recordings import largest_megabytes

TENANTS = Path("tenants")


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
    return JoinedRedis.from_pool(pool)


def open_blocking_redis(settings: Settings) -> BlockingRedis:
    return BlockingRedis.from_url(redis_url(settings))


def build_inbox(settings: Settings, redis: Redis) -> Inbox:
    return Inbox(
        redis,
        limit=settings.inbox_limit,
        poison_tries=settings.poison_tries,
        job_timeout_s=int(settings.turn_deadline_s * 2 + settings.voice.wait_s),
        short_note_s=settings.voice.short_seconds,
        hearing_timeout_s=int(settings.voice.wait_s + settings.voice.deadline_s * 4),
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
        "longest": bare.up_to(settings.voice.max_seconds, language),
        "largest": f"{largest_megabytes(settings):g}",
    }
