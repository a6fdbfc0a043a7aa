"""Erases a person from all of Redis: by the names of keys, and inside what many share.

What anybody keeps of somebody is found as long as the key's name holds the chat's or the person's key
(``telegram:42``), or the value does.
"""

import json
import re
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.domain import ChatRef
from bot.domain.consents import Person
from bot.store.erasing import Topic, Traces
from bot.store.turn_log import GROUP

_AT_ONCE = 1_000
_BY_UPDATE = ("seen", "note", "heard", "consent_tap")
"""What is named by the number of an update, which may look like somebody's."""
_ANSWERS = "answer"
_NOBODYS = ("message_ids", "last_message_id")
_SOMEBODYS = re.compile(rb"(?:telegram|web|console):-?\d")
_CROWDED = frozenset(
    {"seen", "answer", "pace", "limiter", "consent", "consent_asked", "consent_tap", "file", "jobs", "stats"}
)
"""Strings whose values hold nobody's name; there may be millions of them."""
_KEPT = frozenset({"inbox", "chat", "turn", "erased", "consent"})
"""The first three `Inbox.erase` has emptied; the others keep what is under way from writing anew, and all
are gone after an hour."""
_OTHERS = frozenset({"inbox", "note", "holding", "topic"})
"""Named after one, and yet about another."""


class RedisEraser:
    """Every method raises redis-py's errors; repeating a call is safe."""

    def __init__(self, redis: Redis, *, prefix: str = "dz") -> None:
        self._redis: Any = redis  # its types say text where bytes come back
        self._prefix = prefix
        self._topics = f"{prefix}:topics_to_erase"

    async def erase(self, person: Person, traces: Traces) -> int:
        """Returns how many keys and entries went. The chat's inbox must have been emptied before."""
        mark = _Marks.of(person, traces)
        count = 0
        for chat_key in traces.chat_keys - {person.key}:
            count += await self._erase_turns(chat_key, traces.turn_ids)
        async for names in self._pages():
            theirs = [name for name in names if mark.is_named(self._bare(name))]
            if theirs:
                count += await self._redis.delete(*theirs)
            own = f"{self._prefix}:inbox:{person.key}".encode()
            count += await self._erase_within((name for name in names if name not in {own, *theirs}), mark)
        return count + await self._erase_jobs(person)

    async def traces_in_log(self, person: Person) -> Traces:
        """The turns that have not come to SQL yet."""
        entries = await self._redis.xrange(f"{self._prefix}:turnlog")
        records = [json.loads((fields or {}).get(b"record", b"{}")) for _, fields in entries]
        theirs = [
            record
            for record in records
            if record.get("person_id") == person.external_id
            and record["chat"]["channel"] == person.channel.value
        ]
        return Traces(
            turn_ids=frozenset(record["turn_id"] for record in theirs),
            chat_keys=frozenset(ChatRef.from_value(record["chat"]).key for record in theirs),
        )

    async def busy_groups(self) -> list[str]:
        """Chats of several people in which something waits, or is being answered."""
        chats = [chat.decode() for chat in await self._redis.zrange(f"{self._prefix}:busy", 0, -1)]
        return [chat for chat in chats if chat.partition(":")[2].startswith("-")]

    async def cards_about(self, subjects: Collection[str]) -> list[str]:
        """The subjects of cards that staff have of these, parts of long ones too."""
        if not subjects:
            return []
        cards = [
            self._bare(name).removeprefix("card:")
            async for name in self._redis.scan_iter(match=f"{self._prefix}:card:*", count=_AT_ONCE)
        ]
        return sorted(card for card in cards if ":".join(card.split(":")[:2]) in subjects)

    async def note_topics(self, topics: Collection[Topic]) -> None:
        """Forum topics that are to go; who was talked with there is not noted."""
        if topics:
            await self._redis.sadd(self._topics, *(f"{room.key}/{thread_id}" for room, thread_id in topics))

    async def topics(self) -> list[Topic]:
        """Those that have not gone yet."""
        found = []
        for name in sorted(await self._redis.smembers(self._topics)):
            room, _, thread_id = name.decode().rpartition("/")
            found.append((ChatRef.of_key(room, private=False), int(thread_id)))
        return found

    async def topic_is_erased(self, room: ChatRef, thread_id: int) -> None:
        await self._redis.srem(self._topics, f"{room.key}/{thread_id}")

    async def forget_answers(self) -> None:
        """Drop the answers kept for repeated questions: nobody knows whose words they were made from."""
        async for names in self._pages(f"{_ANSWERS}:*"):
            await self._redis.delete(*names)

    async def rewrite_log(self) -> None:
        """Have the server write its file anew, without what was deleted; a rewrite under way is as good."""
        try:
            await self._redis.execute_command("BGREWRITEAOF")
        except ResponseError:
            return  # under way, or not ours to ask for

    async def _pages(self, pattern: str = "*") -> AsyncIterator[list[bytes]]:
        page: list[bytes] = []
        async for name in self._redis.scan_iter(match=f"{self._prefix}:{pattern}", count=_AT_ONCE):
            page.append(name)
            if len(page) == _AT_ONCE:
                yield page
                page = []
        if page:
            yield page

    def _bare(self, name: bytes) -> str:
        return name.decode(errors="replace").removeprefix(f"{self._prefix}:")

    async def _erase_turns(self, chat_key: str, turn_ids: Collection[str]) -> int:
        """Of a group's dialogue, the person's own turns, and what was made of all of them."""
        fields = [*(f"turn:{turn_id}" for turn_id in turn_ids), "summary", "focus", "earlier"]
        return int(await self._redis.hdel(f"{self._prefix}:memory:{chat_key}", *fields))

    async def _erase_within(self, names: Iterable[bytes], mark: "_Marks") -> int:
        """Entries about the person in what is not named after anybody, or after somebody else."""
        looked = [name for name in names if self._may_hold(name)]
        if not looked:
            return 0
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in looked:
                pipe.type(name)
            kinds: list[bytes] = await pipe.execute()
        count = 0
        for name, kind in zip(looked, kinds, strict=True):
            count += await self._erase_entries(name, kind.decode(), mark)
        return count

    def _may_hold(self, name: bytes) -> bool:
        bare = self._bare(name)
        family = bare.partition(":")[0]
        if family in _CROWDED or bare.split(":")[-1] in _NOBODYS:
            return False
        return family in _OTHERS or _SOMEBODYS.search(bare.encode()) is None

    async def _erase_entries(self, name: bytes, kind: str, mark: "_Marks") -> int:
        match kind:
            case "string":
                value = await self._redis.get(name)
                return await self._redis.delete(name) if mark.is_in(value or b"") else 0
            case "list":
                items = await self._redis.lrange(name, 0, -1)
                theirs = [item for item in items if mark.is_in(item)]
                return sum([await self._redis.lrem(name, 0, item) for item in theirs])
            case "set":
                theirs = [item for item in await self._redis.smembers(name) if mark.is_in(item)]
                return await self._redis.srem(name, *theirs) if theirs else 0
            case "zset":
                members = await self._redis.zrange(name, 0, -1)
                theirs = [member for member in members if mark.is_in(member)]
                return await self._redis.zrem(name, *theirs) if theirs else 0
            case "hash":
                return await self._erase_fields(name, mark)
            case "stream":
                return await self._erase_stream(name, mark)
        return 0

    async def _erase_fields(self, name: bytes, mark: "_Marks") -> int:
        fields: Mapping[bytes, bytes] = await self._redis.hgetall(name)
        theirs = [field for field, value in fields.items() if mark.is_in(field) or mark.is_in(value)]
        if theirs and self._bare(name).startswith("note:"):
            return int(await self._redis.delete(name, name.replace(b":note:", b":heard:")))
        return await self._redis.hdel(name, *theirs) if theirs else 0

    async def _erase_stream(self, name: bytes, mark: "_Marks") -> int:
        """Those too that somebody has read already and not stored: SQL will not take them any more."""
        entries = await self._redis.xrange(name)
        theirs = [
            entry for entry, fields in entries if any(mark.is_in(value) for value in (fields or {}).values())
        ]
        if not theirs:
            return 0
        if name == f"{self._prefix}:turnlog".encode():
            await self._redis.xack(name, GROUP, *theirs)
        return int(await self._redis.xdel(name, *theirs))

    async def _erase_jobs(self, person: Person) -> int:
        """What RQ knows of the chat's jobs that are not running: one that is ends by itself, and is gone."""
        written = re.sub(r"[^\w-]", "_", f"{self._prefix}-{person.key}")
        jobs = [
            name.decode().removeprefix("rq:job:")
            async for name in self._redis.scan_iter(match=f"rq:job:{written}-*", count=_AT_ONCE)
        ]
        idle = [job for job in jobs if await self._redis.hget(f"rq:job:{job}", "status") != b"started"]
        if not idle:
            return 0
        async for registry in self._redis.scan_iter(match="rq:*", count=_AT_ONCE, _type="ZSET"):
            await self._redis.zrem(registry, *idle)
        async for queue in self._redis.scan_iter(match="rq:queue:*", count=_AT_ONCE, _type="LIST"):
            for job in idle:
                await self._redis.lrem(queue, 0, job)
        names = [f"{kind}:{job}" for job in idle for kind in ("rq:job", "rq:results")]
        return int(await self._redis.delete(*names))


