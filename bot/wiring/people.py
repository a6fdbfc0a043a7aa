"""Everything that people do beyond asking, for whichever process serves it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.delivery.delivery import Delivery
from bot.dialogue.around import Around
from bot.dialogue.suggesting import Suggesting
from bot.domain import Turn
from bot.knowledge.live import LiveKnowledge
from bot.people.actions.documents import Documents
from bot.people.actions.words import ActionSource
from bot.people.admins.model_reach import Place
from bot.people.callback_screens.offering import CallOffers
from bot.people.changes.changing import TenantNow
from bot.people.changes.hours_list import HoursList
from bot.people.changes.models import ModelOptions
from bot.people.changes.topic_list import TopicList
from bot.people.handoffs.suggestions import Suggestions
from bot.people.menu import Menu
from bot.people.services import People
from bot.queue.inbox import Inbox
from bot.settings import Settings
from bot.stock.table import StockTable
from bot.tenant import find_tenant
from bot.texts.catalogue import Texts
from bot.wiring import TENANTS
from bot.wiring.actions import build_bookings, build_sender
from bot.wiring.admins import build_admins, model_places
from bot.wiring.basis import Basis, lay_basis
from bot.wiring.broadcasts import build_broadcasts
from bot.wiring.callbacks import build_callbacks, build_cards, build_reminders
from bot.wiring.changes import build_changes
from bot.wiring.closing import build_closing, build_closing_around
from bot.wiring.duties import jobs_of
from bot.wiring.exporting import build_export_requests
from bot.wiring.handoffs import build_handoffs, with_handoffs
from bot.wiring.models import model_options
from bot.wiring.oversight import build_oversight
from bot.wiring.privacy import build_consents, build_privacy
from bot.wiring.sealing import build_sealer
from bot.wiring.stock import build_stock_table
from bot.wiring.upkeep import build_upkeep


def build_people(
    basis: Basis,
    *,
    stock: StockTable | None = None,
    retention_days: int = 90,
    data_dir: Path | None = None,
    models: ModelOptions | None = None,
    model_places: Mapping[str, Place] | None = None,
    tenant_now: TenantNow | None = None,
) -> People:
    """`stock`: the tenant's table, if it has one. `retention_days`: until an admin says otherwise.

    `data_dir`: where logs and backups lie. `models`: among which admins may choose; None: there is nothing to
    choose from. `model_places`: where each of them answers; None: nobody knows.
    `tenant_now`: the tenant with the edits of its folder; None: nobody looks for any.
    """
    changes = build_changes(basis, models=models, retention_days=retention_days, tenant_now=tenant_now)
    calendar = changes.calendar
    callbacks = build_callbacks(basis.tenant, calendar, basis.engine, basis.sealer, basis.now)
    cards = build_cards(basis, callbacks)
    consents, handoffs = build_consents(basis), build_handoffs(basis)
    broadcasts, jobs = build_broadcasts(basis), jobs_of(basis.tenant, basis.engine)
    upkeep = build_upkeep(
        basis, broadcasts=broadcasts, jobs=jobs, retention_days=retention_days, data_dir=data_dir
    )
    return People(
        tenant=basis.tenant,
        texts=basis.texts,
        redis=basis.redis,
        prefix=basis.prefix,
        engine=basis.engine,
        outbox=basis.outbox,
        delivery=basis.delivery,
        files=basis.files,
        staff=basis.staff,
        posts=basis.posts,
        changes=changes,
        topics=TopicList(changes),
        hours=HoursList(changes),
        sealer=basis.sealer,
        callbacks=callbacks,
        cards=cards,
        reminders=build_reminders(basis, callbacks, cards),
        bookings=build_bookings(basis, calendar=calendar, stock=stock),
        documents=Documents(basis.tenant, basis.folder),
        sender=build_sender(basis),
        stock=stock,
        oversight=build_oversight(basis, calendar),
        closing=build_closing(basis, calendar),
        consents=consents,
        menu=Menu(basis.texts, basis.tenant.actions),
        privacy=build_privacy(basis, consents=consents, handoffs=handoffs),
        handoffs=handoffs,
        upkeep=upkeep,
        admins=build_admins(basis, upkeep=upkeep, changes=changes, places=model_places, data_dir=data_dir),
        exporting=build_export_requests(basis, consents),
        broadcasts=broadcasts,
        suggestions=Suggestions(handoffs, basis.outbox, basis.redis, prefix=basis.prefix),
        now=basis.now,
    )


def build_around(people: People, suggesting: Suggesting | None = None) -> Around:
    """What people have to do with a turn. `suggesting`: who helps the operators, if anybody."""
    reviewing = people.oversight.reviewing
    wishes = ActionSource(people.tenant, people.texts, people.stock)
    around = Around(
        review=reviewing.review, may_grow=reviewing.may_grow, offers=(wishes.offers, CallOffers(people).under)
    )
    around = with_handoffs(build_closing_around(people.closing, around), people, suggesting)

    async def see_changes(_: Turn) -> None:
        await people.changes.refresh()

    return replace(around, before=(see_changes, *around.before))


def open_people(
    settings: Settings,
    live: LiveKnowledge[Any],
    texts: Texts,
    *,
    redis: Redis,
    engine: Engine,
    inbox: Inbox,
    delivery: Delivery,
) -> People:
    """As the settings say, for the tenant that is watched."""
    tenant = live.knowledge.tenant
    basis = lay_basis(
        tenant,
        texts,
        redis=redis,
        engine=engine,
        inbox=inbox,
        delivery=delivery,
        sealer=build_sealer(settings),
        folder=find_tenant(settings.tenant, TENANTS),
    )
    return build_people(
        basis,
        stock=build_stock_table(settings, tenant, engine),
        retention_days=settings.log_retention_days,
        data_dir=settings.data_dir,
        models=model_options(settings),
        model_places=model_places(settings),
        tenant_now=live.tenant,
    )
