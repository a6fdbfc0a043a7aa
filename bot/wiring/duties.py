"""What the clock has the workers do."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy import Engine

from bot.people.callback_screens.handing import hand_over_waiting
from bot.people.clockwork.jobs import Duty, Job
from bot.people.services import People
from bot.people.upkeep.backup import database_file
from bot.tenant import Tenant
from bot.wiring.broadcasts import build_sending
from bot.wiring.handoffs import build_tending
from bot.wiring.upkeep import build_jobs, upkeep_duties

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


def jobs_of(tenant: Tenant, engine: Engine) -> Mapping[str, Job]:
    """All that the clock has the workers do for the tenant, whose rows are in that database."""
    return build_jobs(
        DUTIES,
        stock_minutes=None if tenant.stock is None else tenant.stock.refresh_minutes,
        has_backups=database_file(engine) is not None,
    )


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
