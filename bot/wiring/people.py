"""Everything that people do beyond asking, for whichever process serves it."""

from collections.abc import Awaitable, Callable, Mapping

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.delivery.delivery import Delivery
from bot.delivery.kept_files import KeptFiles
from bot.dialogue.outgoing import Outgoings
from bot.people.services import People
from bot.queue.inbox import Inbox
from bot.queue.outbox import Outbox
from bot.tenant import Tenant
from bot.texts.catalogue import Texts

Duty = Callable[[], Awaitable[None]]
"""Something to be done now and then; done twice it does no harm."""

DUTIES: Mapping[str, float] = {}
"""Every how many seconds the clock wants each duty done."""


def build_people(
    tenant: Tenant,
    texts: Texts,
    *,
    redis: Redis,
    engine: Engine,
    inbox: Inbox,
    delivery: Delivery,
    prefix: str = "dz",
) -> People:
    """The database must be migrated."""
    return People(
        tenant=tenant,
        texts=texts,
        redis=redis,
        prefix=prefix,
        engine=engine,
        outbox=Outbox(inbox),
        delivery=delivery,
        files=KeptFiles(redis, prefix=prefix),
    )


def build_outgoings(people: People) -> Outgoings:
    """What serves the outbox, with those who want to know what became of it."""
    return Outgoings(people.delivery)


def build_duties(people: People) -> Mapping[str, Duty]:
    """A function for each name of `DUTIES`."""
    return {}
