"""Consent: asked for before the first answer, given to one version of the terms, withdrawn at any time."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

import structlog
from redis.asyncio import Redis

from bot.domain.consents import Consent, Person
from bot.people.privacy.live_terms import LiveTerms
from bot.store.consents import ConsentStore
from bot.tenant.terms import Terms

log = structlog.get_logger()

WORDS_WAIT_S = 3600
"""What was said before consent waits so long for it, and is gone then."""
MOST_WAITING = 30
_KNOWN_S = 30 * 24 * 3600
"""So long who has agreed is served while the database is away."""
_UNKNOWN_S = 600
_ASK_AGAIN_AFTER_S = 60
_WAITED_KNOWN_S = 90 * 24 * 3600
_HANDLED_KNOWN_S = 3 * 24 * 3600
_NO_NEWS_KNOWN_S = 3600
_NONE = "no"
_NEWS_ALONE = ""
"""The version of a consent to news where there are no terms."""


def no_news_key(prefix: str, person_key: str) -> str:
    """Stands in Redis for a while after a person has said that they want no news, or nothing at all."""
    return f"{prefix}:no_news:{person_key}"


class Standing(StrEnum):
    """What a person's consent is worth now."""

    GIVEN = "given"
    """Or nobody asks for it."""
    OUTDATED = "outdated"
    """Given to another version than the one that is asked for now."""
    MISSING = "missing"


