"""Requests to be called: their life, their cards for staff, and the clock behind them."""

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain.moments import Now
from bot.people.callbacks.card_text import CardWording
from bot.people.callbacks.cards import Cards
from bot.people.callbacks.reminders import Reminders
from bot.people.callbacks.requests import Callbacks
from bot.people.changes.calendar import Opens
from bot.people.portrait import Portraits
from bot.people.staff_posts import StaffPosts
from bot.people.working_clock import WorkingClock
from bot.staff.roles import Staff
from bot.store.callbacks import CallbackStore
from bot.store.sealing import Sealer
from bot.store.turns import TurnStore
from bot.tenant import Tenant
from bot.texts.catalogue import Texts


def build_callbacks(tenant: Tenant, calendar: Opens, engine: Engine, sealer: Sealer, now: Now) -> Callbacks:
    settings = tenant.service.callbacks
    clock = WorkingClock(calendar, tenant.department(settings.department))
    return Callbacks(CallbackStore(engine, tenant.name), sealer, clock, settings, now=now)


def build_cards(
    tenant: Tenant,
    texts: Texts,
    *,
    callbacks: Callbacks,
    posts: StaffPosts,
    staff: Staff,
    redis: Redis,
    engine: Engine,
    prefix: str,
    now: Now,
) -> Cards:
    return Cards(
        callbacks=callbacks,
        posts=posts,
        staff=staff,
        portraits=Portraits(redis, TurnStore(engine), prefix=prefix),
        wording=CardWording(tenant, texts),
        texts=texts,
        now=now,
    )


def build_reminders(tenant: Tenant, texts: Texts, callbacks: Callbacks, cards: Cards, now: Now) -> Reminders:
    return Reminders(
        callbacks=callbacks,
        cards=cards,
        settings=tenant.service.callbacks,
        texts=texts,
        language=tenant.languages[0],
        now=now,
    )
