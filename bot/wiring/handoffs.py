"""A person of the staff in a dialogue, for whichever process serves it."""

from dataclasses import replace

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.dialogue.around import Around
from bot.dialogue.relaying import Relaying
from bot.dialogue.suggesting import Suggesting
from bot.domain.moments import Now
from bot.people.handoffs.calling import RedLights
from bot.people.handoffs.handoffs import Handoffs
from bot.people.handoffs.holds import Holds
from bot.people.handoffs.places import Places
from bot.people.handoffs.serving import HandoffServing
from bot.people.handoffs.tending import Tending
from bot.people.handoffs.words import HandoffWords
from bot.people.portrait import Portraits
from bot.people.services import People
from bot.people.staff_posts import StaffPosts
from bot.queue.outbox import Outbox
from bot.staff.roles import Staff
from bot.store.handoffs import HandoffStore
from bot.store.turns import TurnStore
from bot.tenant import Tenant
from bot.texts.catalogue import Texts


def build_handoffs(
    tenant: Tenant,
    texts: Texts,
    *,
    redis: Redis,
    engine: Engine,
    outbox: Outbox,
    staff: Staff,
    posts: StaffPosts,
    now: Now,
    prefix: str = "dz",
) -> Handoffs:
    return Handoffs(
        store=HandoffStore(engine, tenant.name),
        holds=Holds(redis, prefix=prefix),
        staff=staff,
        posts=posts,
        outbox=outbox,
        words=HandoffWords(texts, tenant, posts.language),
        portraits=Portraits(redis, TurnStore(engine), prefix=prefix),
        settings=tenant.service.handoffs,
        now=now,
    )


def build_handoff_serving(people: People) -> HandoffServing:
    return HandoffServing(people.handoffs, _places(people), people.outbox)


def build_tending(people: People) -> Tending:
    return Tending(people.handoffs, people.staff, people.outbox, people.now)


def with_handoffs(around: Around, people: People, suggesting: Suggesting | None = None) -> Around:
    """`suggesting` None: operators write all by themselves."""
    red_lights = RedLights(people.handoffs, people.changes.calendar, people.now)
    return replace(
        around,
        relay=Relaying(people.handoffs, _places(people), people.delivery).relay,
        relayed=suggesting.relayed if suggesting is not None else None,
        is_held=people.handoffs.is_held,
        after=(*around.after, red_lights.answered),
    )


def _places(people: People) -> Places:
    portraits = Portraits(people.redis, TurnStore(people.engine), prefix=people.prefix)
    return Places(people.handoffs, people.delivery, people.staff, portraits)
