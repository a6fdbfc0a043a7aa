"""Broadcasts: as admins deal with them, and as a worker sends them."""

from bot.people.broadcasts.broadcasts import Broadcasts
from bot.people.broadcasts.halting import Halts
from bot.people.broadcasts.sending import Sending
from bot.people.broadcasts.telling import BroadcastNews
from bot.people.services import People
from bot.store.broadcasts import BroadcastStore
from bot.wiring.assistant import product_names
from bot.wiring.basis import Basis


def build_broadcasts(basis: Basis) -> Broadcasts:
    return Broadcasts(
        BroadcastStore(basis.engine, basis.tenant.name),
        tenant=basis.tenant,
        products=tuple(product_names(basis.tenant)),
        staff=basis.staff,
        news=BroadcastNews(basis.posts, basis.texts),
        halts=Halts(basis.redis, prefix=basis.prefix),
        now=basis.now,
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
