"""Plants a person's words in every store there is, and looks for them in every store there is."""

import asyncio
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import JSON, Boolean, DateTime, Engine, Float, Integer, MetaData, Table, insert, select, text

from bot.domain import ChannelName, ChatRef
from bot.domain.consents import Person
from bot.store.erasing import Erasure
from bot.store.marks import key_of_turn
from tests.integration.consent_kit import QUESTION
from tests.integration.town_kit import Town

MARFA = Person(channel=ChannelName.TELEGRAM, external_id="7")
HER_CHAT = ChatRef(channel=ChannelName.TELEGRAM, chat_id="7")
WORD = "зюзюка"
NAME = "Марфа Подколодная"
PHONE = "+79161234567"
MARKS = (WORD, "Подколодная", "9161234567", "916 123-45-67")

_AT = datetime(2026, 11, 20, tzinfo=UTC).replace(tzinfo=None)
_CLOSED: Mapping[str, Mapping[str, Any]] = {
    "handoffs": {"status": "released", "cause": "asked", "released_at": _AT, "room_chat_id": ""},
    "callbacks": {"status": "done", "closed_at": _AT},
    "reviews": {"status": "declined", "decided_at": _AT},
    "proposals": {"status": "proposed"},
    "retention_holds": {"lifted_at": _AT},
}
"""So that nobody at work takes them for something to be done."""


def tables(engine: Engine) -> list[Table]:
    found = MetaData()
    found.reflect(engine)
    return found.sorted_tables


def plant_rows(town: Town, user_id: int, *, word: str = WORD) -> list[str]:
    """A row with the word in every table of people that has none of theirs yet; returns the tables' names."""
    planted = []
    with town.engine.begin() as connection:
        person = connection.scalar(
            text("SELECT id FROM people WHERE external_id = :id").bindparams(id=str(user_id))
        )
        turn = connection.execute(
            text("SELECT id, turn_id FROM turns WHERE person_id = :id").bindparams(id=person)
        ).first()
        for table in tables(town.engine):
            parents = {key.column.table.name for key in table.foreign_keys} - {"people"}
            is_theirs = "person_id" in table.c or table.name in ("proposals", "marks", "mark_items")
            if parents or not is_theirs or table.name in ("people", "dialogues", "consents"):
                continue
            row = {column.name: _filled(column, f"{word} {user_id}") for column in table.c}
            row = {name: value for name, value in row.items() if value is not None}
            row |= {"tenant": town.people.tenant.name, "person_id": person, "chat_key": f"telegram:{user_id}"}
            row |= _CLOSED.get(table.name, {})
            row |= {"tester": "telegram:5", "kind": "stock", "model": "gigachat", "version": "7"}
            if turn is not None:
                row |= {"turn_id": turn.turn_id, "turn_row": turn.id, "answer_key": key_of_turn(turn.id)}
            connection.execute(insert(table).values({k: v for k, v in row.items() if k in table.c}))
            planted.append(table.name)
    return planted


def _filled(column: Any, word: str) -> Any:
    if column.primary_key and column.autoincrement:
        return None
    match column.type:
        case DateTime():
            return None if column.nullable else datetime.now(UTC).replace(tzinfo=None)
        case Boolean():
            return False
        case Integer():
            return None if column.nullable else 1
        case Float():
            return 1.0
        case JSON():
            return {"said": word}
    return word


