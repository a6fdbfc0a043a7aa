"""Whether the model that is to answer does: asked what costs nothing, and judged by its last turns."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from bot.domain.moments import Now, utc_now
from bot.people.admins.signs import Check, Sign
from bot.people.changes.changing import Changes
from bot.store.model_asks import ModelAsk
from bot.texts.health import HealthText

Place = Callable[[], str | None]
"""The address of a provider now; None: it is not running."""
Asks = Callable[..., Sequence[ModelAsk]]
"""`ModelAskStore.latest`."""
_ANSWER_S: Final = 2.0
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_RECENT: Final = timedelta(minutes=15)
_ASKS: Final = 10
_SURELY: Final = 2
"""One question without an answer may be chance."""


class ModelReach:
    """`places`: of each provider that is configured; `asks`: how the last turns fared with the model.

    A model is asked for its list of models, which costs nothing: one that listens and is silent is found.
    """

    def __init__(
        self, changes: Changes, places: Mapping[str, Place], asks: Asks | None = None, now: Now = utc_now
    ) -> None:
        self._changes = changes
        self._places = places
        self._asks = asks
        self._now = now

    async def look(self) -> Check:
        order = list(self._changes.models.order((await self._changes.in_force()).model))
        if not self._places:
            return _check(Sign.GREEN, HealthText.MODEL_UNKNOWN)
        if not order:
            return _check(Sign.YELLOW, HealthText.MODEL_OFF)
        answers = await asyncio.gather(*(self._answers(provider) for provider in order))
        answering = [provider for provider, answered in zip(order, answers, strict=True) if answered]
        if not answering:
            return _check(Sign.RED, HealthText.MODEL_SILENT, name=order[0])
        if answering[0] != order[0]:
            return _check(Sign.YELLOW, HealthText.MODEL_FALLBACK, name=order[0], spare=answering[0])
        return await self._lately(order[0]) or _check(Sign.GREEN, HealthText.MODEL_ANSWERS, name=order[0])

    async def _lately(self, name: str) -> Check | None:
        """None: nothing speaks against it."""
        if self._asks is None:
            return None
        asks = await asyncio.to_thread(self._asks, since=self._now() - _RECENT, limit=_ASKS)
        failed = asks.count(ModelAsk.FAILED)
        if not failed:
            return None
        sign = Sign.RED if failed == len(asks) >= _SURELY else Sign.YELLOW
        minutes = round(_RECENT.total_seconds() / 60)
        values = {"name": name, "failed": failed, "count": len(asks), "minutes": minutes}
        return _check(sign, HealthText.MODEL_FAILING, **values)

    async def _answers(self, provider: str) -> bool:
        place = self._places.get(provider)
        address = None if place is None else await asyncio.to_thread(place)
        if address is None:
            return False
        is_here = urlsplit(address).hostname in _LOOPBACK
        limit = aiohttp.ClientTimeout(total=_ANSWER_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit, trust_env=not is_here) as session,
                # nothing secret goes out, so whose certificate it is does not matter
                session.get(f"{address.rstrip('/')}/models", ssl=False, allow_redirects=False) as response,
            ):
                return response.status < 500
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False


def _check(sign: Sign, said: HealthText, **values: object) -> Check:
    return Check(name=HealthText.NAME_MODEL, sign=sign, text=said, values=values)
