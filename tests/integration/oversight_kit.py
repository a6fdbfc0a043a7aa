"""A bakery with an admin, an operator and a tester, whose FAQ tests may write to."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName, ChatRef
from bot.domain.reviews import ReviewMode
from bot.domain.staff import Member, Role
from tests.assistants import BAKERY, SpokenModel
from tests.fakes.telegram import FakeTelegram
from tests.integration.town_kit import Town, open_town

CUSTOMER, ADMIN, OPERATOR, SECOND, TESTER = 7, 501, 502, 503, 504
OPEN = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
"""A Wednesday at noon in Novosibirsk."""
CLOSED = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
QUESTION, ANSWER = "Когда хлеб свежий?", "Свежий хлеб в 9:00 и в 15:00."
ROLES = {
    ADMIN: Role.ADMIN,
    OPERATOR: Role.OPERATOR,
    SECOND: Role.OPERATOR,
    TESTER: Role.TESTER,
}


class Clock:
    """Stands until it is turned."""

    def __init__(self, at: datetime = OPEN) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


def member(number: int, role: Role) -> Member:
    name = {ADMIN: "Ольга", OPERATOR: "Пётр", SECOND: "Инна", TESTER: "Тест"}.get(number, str(number))
    return Member(channel=ChannelName.TELEGRAM, external_id=str(number), name=name, role=role)


@asynccontextmanager
async def open_bakery(
    telegram: FakeTelegram,
    redis: Redis,
    prefix: str,
    engine: Engine,
    tmp_path: Path,
    *,
    mode: ReviewMode = ReviewMode.AUTOMATIC,
    clock: Clock | None = None,
    model: SpokenModel | None = None,
) -> AsyncIterator[Town]:
    folder = tmp_path / "bakery"
    if not folder.exists():
        shutil.copytree(BAKERY, folder)
    for person in (CUSTOMER, *ROLES):
        telegram.inject.open_chat(person)
    options: dict[str, object] = {"model": model} if model else {}
    async with open_town(
        telegram, redis, prefix, engine, folder=folder, now=clock or Clock(), **options
    ) as town:
        for number, role in ROLES.items():
            await town.people.staff.grant(member(number, role))
        if mode is not ReviewMode.AUTOMATIC:
            await town.people.oversight.reviewing.set_mode(mode, "console")
        yield town


def chat(number: int) -> ChatRef:
    return ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(number))


def buttons(telegram: FakeTelegram, chat_id: int) -> list[str]:
    """The data of all buttons in a chat, those of the newest message first."""
    rows = [
        message.reply_markup["inline_keyboard"]
        for message in reversed(telegram.messages(chat_id))
        if message.reply_markup and "inline_keyboard" in message.reply_markup
    ]
    return [button["callback_data"] for keyboard in rows for row in keyboard for button in row]


def toast(telegram: FakeTelegram, person: int) -> str:
    """The last line that a tap of this person was answered with."""
    return telegram.toasts(person)[-1].text