async def plant_keys(town: Town, user_id: int, *, word: str = WORD) -> None:
    """The word under names that hold the person's key, and within what many share."""
    redis, prefix, key = town.redis, town.prefix, f"telegram:{user_id}"
    said = {"chat": {"channel": "telegram", "chat_id": str(user_id)}, "person_id": str(user_id), "text": word}
    item = json.dumps(said, ensure_ascii=False)
    await redis.set(f"{prefix}:draft:{key}", word)
    await redis.set(f"{prefix}:voice_out:{key}", f"on {word}")
    await redis.set(f"{prefix}:file:own:{key}:1:json", word)
    await redis.hset(f"{prefix}:note:telegram:99{user_id}", "utterance", item)
    await redis.set(f"{prefix}:heard:telegram:99{user_id}", word)
    await redis.set(f"{prefix}:form:{user_id}:{user_id}:data", word)
    await redis.set(f"{prefix}:answer:{user_id}abc", word)
    await redis.zadd(f"{prefix}:unconsented:{key}", {word: 1})
    await redis.rpush(f"{prefix}:set_aside", json.dumps({"chat": key, "utterances": item}))
    await redis.xadd(f"{prefix}:turnlog:rejected", {"record": item, "reason": "x"})
    await redis.hset(f"{prefix}:elsewhere", f"d{user_id}", json.dumps({"chat_key": key, "word": word}))
    await redis.set(f"{prefix}:topic:-100:{user_id}", key)
    await redis.sadd(f"{prefix}:seen_together", f"{key} {word}")
    await redis.set(f"{prefix}:seen:telegram:out-{word}-{user_id}", "1")
    await redis.hset(
        f"rq:job:{prefix}-telegram_{user_id}-1", mapping={"status": "failed", "exc_info": word, "data": key}
    )
    await redis.zadd("rq:failed:turns", {f"{prefix}-telegram_{user_id}-1": 1})


async def everything(town: Town, folder: Path) -> Mapping[str, str]:
    """All that is held anywhere, by where it is."""
    held = {f"sql {name}": rows for name, rows in sql(town.engine).items()}
    held |= {f"redis {name}": value for name, value in (await keys(town.redis)).items()}
    return held | await asyncio.to_thread(files, folder)


def files(folder: Path) -> dict[str, str]:
    """Everything on the disk but what the business itself has written."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {
        f"file {path.name}": _readable(path.read_bytes())
        for path in sorted(found)
        if path.suffix not in (".md", ".yaml", ".csv")
    }


def sql(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        return {
            table.name: "\n".join(str(tuple(row)) for row in connection.execute(select(table)))
            for table in tables(engine)
        }


async def keys(redis: Redis) -> dict[str, str]:
    """Every key with its value, whatever its type."""
    found: dict[str, str] = {}
    anything: Any = redis
    async for name in redis.scan_iter(count=1_000):
        kind = (await anything.type(name)).decode()
        match kind:
            case "string":
                value = await anything.get(name)
            case "list":
                value = await anything.lrange(name, 0, -1)
            case "set":
                value = sorted(await anything.smembers(name))
            case "zset":
                value = await anything.zrange(name, 0, -1)
            case "hash":
                value = await anything.hgetall(name)
            case _:
                value = await anything.xrange(name)
        found[name.decode()] = f"{name.decode()} {_readable(value)}"
    return found


def _readable(value: Any) -> str:
    if isinstance(value, bytes):
        return re.sub(
            r"\\u([0-9a-f]{4})", lambda sign: chr(int(sign[1], 16)), value.decode("utf-8", "replace")
        )
    if isinstance(value, Mapping):
        return " ".join(f"{_readable(name)}={_readable(part)}" for name, part in value.items())
    if isinstance(value, list | tuple):
        return " ".join(map(_readable, value))
    return str(value)


def places(held: Mapping[str, str], *marks: str) -> list[str]:
    """Where any of these is found."""
    return [place for place, value in held.items() if any(mark in value for mark in marks)]


async def live(town: Town, user_id: int = 7, *, word: str = WORD, name: str = NAME) -> None:
    """Talk, and leave words in every store."""
    await town.say(user_id, f"{QUESTION} {word}", name=name)
    await town.say(user_id, f"Мой номер {PHONE}, {word}", name=name)
    plant_rows(town, user_id, word=word)
    await plant_keys(town, user_id, word=word)


async def forget(town: Town, user_id: int = 7) -> str:
    await town.say(user_id, "забудь меня")
    return await town.tap(user_id, "Да, стереть всё")


def erasure(town: Town, number: int) -> Erasure:
    message_id = town.telegram.messages(7)[-1].message_id + number
    return Erasure(person=MARFA, chat=HER_CHAT, message_id=message_id, asked_at=town.people.now())