class Consents:
    """One tenant's consents. The truth is in SQL; Redis knows it too, for a question with each message.

    Methods raise redis-py's errors and StoreError; repeating a call is safe. `live` None: nobody is asked.
    """

    def __init__(
        self, store: ConsentStore, redis: Redis, live: LiveTerms | None, *, prefix: str = "dz"
    ) -> None:
        self._store = store
        self._redis = redis
        self._prefix = prefix
        self.live = live

    @property
    def terms(self) -> Terms | None:
        """What people agree to, as it was at the last look."""
        return None if self.live is None else self.live.now

    async def look(self) -> Terms | None:
        """What people agree to now; None: nobody is asked."""
        return None if self.live is None else await self.live.look()

    async def standing(self, person: Person) -> Standing:
        terms = await self.look()
        if terms is None:
            return Standing.GIVEN
        known: bytes | None = await cast(Any, self._redis.get(self._key("consent", person)))
        if known is None:
            known = self._line(await self.of(person)).encode()
            # Whoever has given or withdrawn it meanwhile has written here already, and knows better.
            await self._note(person, known.decode(), is_news=False)
        version = known.decode()
        if version == _NONE:
            return Standing.MISSING
        return Standing.GIVEN if version == f"yes {terms.version}" else Standing.OUTDATED

    async def of(self, person: Person) -> Consent | None:
        """What the person agrees to now, be it an older version."""
        return await asyncio.to_thread(self._store.standing, person)

    async def keeps_summary(self, person: Person) -> bool:
        """Whether what was talked about may be remembered for the person's next visit."""
        consent = await self.of(person)
        return consent is not None and consent.keeps_summary

    async def give(
        self, person: Person, *, keeps_summary: bool, takes_news: bool = False, version: str | None = None
    ) -> bool:
        """Agree to this version of the terms, or to that of today. False: they did before.

        Raises ValueError where there are none.
        """
        if self.terms is None:
            raise ValueError("there are no terms to agree to")
        at, version = datetime.now(UTC), version or self.terms.version
        is_new = await asyncio.to_thread(
            self._store.give, person, version, keeps_summary=keeps_summary, takes_news=takes_news, at=at
        )
        await self._note(person, f"yes {version}")
        if takes_news:
            await self._note_news(person, takes=True)
        log.info("consent_given", person=person.key, version=version, is_new=is_new)
        return is_new

    async def withdraw(self, person: Person) -> bool:
        """False: there was none."""
        had_one = await asyncio.to_thread(self._store.withdraw, person, at=datetime.now(UTC))
        await self.note_none(person)
        log.info("consent_withdrawn", person=person.key, had_one=had_one)
        return had_one

    async def note_none(self, person: Person) -> None:
        """Have every process know at once that there is no consent any more."""
        await self._note(person, _NONE)
        await self._note_news(person, takes=False)

    async def keep_summary(self, person: Person, *, keeps: bool) -> bool:
        """False: there is no consent, or it says so already."""
        return await asyncio.to_thread(self._store.keep_summary, person, keeps=keeps)

    async def take_news(self, person: Person, *, takes: bool) -> bool:
        """Whether to send news and offers. False: it says so already, or there is no consent to change.

        Where nobody is asked for terms, this is the only thing agreed to.
        """
        version = _NEWS_ALONE if self.terms is None else None
        is_changed = await asyncio.to_thread(
            self._store.take_news, person, takes=takes, at=datetime.now(UTC), version=version
        )
        await self._note_news(person, takes=takes)
        return is_changed

    async def _note_news(self, person: Person, *, takes: bool) -> None:
        """Have a broadcast that is under way know at once."""
        key = no_news_key(self._prefix, person.key)
        if takes:
            await self._redis.delete(key)
        else:
            await self._redis.set(key, "1", ex=_NO_NEWS_KNOWN_S)

    # What was said before consent waits in Redis alone, as it came.

    async def hold(self, person: Person, update: str) -> bool:
        """Keep an update for an hour, once however often it comes. False: too many wait already."""
        key, now = self._key("unconsented", person), time.time()
        async with self._redis.pipeline() as pipe:
            pipe.zremrangebyscore(key, "-inf", now - WORDS_WAIT_S)
            pipe.zadd(key, {update: now}, nx=True)
            pipe.zcard(key)
            pipe.expire(key, WORDS_WAIT_S)
            pipe.set(self._key("waited", person), "1", ex=_WAITED_KNOWN_S)
            _, _, count, _, _ = await pipe.execute()
        if count > MOST_WAITING:
            await self._redis.zrem(key, update)
        return bool(count <= MOST_WAITING)

    async def held(self, person: Person) -> Sequence[str]:
        """What waits and is not older than an hour, in the order in which it came."""
        since = time.time() - WORDS_WAIT_S
        key = self._key("unconsented", person)
        items: list[bytes] = await cast(Any, self._redis.zrangebyscore(key, since, "+inf"))
        return [item.decode() for item in items]

    async def has_waited(self, person: Person) -> bool:
        """Whether something was said before consent, though its hour may be over."""
        return bool(await self._redis.exists(self._key("waited", person)))

    async def drop(self, person: Person, chat_key: str) -> None:
        """Forget what waits, and that the person was asked in this chat."""
        names = (self._key("unconsented", person), self._key("waited", person))
        await self._redis.delete(*names, self._asked(person, chat_key))

    async def may_ask(self, person: Person, chat_key: str, update_id: int) -> bool:
        """Whether to show the question for this update: not again while somebody types several lines."""
        key = self._asked(person, chat_key)
        asked = await self._redis.set(key, update_id, nx=True, get=True, ex=_ASK_AGAIN_AFTER_S)
        return asked is None or int(asked) == update_id

    async def is_handled(self, update_id: int) -> bool:
        """Whether this tap was handled to its end: delivered once more, it must not agree once more."""
        return bool(await self._redis.exists(self._handled(update_id)))

    async def note_handled(self, update_id: int) -> None:
        await self._redis.set(self._handled(update_id), "1", ex=_HANDLED_KNOWN_S)

    async def _note(self, person: Person, line: str, *, is_news: bool = True) -> None:
        kept_s = _UNKNOWN_S if line == _NONE else _KNOWN_S
        await self._redis.set(self._key("consent", person), line, nx=not is_news, ex=kept_s)

    def _asked(self, person: Person, chat_key: str) -> str:
        return f"{self._prefix}:consent_asked:{chat_key}:{person.external_id}"

    def _handled(self, update_id: int) -> str:
        return f"{self._prefix}:consent_tap:{update_id}"

    def _key(self, name: str, person: Person) -> str:
        return f"{self._prefix}:{name}:{person.key}"

    def _line(self, consent: Consent | None) -> str:
        return _NONE if consent is None else f"yes {consent.version}"
