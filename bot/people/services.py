"""What stands behind all that people do beyond asking: one graph for the bot, the worker and the clock."""

from dataclasses import dataclass

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.delivery.delivery import Delivery
from bot.delivery.kept_files import KeptFiles
from bot.domain.moments import Now
from bot.people.actions.bookings import Bookings
from bot.people.actions.documents import Documents
from bot.people.actions.sending import FileSender
from bot.people.admins.services import Admins
from bot.people.broadcasts.broadcasts import Broadcasts
from bot.people.callbacks.cards import Cards
from bot.people.callbacks.reminders import Reminders
from bot.people.callbacks.requests import Callbacks
from bot.people.changes.changing import Changes
from bot.people.changes.hours_list import HoursList
from bot.people.changes.topic_list import TopicList
from bot.people.endings.services import Closing
from bot.people.export.requests import ExportRequests
from bot.people.handoffs.handoffs import Handoffs
from bot.people.handoffs.suggestions import Suggestions
from bot.people.menu import Menu
from bot.people.privacy.consent import Consents
from bot.people.privacy.own_data import Privacy
from bot.people.review.oversight import Oversight
from bot.people.staff_posts import StaffPosts
from bot.people.upkeep.services import Upkeep
from bot.queue.outbox import Outbox
from bot.staff.roles import Staff
from bot.stock.table import StockTable
from bot.store.sealing import Sealer
from bot.tenant import Tenant
from bot.texts.catalogue import Texts


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """One tenant's service to people, open for as long as the process runs."""

    tenant: Tenant
    texts: Texts
    redis: Redis
    prefix: str
    engine: Engine
    outbox: Outbox
    delivery: Delivery
    """Only to change what was sent; whatever is sent goes through the outbox."""
    files: KeptFiles
    staff: Staff
    posts: StaffPosts
    """What the staff are told."""
    changes: Changes
    """What admins change while all runs, and the calendar as it is now."""
    topics: TopicList
    hours: HoursList
    sealer: Sealer
    """For columns named `*_sealed`."""
    callbacks: Callbacks
    cards: Cards
    """Callback requests, as staff see them."""
    reminders: Reminders
    bookings: Bookings
    documents: Documents
    sender: FileSender
    stock: StockTable | None
    """The table of what is for sale, if there is one."""
    oversight: Oversight
    closing: Closing
    """The ends of dialogues, and ratings."""
    consents: Consents
    menu: Menu
    """What is always under the input field."""
    privacy: Privacy
    handoffs: Handoffs
    upkeep: Upkeep
    admins: Admins
    exporting: ExportRequests
    broadcasts: Broadcasts
    """Messages to many."""
    suggestions: Suggestions
    """Replies suggested to operators."""
    now: Now
