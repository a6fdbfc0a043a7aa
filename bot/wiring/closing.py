"""What ends dialogues and asks for ratings."""

from dataclasses import replace

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.delivery.delivery import Delivery
from bot.dialogue.around import Around
from bot.domain import Turn, TurnRecord
from bot.domain.moments import Now
from bot.memory.boundaries import Boundaries
from bot.people.changes.calendar import Opens
from bot.people.endings.endings import Endings
from bot.people.endings.services import Closing
from bot.people.ratings.ratings import Ratings
from bot.people.ratings.screens import RatingScreens
from bot.people.ratings.thumbs import Thumbs
from bot.people.staff_posts import StaffPosts
from bot.queue.outbox import Outbox
from bot.store.dialogues import DialogueStore
from bot.store.rated_answers import RatedAnswerStore
from bot.store.ratings import RatingStore
from bot.tenant import Tenant
from bot.texts.catalogue import Texts


def build_closing(
    tenant: Tenant,
    texts: Texts,
    *,
    calendar: Opens,
    redis: Redis,
    engine: Engine,
    outbox: Outbox,
    delivery: Delivery,
    posts: StaffPosts,
    prefix: str,
    now: Now,
) -> Closing:
    ratings = Ratings(
        store=RatingStore(engine, tenant.name, needs_consent=tenant.terms is not None),
        outbox=outbox,
        screens=RatingScreens(tenant, texts),
        tenant=tenant,
        calendar=calendar,
        now=now,
    )
    endings = Endings(
        boundaries=Boundaries(redis, prefix=prefix),
        store=DialogueStore(engine, tenant.name),
        ratings=ratings,
        texts=texts,
        settings=tenant.service.dialogues,
        zone=tenant.zone,
        now=now,
    )
    thumbs = Thumbs(
        redis=redis,
        delivery=delivery,
        store=RatedAnswerStore(engine, tenant.name),
        posts=posts,
        texts=texts,
        now=now,
        prefix=prefix,
    )
    return Closing(endings=endings, ratings=ratings, thumbs=thumbs)


def build_closing_around(closing: Closing, around: Around) -> Around:
    """The same, with dialogues that end and answers that can be rated."""

    async def offer_thumbs(turn: Turn, record: TurnRecord, message_id: int | None) -> None:
        await closing.thumbs.after(turn, record, message_id, around.offered(turn, record.answer))

    return replace(
        around,
        before=(*around.before, closing.endings.before),
        after=(*around.after, offer_thumbs, closing.endings.after),
    )