class _Marks:
    """How a person is recognised in names and in values."""

    def __init__(self, person: Person, subjects: Collection[str]) -> None:
        number = re.escape(person.external_id)
        key = re.escape(person.key)
        self._name = re.compile(
            rf"(?:^|:){key}(?::|$)|^form:(?:.+:)?{number}:(?:data|state|lock)$|^form:{number}:"
            rf"|^consent_asked:.*:{number}$|^seen:[a-z]+:(?:out-.*-{number}|tap-{number}-\d+)$"
        )
        told = "|".join(re.escape(subject) for subject in sorted(subjects)) or "(?!)"
        holds = "|".join(part for subject in sorted(subjects) for part in _number_of(subject, "handoff"))
        self._value = re.compile(
            rf'(?<![a-z]){key}(?!\d)|\\?"(?:chat_id|person_id|external_id)\\?":\s*\\?"{number}\\?"'
            rf'|"subject": ?"(?:{told})[":]|"held_by": ?"(?:{holds or "(?!)"})-'.encode()
        )

    @classmethod
    def of(cls, person: Person, traces: Traces) -> "_Marks":
        return cls(person, traces.subjects)

    def is_named(self, bare: str) -> bool:
        family, _, rest = bare.partition(":")
        if family in _KEPT:
            return False
        if family in _BY_UPDATE and not rest.split(":", 1)[-1].startswith(("out-", "tap-")):
            return False
        return self._name.search(bare) is not None

    def is_in(self, value: bytes) -> bool:
        return self._value.search(value) is not None


def _number_of(subject: str, kind: str) -> Iterable[str]:
    named, _, number = subject.partition(":")
    return [number] if named == kind else []
