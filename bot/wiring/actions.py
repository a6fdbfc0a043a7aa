"""What the assistant does for customers, as the tenant's data name it."""

from bot.people.actions.announcing import Announcer
from bot.people.actions.bookings import Bookings
from bot.people.actions.sending import FileSender
from bot.people.changes.calendar import Opens
from bot.stock.table import StockTable
from bot.store.action_runs import ActionRuns
from bot.store.bookings import BookingStore
from bot.wiring.basis import Basis


def build_bookings(basis: Basis, *, calendar: Opens, stock: StockTable | None) -> Bookings:
    announcer = Announcer(
        tenant=basis.tenant,
        texts=basis.texts,
        outbox=basis.outbox,
        posts=basis.posts,
        files=basis.files,
        now=basis.now,
    )
    store = BookingStore(basis.engine, basis.tenant.name)
    return Bookings(
        tenant=basis.tenant,
        calendar=calendar,
        texts=basis.texts,
        store=store,
        table=stock,
        announcer=announcer,
        now=basis.now,
    )


def build_sender(basis: Basis) -> FileSender:
    return FileSender(
        runs=ActionRuns(basis.engine, basis.tenant.name),
        outbox=basis.outbox,
        files=basis.files,
        now=basis.now,
    )
