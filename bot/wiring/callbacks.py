"""Requests to be called: their life, their cards for staff, and the clock behind them."""

from sqlalchemy import Engine

from bot.domain.moments import Now
from bot.people.callbacks.card_text import CardWording
from bot.people.callbacks.cards import Cards
from bot.people.callbacks.reminders import Reminders
from bot.people.callbacks.requests import Callbacks
from bot.people.changes.calendar import Opens
from bot.people.portrait import Portraits
from bot.people.working_clock import WorkingClock
from bot.store.callbacks import CallbackStore
from bot.store.sealing import Sealer
from bot.store.turns import TurnStore
from bot.tenant import Tenant
from bot.wiring.basis import Basis


def build_callbacks(tenant: Tenant, calendar: Opens, engine: Engine, sealer: Sealer, now: Now) -> Callbacks:
    settings = tenant.service.callbacks
    clock = WorkingClock(calendar, tenant.department(settings.department))
    return Callbacks(CallbackStore(engine, tenant.name), sealer, clock, settings, now=now)


def build_cards(basis: Basis, callbacks: Callbacks) -> Cards:
    return Cards(
        callbacks=callbacks,
        posts=basis.posts,
        staff=basis.staff,
        portraits=Portraits(basis.redis, TurnStore(basis.engine), prefix=basis.prefix),
        wording=CardWording(basis.tenant, basis.texts),
        texts=basis.texts,
        now=basis.now,
    )


def build_reminders(basis: Basis, callbacks: Callbacks, cards: Cards) -> Reminders:
    return Reminders(
        callbacks=callbacks,
        cards=cards,
        settings=basis.tenant.service.callbacks,
        texts=basis.texts,
        language=basis.tenant.languages[0],
        now=basis.now,
    )
