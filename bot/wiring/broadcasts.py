"""Broadcasts: as admins deal with them, and as a worker sends them."""

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain.moments import Now
from bot.people.broadcasts.broadcasts import Broadcasts
from bot.people.broadcasts.halting import Halts
from bot.people.broadcasts.sending import Sending
from bot.people.broadcasts.telling import BroadcastNews
from bot.people.services import People
from bot.people.staff_posts import StaffPosts
from bot.staff.roles import Staff
from bot.store.broadcasts import BroadcastStore
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.wiring.assistant import product_names


def build_broadcasts(
    tenant: Tenant,
    texts: Texts,
    *,
    redis: Redis,
    engine: Engine,
    staff: Staff,
    posts: StaffPosts,
    prefix: str,
    now: Now,
) -> Broadcasts:
    return Broadcasts(
        BroadcastStore(engine, tenant.name),
        tenant=tenant,
        products=tuple(product_names(tenant)),
        staff=staff,
        news=BroadcastNews(posts, texts),
        halts=Halts(redis, prefix=prefix),
        now=now,
    )


def build_sending(people: People) -> Sending:
    return Sending(
        store=BroadcastStore(people.engine, people.tenant.name),
        delivery=people.delivery,
        redis=people.redis,
        halts=Halts(people.redis, prefix=people.prefix),
        tenant=people.tenant,
        texts=people.texts,
        tell_end=people.broadcasts.tell_end,
        tell_full=people.broadcasts.tell_full,
        prefix=people.prefix,
        now=people.now,
    )
