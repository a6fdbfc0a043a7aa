"""Bookings as a use case: what is free, who gets it, what is promised, and what staff are told."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

import structlog

from bot.domain import Outgoing, Turn
from bot.domain.bookings import Booker, Booking, Refusal, Wish
from bot.domain.moments import Now
from bot.people.actions.announcing import REMINDER_SUBJECT, Announcer
from bot.people.actions.choices import Change, Choice
from bot.people.actions.resources import Thing, things_of
from bot.people.actions.slots import Slot, days_of, is_within, moment, open_slots, without
from bot.people.actions.tables import TableAway
from bot.people.actions.wording import Wording
from bot.people.changes.calendar import Opens
from bot.stock.table import StockTable
from bot.store.bookings import BookingStore
from bot.tenant import Tenant
from bot.tenant.actions import Booking as Action
from bot.tenant.shapes import worded
from bot.texts.catalogue import Texts

log = structlog.get_logger()

AnyChoice = TypeVar("AnyChoice", bound=Choice | Change)
MOST_AHEAD = 2
"""So many bookings of one action one person may have that are not over yet."""
_UNANNOUNCED_AFTER = timedelta(seconds=20)


@dataclass(frozen=True, kw_only=True, slots=True)
class Choosing:
    """An action with one of its things, both as they are now."""

    action: Action
    thing: Thing


class Bookings:
    """One tenant's. Methods raise StoreError, redis-py's errors, and TableAway where they say so."""

    def __init__(
        self,
        *,
        tenant: Tenant,
        calendar: Opens,
        texts: Texts,
        store: BookingStore,
        table: StockTable | None,
        announcer: Announcer,
        now: Now,
    ) -> None:
        self._tenant = tenant
        self._calendar = calendar
        self._texts = texts
        self._store = store
        self._table = table
        self._announcer = announcer
        self.now = now

    @property
    def actions(self) -> Sequence[Action]:
        return [action for action in self._tenant.actions if isinstance(action, Action)]

    def action(self, action_id: str) -> Action | None:
        """None: the tenant's data do not name it, or no longer."""
        return next((action for action in self.actions if action.id == action_id), None)

    def wording(self, language: str) -> Wording:
        return Wording(self._tenant, self._texts, language)

    async def things(self, action: Action, language: str) -> list[Thing]:
        """Raises TableAway."""
        return await asyncio.to_thread(things_of, action, self._table, language)

    async def chosen(self, choice: Choice, language: str) -> Choosing | None:
        """The thing that a button names; the only one where it names none. None: it is not there any more."""
        action = self.action(choice.action)
        if action is None:
            return None
        things = await self.things(action, language)
        if not choice.thing and len(things) == 1:
            return Choosing(action=action, thing=things[0])
        found = (thing for thing in things if thing.code == choice.thing)
        return next((Choosing(action=action, thing=thing) for thing in found), None)

    async def what(self, booking: Booking, language: str) -> str:
        """What it is of, also when the action or the thing is gone since."""
        action = self.action(booking.action)
        thing = booking.resource
        if action is not None:
            with_name = (one.called(language) for one in action.resources if one.id == booking.resource)
            thing = next(with_name, thing)
        return self.wording(language).what(action, thing)

    async def free(
        self,
        action: Action,
        things: Iterable[Thing],
        days: Sequence[date] | None = None,
        *,
        but_for: Booking | None = None,
    ) -> list[Slot]:
        """What can be had on these days, or on all; as if `but_for` were not."""
        now = self.now()
        days = days_of(action, self._calendar, now) if days is None else days
        slots = open_slots(action, self._calendar, [thing.id for thing in things], days, now)
        if not slots:
            return []
        return without(slots, await self._taken(action, slots, but_for))

    async def outside(self, opens: Opens) -> int:
        """How many bookings to come lie in the hours of now, and would not in those of `opens`."""
        now, found = self.now(), 0
        for action in self.actions:
            until = now + timedelta(days=action.days_ahead + 1)
            taken = await asyncio.to_thread(self._store.between, action.id, now, until)
            found += sum(
                is_within(starts, ends, action, self._calendar) and not is_within(starts, ends, action, opens)
                for _, starts, ends in taken
            )
        return found

    async def _taken(self, action: Action, slots: Sequence[Slot], but_for: Booking | None) -> list[Slot]:
        ends_at = max(slot.ends_at for slot in slots)
        taken = await asyncio.to_thread(self._store.between, action.id, slots[0].starts_at, ends_at)
        own = None if but_for is None else (but_for.resource, but_for.starts_at, but_for.ends_at)
        return [
            Slot(resource=resource, starts_at=starts, ends_at=ends)
            for resource, starts, ends in taken
            if (resource, starts, ends) != own
        ]

    def slot_at(self, action: Action, thing: Thing, day: date, minute: int) -> Slot | None:
        """The slot that begins then, taken or not; None: the calendar has none, or it is too late for it."""
        starts_at = moment(day, minute, self._tenant.zone)
        slots = open_slots(action, self._calendar, [thing.id], [day], self.now())
        return next((slot for slot in slots if slot.starts_at == starts_at), None)

    def local_day(self, at: datetime) -> date:
        return at.astimezone(self._tenant.zone).date()

    def wall(self, day: date, minute: int) -> datetime:
        """The moment that a button names, also one that the clocks leap over."""
        return moment(day, minute, self._tenant.zone) or moment(day, 0, self._tenant.zone) or self.now()

    def conditions(self, choosing: Choosing, language: str) -> list[str]:
        """What holds for the action, and for the thing besides."""
        general = choosing.action.conditions
        told = (worded(general, language) if general else "", choosing.thing.conditions)
        return [condition for condition in told if condition]

    def choice_of(self, slot: Slot, choice: AnyChoice) -> AnyChoice:
        local = slot.starts_at.astimezone(self._tenant.zone)
        return replace(choice, day=local.date(), minute=local.hour * 60 + local.minute)

    async def book(self, booker: Booker, wish: Wish) -> Booking | Refusal:
        """Take a slot that the calendar has; on success it is promised and staff are told."""
        outcome = await asyncio.to_thread(self._store.book, booker, wish, at_most=MOST_AHEAD, now=self.now())
        return await self._told(outcome, booker)

    async def move(self, booking: Booking, booker: Booker, slot: Slot, request_key: str) -> Booking | Refusal:
        """Give the old slot back and take the new one, both or neither."""
        wish = Wish(
            action=booking.action,
            resource=slot.resource,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            request_key=request_key,
            name=booking.name,
            phone_sealed=booking.phone_sealed,
        )
        outcome = await asyncio.to_thread(
            self._store.move, booking.id, booker, wish, at_most=MOST_AHEAD, now=self.now()
        )
        return await self._told(outcome, booker)

    async def _told(self, outcome: Booking | Refusal, booker: Booker) -> Booking | Refusal:
        if isinstance(outcome, Refusal):
            log.info("booking_refused", chat=booker.chat.key, reason=outcome)
        elif outcome.is_active:
            await self.announce(outcome, booker.language)
        return outcome

    async def announce(self, booking: Booking, language: str = "") -> None:
        """Promise it to the person and tell staff, each once however often this is called."""
        language = language or booking.booker.language
        action = self.action(booking.action)
        before = None
        if booking.moved_from is not None:
            before = await asyncio.to_thread(self._store.find, booking.moved_from, booking.booker)
        first, moves = await asyncio.to_thread(self._store.first_of, booking)
        await self._announcer.promise(booking, action, before, language=language, first=first, moves=moves)
        await asyncio.to_thread(self._store.mark_announced, booking.id, self.now())
        log.info("booking_announced", booking=booking.id, chat=booking.booker.chat.key)

    async def cancel(self, booking_id: int, booker: Booker) -> Booking | None:
        """None: it is over, moved, or not theirs. Cancelled twice it is cancelled once."""
        booking = await asyncio.to_thread(self._store.cancel, booking_id, booker, self.now())
        if booking is not None:
            await self._announcer.tell_cancelled(booking, self.action(booking.action))
            log.info("booking_cancelled", booking=booking.id)
        return booking

    async def mine(self, booker: Booker) -> list[Booking]:
        return await asyncio.to_thread(self._store.ahead, booker, self.now())

    async def find(self, booking_id: int, booker: Booker) -> Booking | None:
        """Theirs and still ahead."""
        booking = await asyncio.to_thread(self._store.find, booking_id, booker)
        if booking is None or not booking.is_active or booking.starts_at <= self.now():
            return None
        return booking

    async def of_request(self, request_key: str, booker: Booker) -> Booking | None:
        return await asyncio.to_thread(self._store.of_request, request_key, booker)

    async def known(self, booking_id: int) -> Booking | None:
        """Anybody's, also if it is cancelled or over."""
        return await asyncio.to_thread(self._store.known, booking_id)

    async def active(self, booking_id: int) -> Booking | None:
        return await asyncio.to_thread(self._store.active, booking_id)

    async def worded(self, turn: Turn, outgoing: Outgoing) -> Outgoing | None:
        """A reminder right before it is sent; None: its booking was cancelled, moved, or has begun."""
        kind, _, booking_id = outgoing.subject.partition(":")
        if f"{kind}:" != REMINDER_SUBJECT:
            return outgoing
        booking = await self.active(int(booking_id))
        return outgoing if booking is not None and booking.starts_at > self.now() else None

    async def look_after(self) -> None:
        """The clock's duty: promise what a kill has cut off, remind, and tell of things that are gone."""
        now = self.now()
        for booking in await asyncio.to_thread(self._store.unannounced, now - _UNANNOUNCED_AFTER):
            await self.announce(booking)
        furthest = max((max(action.remind_before_min, default=0) for action in self.actions), default=0)
        until = now + timedelta(minutes=furthest)
        for booking in await asyncio.to_thread(self._store.upcoming, now, until):
            await self._remind(booking, now)
        await self._withdraw_the_gone(now)

    async def _remind(self, booking: Booking, now: datetime) -> None:
        """Only the latest reminder that is due: after a night of downtime nobody gets two at once."""
        action = self.action(booking.action)
        due = {
            minutes
            for minutes in (action.remind_before_min if action else ())
            if booking.created_at < booking.starts_at - timedelta(minutes=minutes) <= now
        } - set(booking.reminded)
        if not due:
            return
        if not any(minutes < min(due) for minutes in booking.reminded):
            await self._announcer.remind(booking, action, min(due))
        await asyncio.to_thread(self._store.mark_reminded, booking, sorted(due))

    async def _withdraw_the_gone(self, now: datetime) -> None:
        for action in self.actions:
            if action.of is None:
                continue
            try:
                there = {thing.id for thing in await self.things(action, self._tenant.languages[0])}
            except TableAway:
                continue  # what is not seen is not gone
            horizon = now + timedelta(days=action.days_ahead + 1)
            for booking in await asyncio.to_thread(self._store.upcoming, now, horizon):
                if booking.action == action.id and booking.resource not in there:
                    await self._withdraw(booking, action)

    async def _withdraw(self, booking: Booking, action: Action) -> None:
        """Told first: what is told twice is told once, and what is withdrawn is not looked at again."""
        await self._announcer.tell_gone(booking, action)
        await asyncio.to_thread(self._store.withdraw, booking.id, self.now())
        log.info("booking_withdrawn", booking=booking.id)
