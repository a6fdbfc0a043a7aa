"""A person of the staff in a dialogue, for whichever process serves it."""

from dataclasses import replace

from bot.dialogue.around import Around
from bot.dialogue.relaying import Relaying
from bot.dialogue.suggesting import Suggesting
from bot.people.handoffs.calling import RedLights
from bot.people.handoffs.handoffs import Handoffs
from bot.people.handoffs.holds import Holds
from bot.people.handoffs.places import Places
from bot.people.handoffs.serving import HandoffServing
from bot.people.handoffs.tending import Tending
from bot.people.handoffs.words import HandoffWords
from bot.people.portrait import Portraits
from bot.people.services import People
from bot.store.handoffs import HandoffStore
from bot.store.turns import TurnStore
from bot.wiring.basis import Basis


def build_handoffs(basis: Basis) -> Handoffs:
    return Handoffs(
        store=HandoffStore(basis.engine, basis.tenant.name),
        holds=Holds(basis.redis, prefix=basis.prefix),
        staff=basis.staff,
        posts=basis.posts,
        outbox=basis.outbox,
        words=HandoffWords(basis.texts, basis.tenant, basis.posts.language),
        portraits=Portraits(basis.redis, TurnStore(basis.engine), prefix=basis.prefix),
        settings=basis.tenant.service.handoffs,
        now=basis.now,
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
