"""Everything that people do beyond asking, for whichever process serves it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.delivery.delivery import Delivery
from bot.delivery.kept_files import KeptFiles
from bot.dialogue.around import Around
from bot.dialogue.suggesting import Suggesting
from bot.domain import Turn
from bot.domain.moments import Now, utc_now
from bot.people.actions.documents import Documents
from bot.people.actions.words import ActionSource
from bot.people.admins.model_reach import Place
from bot.people.callbacks.handing import hand_over_waiting
from bot.people.callbacks.offering import CallOffers
from bot.people.changes.changing import TenantNow
from bot.people.changes.hours_list import HoursList
from bot.people.changes.models import ModelOptions
from bot.people.changes.topic_list import TopicList
from bot.people.clockwork.jobs import Duty, Job
from bot.people.handoffs.suggestions import Suggestions
from bot.people.menu import Menu
from bot.people.services import People
from bot.people.staff_posts import StaffPosts
from bot.queue.inbox import Inbox
from bot.queue.outbox import Outbox
from bot.staff.roles import Staff
from bot.stock.table import StockTable
from bot.store.sealing import Sealer
from bot.store.staff import StaffStore
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.wiring import TENANTS
from bot.wiring.actions import build_bookings, build_sender
from bot.wiring.admins import build_admins
from bot.wiring.broadcasts import build_broadcasts, build_sending
from bot.wiring.callbacks import build_callbacks, build_cards, build_reminders
from bot.wiring.changes import build_changes
from bot.wiring.closing import build_closing, build_closing_around
from bot.wiring.exporting import build_export_requests
from bot.wiring.handoffs import build_handoffs, build_tending, with_handoffs
from bot.wiring.oversight import build_oversight
from bot.wiring.privacy import build_consents, build_privacy
from bot.wiring.upkeep import build_jobs, build_upkeep, upkeep_duties

DUTIES: Mapping[str, float] = {
    "bookings": 30.0,
    "callback_reminders": 30.0,
    "callbacks_waiting": 30.0,
    "reviews": 20.0,
    "close_silent": 20.0,
    "ask_nps": 60.0,
    "erasures": 20.0,
    "handoffs": 15.0,
}
"""Every how many seconds the clock wants each duty done."""


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


def jobs_of(tenant: Tenant) -> Mapping[str, Job]:
    """All that the clock has the workers do for the tenant."""
    return build_jobs(DUTIES, None if tenant.stock is None else tenant.stock.refresh_minutes)


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


def build_duties(people: People) -> Mapping[str, Duty]:
    """What each job does, but for those that need more than people (`bot/wiring/worker.py`)."""
    duties: dict[str, Duty] = {
        "bookings": people.bookings.look_after,
        "callback_reminders": people.reminders.look_after,
        "callbacks_waiting": partial(hand_over_waiting, people),
        "reviews": people.oversight.decisions.keep_time,
        "handoffs": build_tending(people).tend,
        "close_silent": people.closing.endings.close_silent,
        "ask_nps": people.closing.ratings.ask_nps,
        "erasures": people.privacy.erasing.look_after,
        "exports": people.exporting.look_after,
        "broadcasts": build_sending(people).look_after,
        **upkeep_duties(people.upkeep),
    }
    return {name: partial(_up_to_date, people, duty) for name, duty in duties.items()}


async def _up_to_date(people: People, duty: Duty) -> None:
    """By the hours that hold now."""
    await people.changes.refresh()
    await duty()
