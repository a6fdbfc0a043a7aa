"""What the assistant does for customers, as the tenant's data name it."""

from sqlalchemy import Engine

from bot.delivery.kept_files import KeptFiles
from bot.domain.moments import Now
from bot.people.actions.announcing import Announcer
from bot.people.actions.bookings import Bookings
from bot.people.actions.sending import FileSender
from bot.people.changes.calendar import Opens
from bot.people.staff_posts import StaffPosts
from bot.queue.outbox import Outbox
from bot.stock.table import StockTable
from bot.store.action_runs import ActionRuns
from bot.store.bookings import BookingStore
from bot.tenant import Tenant
from bot.texts.catalogue import Texts


def build_bookings(
    tenant: Tenant,
    texts: Texts,
    *,
    calendar: Opens,
    engine: Engine,
    outbox: Outbox,
    posts: StaffPosts,
    files: KeptFiles,
    stock: StockTable | None,
    now: Now,
) -> Bookings:
    announcer = Announcer(tenant=tenant, texts=texts, outbox=outbox, posts=posts, files=files, now=now)
    store = BookingStore(engine, tenant.name)
    return Bookings(
        tenant=tenant,
        calendar=calendar,
        texts=texts,
        store=store,
        table=stock,
        announcer=announcer,
        now=now,
    )


def build_sender(tenant: Tenant, *, engine: Engine, outbox: Outbox, files: KeptFiles, now: Now) -> FileSender:
    return FileSender(runs=ActionRuns(engine, tenant.name), outbox=outbox, files=files, now=now)
