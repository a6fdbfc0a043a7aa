"""What staff look after the answers with."""

from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain.moments import Now
from bot.people.changes.calendar import Opens
from bot.people.review.decisions import ReviewDecisions
from bot.people.review.marks import Marking
from bot.people.review.oversight import Oversight
from bot.people.review.proposals import Proposals
from bot.people.review.reviewing import Reviewing
from bot.people.review.why import Why
from bot.people.staff_posts import StaffPosts
from bot.people.tuning import Tuning
from bot.queue.outbox import Outbox
from bot.staff.roles import Staff
from bot.store.marks import MarkStore
from bot.store.proposals import ProposalStore
from bot.store.reviews import ReviewStore
from bot.store.sealing import Sealer
from bot.store.tunings import TuningStore
from bot.tenant import Tenant
from bot.texts.catalogue import Texts


def build_oversight(
    tenant: Tenant,
    texts: Texts,
    folder: Path,
    *,
    calendar: Opens,
    redis: Redis,
    engine: Engine,
    outbox: Outbox,
    posts: StaffPosts,
    staff: Staff,
    sealer: Sealer,
    prefix: str,
    now: Now,
) -> Oversight:
    """`folder`: of the tenant, to which accepted answers are written."""
    store = ReviewStore(engine, tenant.name)
    tuning = Tuning(TuningStore(engine, tenant.name), redis, tenant.name, prefix=prefix)
    return Oversight(
        why=Why(engine, tenant, texts),
        proposals=Proposals(ProposalStore(engine, tenant.name), tenant, folder, now),
        reviewing=Reviewing(
            store=store,
            tuning=tuning,
            posts=posts,
            sealer=sealer,
            tenant=tenant,
            calendar=calendar,
            texts=texts,
            now=now,
        ),
        decisions=ReviewDecisions(
            store=store,
            outbox=outbox,
            posts=posts,
            staff=staff,
            sealer=sealer,
            tenant=tenant,
            texts=texts,
            now=now,
        ),
        marking=Marking(store=MarkStore(engine, tenant.name), now=now),
    )
