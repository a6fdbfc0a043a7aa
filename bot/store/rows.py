"""Between the turn records of the domain and the rows of the tables."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from bot.domain import Answer, ChatRef, Light, Outcome, TurnRecord, Usage, Verdict
from bot.store.tables import DialogueRow, PersonRow, TurnRow

Values = dict[str, Any]


def table_of(row: type[SQLModel]) -> Table:
    table: Table = row.__table__  # type: ignore[attr-defined]
    return table


PEOPLE = table_of(PersonRow)
DIALOGUES = table_of(DialogueRow)
TURNS = table_of(TurnRow)

Person = tuple[str, str]
"""A person's channel and id in it."""


def person_of(record: TurnRecord) -> Person:
    return (record.chat.channel.value, clean(record.person_id))


def people_values(records: Iterable[TurnRecord]) -> list[Values]:
    """One row per person, with what the latest record says of them; in one order for all writers."""
    found: dict[Person, Values] = {}
    for record in sorted(records, key=lambda record: record.received_at):
        channel, external_id = person = person_of(record)
        first = found[person]["first_seen_at"] if person in found else record.received_at
        found[person] = {
            "channel": channel,
            "external_id": external_id,
            "name": clean(record.person_name),
            "language": clean(record.language),
            "first_seen_at": first,
            "last_seen_at": record.received_at,
        }
    return [found[person] for person in sorted(found)]


def dialogue_values(records: Iterable[TurnRecord], people: Mapping[Person, int]) -> list[Values]:
    """One row per dialogue, in one order for all writers."""
    found: dict[str, Values] = {}
    for record in sorted(records, key=lambda record: record.received_at):
        values = found.setdefault(
            clean(record.dialogue_id),
            {
                "id": clean(record.dialogue_id),
                "person_id": people[person_of(record)],
                "tenant": clean(record.tenant),
                "chat_key": clean(record.chat.key),
                "started_at": record.received_at,
                "last_at": record.answered_at,
            },
        )
        values["last_at"] = max(values["last_at"], record.answered_at)
    return [found[dialogue] for dialogue in sorted(found)]


def turn_values(record: TurnRecord, people: Mapping[Person, int]) -> Values:
    answer = record.answer
    return {
        "turn_id": clean(record.turn_id),
        "dialogue_id": clean(record.dialogue_id),
        "person_id": people[person_of(record)],
        "tenant": clean(record.tenant),
        "chat_key": clean(record.chat.key),
        "private": record.chat.private,
        "question": clean(record.question),
        "answer": clean(answer.text),
        "outcome": answer.outcome.value,
        "light": answer.light.value,
        "model": clean(answer.model),
        "prompt_tokens": answer.usage.prompt_tokens,
        "completion_tokens": answer.usage.completion_tokens,
        "cost": answer.usage.cost,
        "attempt": record.attempt,
        "received_at": record.received_at,
        "answered_at": record.answered_at,
        "sources": list(answer.sources),
        "verdicts": [asdict(verdict) for verdict in answer.verdicts],
        "timings_ms": dict(answer.timings_ms),
        "trace": dict(answer.trace),
    }


def record_from_row(row: Row[Any]) -> TurnRecord:
    """The record of a row of TURNS joined with its person's `external_id`, `name` and `language`."""
    value = row._mapping
    return TurnRecord(
        turn_id=value["turn_id"],
        tenant=value["tenant"],
        chat=ChatRef.of_key(value["chat_key"], private=value["private"]),
        person_id=value["external_id"],
        person_name=value["name"],
        language=value["language"],
        dialogue_id=value["dialogue_id"],
        question=value["question"],
        answer=Answer(
            text=value["answer"],
            outcome=Outcome(value["outcome"]),
            light=Light(value["light"]),
            sources=tuple(value["sources"]),
            verdicts=tuple(Verdict(**verdict) for verdict in value["verdicts"]),
            model=value["model"],
            usage=Usage(
                prompt_tokens=value["prompt_tokens"],
                completion_tokens=value["completion_tokens"],
                cost=value["cost"],
            ),
            timings_ms=value["timings_ms"],
            trace=value["trace"],
        ),
        received_at=value["received_at"],
        answered_at=value["answered_at"],
        attempt=value["attempt"],
    )


def clean(text: str) -> str:
    """The text without what PostgreSQL cannot hold: NUL and lone halves of surrogate pairs."""
    return str.replace(text, "\x00", "").encode("utf-8", "replace").decode("utf-8")


def insert_into(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An insert of the database's own kind, which knows `on_conflict_do_update`."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
