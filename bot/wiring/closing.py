"""What ends dialogues and asks for ratings."""

from dataclasses import replace

from bot.dialogue.around import Around
from bot.domain import Turn, TurnRecord
from bot.memory.boundaries import Boundaries
from bot.people.changes.calendar import Opens
from bot.people.endings.endings import Endings
from bot.people.endings.services import Closing
from bot.people.ratings.ratings import Ratings
from bot.people.ratings.screens import RatingScreens
from bot.people.ratings.thumbs import Thumbs
from bot.store.dialogues import DialogueStore
from bot.store.rated_answers import RatedAnswerStore
from bot.store.ratings import RatingStore
from bot.wiring.basis import Basis


def build_closing(basis: Basis, calendar: Opens) -> Closing:
    ratings = Ratings(
        store=RatingStore(basis.engine, basis.tenant.name, needs_consent=basis.tenant.terms is not None),
        outbox=basis.outbox,
        screens=RatingScreens(basis.tenant, basis.texts),
        tenant=basis.tenant,
        calendar=calendar,
        now=basis.now,
    )
    endings = Endings(
        boundaries=Boundaries(basis.redis, prefix=basis.prefix),
        store=DialogueStore(basis.engine, basis.tenant.name),
        ratings=ratings,
        texts=basis.texts,
        settings=basis.tenant.service.dialogues,
        zone=basis.tenant.zone,
        now=basis.now,
    )
    thumbs = Thumbs(
        redis=basis.redis,
        delivery=basis.delivery,
        store=RatedAnswerStore(basis.engine, basis.tenant.name),
        posts=basis.posts,
        texts=basis.texts,
        now=basis.now,
        prefix=basis.prefix,
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
