"""A bakery that asks for consent, and people who have yet to give it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy import Engine

from tests.assistants import BAKERY
from tests.fakes.telegram import FakeTelegram
from tests.integration.town_kit import Town, open_town

SHORT = "Мы храним переписку {days}. Продолжим?"
QUESTION = "Когда хлеб свежий?"


def bakery_with_terms(folder: Path, version: str = "1") -> Path:
    """A copy of the bakery in `folder`; called again, its terms are of another version."""
    tenant = folder / "bakery"
    if not tenant.exists():
        shutil.copytree(BAKERY, tenant)
    (tenant / "terms.yaml").write_text(
        f'version: "{version}"\nshort:\n  ru: {SHORT}\n  en: We keep what is said for {{days}}. Go on?\n'
    )
    (tenant / "terms.ru.md").write_text("# Условия\n\n" + "Мы бережём ваши данные. " * 400)
    (tenant / "terms.en.md").write_text("# Terms\n\nWe look after your data.")
    return tenant


@asynccontextmanager
async def strangers(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, folder: Path
) -> AsyncIterator[Town]:
    """A town where nobody has agreed to anything."""
    async with open_town(telegram, redis, prefix, engine, folder=folder, asks_consent=True) as town:
        yield town


def said(town: Town, chat_id: int = 7) -> list[str]:
    """What the bot has said."""
    return [message.text for message in town.telegram.messages(chat_id) if message.from_bot]


def newest(town: Town) -> int:
    return town.telegram.messages(7)[-1].message_id


def data_of(town: Town, act: str) -> str:
    rows = (town.telegram.messages(7)[-1].reply_markup or {})["inline_keyboard"]
    found = [button["callback_data"] for row in rows for button in row]
    return next(str(data) for data in found if data.startswith(f"consent:{act}:"))
