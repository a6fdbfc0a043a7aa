"""Everything that people do beyond asking, for whichever process serves it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.delivery.delivery import Delivery
from bot.delivery.kept_files import KeptFiles
from bot.dialogue.around import Around
from bot.dialogue.suggesting import Suggesting
from bot.domain import Turn
from bot.domain.moments import Now, utc_now
from bot.knowledge.live import LiveKnowledge
from bot.people.actions.documents import Documents
from bot.people.actions.words import ActionSource
from bot.people.admins.model_reach import Place
from bot.people.callbacks.offering import CallOffers
from bot.people.changes.changing import TenantNow
from bot.people.changes.hours_list import HoursList
from bot.people.changes.models import ModelOptions
from bot.people.changes.topic_list import TopicList
from bot.people.handoffs.suggestions import Suggestions
from bot.people.menu import Menu
from bot.people.services import People
from bot.people.staff_posts import StaffPosts
from bot.queue.inbox import Inbox
from bot.queue.outbox import Outbox
from bot.settings import Settings
from bot.staff.roles import Staff
from bot.stock.table import StockTable
from bot.store.sealing import Sealer
from bot.store.staff import StaffStore
from bot.tenant import Tenant, find_tenant
from bot.texts.catalogue import Texts
from bot.wiring import TENANTS
from bot.wiring.actions import build_bookings, build_sender
from bot.wiring.admins import build_admins, model_places
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
    tenant: Tenant,
    texts: Texts,
    *,
    redis: Redis,
    engine: Engine,
    inbox: Inbox,
    delivery: Delivery,
    sealer: Sealer,
    prefix: str = "dz",
    now: Now = utc_now,
    stock: StockTable | None = None,
    folder: Path | None = None,
    retention_days: int = 90,
    data_dir: Path | None = None,
    models: ModelOptions | None = None,
    model_places: Mapping[str, Place] | None = None,
    tenant_now: TenantNow | None = None,
) -> People:
    """The database must be migrated. `stock`: the tenant's table, if it has one. `folder`: the tenant's.

    `retention_days`: until an admin says otherwise. `data_dir`: where logs and backups lie.
    `models`: among which admins may choose; None: there is nothing to choose from.
    `model_places`: where each of them answers; None: nobody knows.
    `tenant_now`: `tenant` with the edits of its folder; None: nobody looks for any.
    """
    outbox = Outbox(inbox)
    files = KeptFiles(redis, prefix=prefix)
    staff = Staff(StaffStore(engine, tenant.name))
    posts = StaffPosts(
        staff=staff,
        outbox=outbox,
        delivery=delivery,
        redis=redis,
        texts=texts,
        language=tenant.languages[0],
        prefix=prefix,
    )
    handoffs = build_handoffs(
        tenant,
        texts,
        redis=redis,
        engine=engine,
        outbox=outbox,
        staff=staff,
        posts=posts,
        now=now,
        prefix=prefix,
    )
    changes = build_changes(
        tenant,
        redis=redis,
        engine=engine,
        staff=staff,
        models=models,
        texts=texts,
        retention_days=retention_days,
        tenant_now=tenant_now,
        prefix=prefix,
    )
    calendar = changes.calendar
    callbacks = build_callbacks(tenant, calendar, engine, sealer, now)
    cards = build_cards(
        tenant,
        texts,
        callbacks=callbacks,
        posts=posts,
        staff=staff,
        redis=redis,
        engine=engine,
        prefix=prefix,
        now=now,
    )
    consents = build_consents(
        tenant, folder or TENANTS / tenant.name, redis=redis, engine=engine, prefix=prefix
    )
    upkeep = build_upkeep(
        tenant,
        texts,
        folder or TENANTS / tenant.name,
        redis=redis,
        engine=engine,
        posts=posts,
        jobs=jobs_of(tenant),
        retention_days=retention_days,
        data_dir=data_dir,
        prefix=prefix,
        now=now,
    )
    return People(
        tenant=tenant,
        texts=texts,
        redis=redis,
        prefix=prefix,
        engine=engine,
        outbox=outbox,
        delivery=delivery,
        files=files,
        staff=staff,
        posts=posts,
        changes=changes,
        topics=TopicList(changes),
        hours=HoursList(changes),
        sealer=sealer,
        callbacks=callbacks,
        cards=cards,
        reminders=build_reminders(tenant, texts, callbacks, cards, now),
        bookings=build_bookings(
            tenant,
            texts,
            calendar=calendar,
            engine=engine,
            outbox=outbox,
            posts=posts,
            files=files,
            stock=stock,
            now=now,
        ),
        documents=Documents(tenant, folder),
        sender=build_sender(tenant, engine=engine, outbox=outbox, files=files, now=now),
        stock=stock,
        oversight=build_oversight(
            tenant,
            texts,
            folder or TENANTS / tenant.name,
            calendar=calendar,
            redis=redis,
            engine=engine,
            outbox=outbox,
            posts=posts,
            staff=staff,
            sealer=sealer,
            prefix=prefix,
            now=now,
        ),
        closing=build_closing(
            tenant,
            texts,
            calendar=calendar,
            redis=redis,
            engine=engine,
            outbox=outbox,
            delivery=delivery,
            posts=posts,
            prefix=prefix,
            now=now,
        ),
        consents=consents,
        menu=Menu(texts, tenant.actions),
        privacy=build_privacy(
            tenant,
            texts,
            consents=consents,
            redis=redis,
            engine=engine,
            inbox=inbox,
            delivery=delivery,
            posts=posts,
            handoffs=handoffs,
            sealer=sealer,
            prefix=prefix,
            now=now,
        ),
        handoffs=handoffs,
        upkeep=upkeep,
        admins=build_admins(
            tenant,
            redis=redis,
            engine=engine,
            upkeep=upkeep,
            changes=changes,
            places=model_places,
            data_dir=data_dir,
            prefix=prefix,
            now=now,
        ),
        exporting=build_export_requests(
            tenant,
            texts,
            consents=consents,
            redis=redis,
            engine=engine,
            outbox=outbox,
            files=files,
            staff=staff,
            sealer=sealer,
            prefix=prefix,
            now=now,
        ),
        broadcasts=build_broadcasts(
            tenant,
            texts,
            redis=redis,
            engine=engine,
            staff=staff,
            posts=posts,
            prefix=prefix,
            now=now,
        ),
        suggestions=Suggestions(handoffs, outbox, redis, prefix=prefix),
        now=now,
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
    return build_people(
        tenant,
        texts,
        redis=redis,
        engine=engine,
        inbox=inbox,
        delivery=delivery,
        sealer=build_sealer(settings),
        stock=build_stock_table(settings, tenant, engine),
        folder=find_tenant(settings.tenant, TENANTS),
        retention_days=settings.log_retention_days,
        data_dir=settings.data_dir,
        models=model_options(settings),
        model_places=model_places(settings),
        tenant_now=live.tenant,
    )
