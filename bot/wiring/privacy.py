"""Consent, and what people may do with what is kept about them."""

from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.delivery.delivery import Delivery
from bot.delivery.kept_files import KeptFiles
from bot.domain.moments import Now
from bot.people.handoffs.handoffs import Handoffs
from bot.people.privacy.consent import Consents
from bot.people.privacy.consent_screen import ConsentScreen
from bot.people.privacy.erasing import Erasing
from bot.people.privacy.erasing_redis import RedisEraser
from bot.people.privacy.live_terms import LiveTerms
from bot.people.privacy.own_data import Privacy
from bot.people.privacy.personal_file import PersonalFiles
from bot.people.privacy.screens import PrivacyScreen
from bot.people.staff_posts import StaffPosts
from bot.queue.inbox import Inbox
from bot.queue.outbox import Outbox
from bot.store.consents import ConsentStore
from bot.store.erasing import ErasureStore
from bot.store.holds import HoldStore
from bot.store.personal_file import PersonalFileStore
from bot.store.sealing import Sealer
from bot.tenant import Tenant
from bot.texts.catalogue import Texts


def build_consents(tenant: Tenant, folder: Path, *, redis: Redis, engine: Engine, prefix: str) -> Consents:
    """`folder`: the tenant's, whose terms may change while all runs."""
    live = None if tenant.terms is None else LiveTerms(tenant.terms, folder)
    return Consents(ConsentStore(engine, tenant.name), redis, live, prefix=prefix)


def build_privacy(
    tenant: Tenant,
    texts: Texts,
    *,
    consents: Consents,
    redis: Redis,
    engine: Engine,
    inbox: Inbox,
    delivery: Delivery,
    posts: StaffPosts,
    handoffs: Handoffs,
    sealer: Sealer,
    prefix: str,
    now: Now,
) -> Privacy:
    keeps = tenant.service.dialogues.keeps_summary
    terms = consents.live
    erasing = Erasing(
        store=ErasureStore(engine, tenant.name),
        redis=RedisEraser(redis, prefix=prefix),
        inbox=inbox,
        outbox=Outbox(inbox),
        files=KeptFiles(redis, prefix=prefix),
        consents=consents,
        posts=posts,
        handoffs=handoffs,
        delivery=delivery,
        texts=texts,
        now=now,
    )
    return Privacy(
        consent_screen=ConsentScreen(texts, terms, may_keep_summary=keeps) if terms else None,
        screen=PrivacyScreen(texts, tenant.zone, has_terms=terms is not None, may_keep_summary=keeps),
        files=PersonalFiles(
            PersonalFileStore(engine, tenant.name, sealer), redis, inbox, consents, prefix=prefix
        ),
        erasing=erasing,
        inbox=inbox,
        holds=HoldStore(engine, tenant.name),
    )
