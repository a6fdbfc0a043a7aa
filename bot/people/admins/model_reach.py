"""Whether the model that is to answer can be reached: somebody listens where it is said to be."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from bot.people.admins.signs import Check, Sign
from bot.people.changes.changing import Changes
from bot.texts.health import HealthText

Place = Callable[[], str | None]
"""The address of a provider now; None: it is not running."""
_CONNECT_S = 2.0


class ModelReach:
    """`places`: of each provider that is configured. Asks nothing of the model, so that it costs nothing."""

    def __init__(self, changes: Changes, places: Mapping[str, Place]) -> None:
        self._changes = changes
        self._places = places

    async def look(self) -> Check:
        order = list(self._changes.models.order((await self._changes.in_force()).model))
        if not self._places:
            return _check(Sign.GREEN, HealthText.MODEL_UNKNOWN)
        if not order:
            return _check(Sign.YELLOW, HealthText.MODEL_OFF)
        first, *spare = order
        if await self._is_reached(first):
            return _check(Sign.GREEN, HealthText.MODEL_ANSWERS, name=first)
        for other in spare:
            if await self._is_reached(other):
                return _check(Sign.YELLOW, HealthText.MODEL_FALLBACK, name=first, spare=other)
        return _check(Sign.RED, HealthText.MODEL_SILENT, name=first)

    async def _is_reached(self, provider: str) -> bool:
        place = self._places.get(provider)
        address = None if place is None else await asyncio.to_thread(place)
        if address is None:
            return False
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            async with asyncio.timeout(_CONNECT_S):
                _, writer = await asyncio.open_connection(parts.hostname, port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return True


def _check(sign: Sign, said: HealthText, **values: object) -> Check:
    return Check(name=HealthText.NAME_MODEL, sign=sign, text=said, values=values)
