"""What staff look after the answers with."""

from bot.people.changes.calendar import Opens
from bot.people.review.decisions import ReviewDecisions
from bot.people.review.marks import Marking
from bot.people.review.oversight import Oversight
from bot.people.review.proposals import Proposals
from bot.people.review.reviewing import Reviewing
from bot.people.review.why import Why
from bot.store.marks import MarkStore
from bot.store.proposals import ProposalStore
from bot.store.reviews import ReviewStore
from bot.wiring.basis import Basis


def build_oversight(basis: Basis, calendar: Opens) -> Oversight:
    """Accepted answers are written to the tenant's folder."""
    tenant, engine = basis.tenant, basis.engine
    store = ReviewStore(engine, tenant.name)
    return Oversight(
        why=Why(engine, tenant, basis.texts),
        proposals=Proposals(ProposalStore(engine, tenant.name), tenant, basis.folder, basis.now),
        reviewing=Reviewing(
            store=store,
            tuning=basis.tuning,
            posts=basis.posts,
            sealer=basis.sealer,
            tenant=tenant,
            calendar=calendar,
            texts=basis.texts,
            now=basis.now,
        ),
        decisions=ReviewDecisions(
            store=store,
            outbox=basis.outbox,
            posts=basis.posts,
            staff=basis.staff,
            sealer=basis.sealer,
            tenant=tenant,
            texts=basis.texts,
            now=basis.now,
        ),
        marking=Marking(store=MarkStore(engine, tenant.name), now=basis.now),
    )
