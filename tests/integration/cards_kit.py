"""A town with staff, a clock that is turned by hand, and somebody who waits for a call."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName, ChatRef
from bot.domain.callbacks import Callback, Opened, Request, Requester
from bot.domain.staff import Member, Role, Room
from bot.people.callback_screens.handing import hand_over
from tests.fakes.telegram import FakeTelegram
from tests.integration.town_kit import Town, open_town

ADMIN, OLEG, ANNA, OUTSIDER, CUSTOMER = 501, 502, 503, 1001, 7
GROUP = -77
NOON = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
"""A Wednesday, 12:00 where the bakery is; it is open from 9:00 to 18:00."""
STAFF = ((ADMIN, Role.ADMIN, "Ирина"), (OLEG, Role.OPERATOR, "Олег"), (ANNA, Role.OPERATOR, "Анна"))


@dataclass(kw_only=True)
class Clock:
    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, **passed: float) -> None:
        self.at += timedelta(**passed)


@dataclass(kw_only=True)
class Shift:
    """`town` with a room for the staff, and requests to be called."""

    town: Town
    clock: Clock
    requests: int = field(default=0)

    async def request(self, *, person: int = CUSTOMER, name: str = "Мария", told: bool = True) -> Callback:
        """One who waits to be called within half an hour; staff know of it unless not `told`."""
        self.requests += 1
        chat = ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(person))
        self.town.telegram.inject.open_chat(person)
        request = Request(
            requester=Requester(chat=chat, external_id=str(person), name=name),
            request_key=f"key-{self.requests}",
            phone="+79161234567",
            reason="торт на субботу",
            wished="после обеда",
            call_from=self.clock.at,
            due_at=self.town.people.callbacks.clock.after(self.clock.at, 30) or self.clock.at,
            created_at=self.clock.at,
            dialogue_id="3fa9c1d2e4f50617",
            card={"said": ["Сколько стоит торт?"], "products": [["Торт", 0.82]], "mood": "angry"},
        )
        opened = await self.town.people.callbacks.open(request)
        assert isinstance(opened, Opened)
        if not told:
            return opened.callback
        callback = await hand_over(self.town.people, opened.callback)
        await self.town.settle()
        return callback

    async def tap(self, label: str, by: int, chat: int = GROUP) -> str:
        """What the tapper is told by the line that passes."""
        await self.town.tap(chat, label, user_id=by)
        toasts = self.town.telegram.toasts(by)
        return toasts[-1].text if toasts else ""

    async def forge(self, data: str, by: int, *, months_later: bool = False) -> str:
        """What is told to one who presses what no button, or only an old one, holds."""
        inject = self.town.telegram.inject
        if months_later:
            inject.press_old(GROUP, self.town.telegram.messages(GROUP)[0].message_id, data, user_id=by)
        else:
            inject.press_forged(GROUP, data, user_id=by)
        await self.town.settle()
        return self.town.telegram.toasts(by)[-1].text

    def texts(self, chat: int = GROUP) -> list[str]:
        return [message.text for message in self.town.telegram.messages(chat)]

    async def state(self, callback: Callback) -> str:
        found = await self.town.people.callbacks.find(callback.callback_id)
        return "" if found is None else found.status.value


@asynccontextmanager
async def open_shift(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, *, room: int | None = GROUP
) -> AsyncIterator[Shift]:
    """Without `room` everybody is told privately."""
    clock = Clock()
    for person, _, _ in STAFF:
        telegram.inject.open_chat(person)
    async with open_town(telegram, redis, prefix, engine, now=clock) as town:
        for person, role, name in STAFF:
            who = Member(channel=ChannelName.TELEGRAM, external_id=str(person), name=name, role=role)
            await town.people.staff.grant(who)
        if room is not None:
            telegram.inject.open_chat(room, title="Смена")
            chat = ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(room), private=False)
            await town.people.staff.bind_room(Room(chat=chat, has_topics=False))
        yield Shift(town=town, clock=clock)
