"""The beginnings and ends of dialogues in SQL, and what is kept of them for the person's next visit."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
    true,
    update,
)

from bot.domain import ChannelName, ChatRef, Outcome
from bot.store.engine import translated
from bot.store.people_tables import ConsentRow, HandoffRow
from bot.store.rows import DIALOGUES, PEOPLE, TURNS, clean, table_of

CONSENTS, HANDOFFS = table_of(ConsentRow), table_of(HandoffRow)
_AT_ONCE = 200
_EARNEST = (Outcome.ANSWERED.value, Outcome.UNKNOWN.value)
_SERVED = (*_EARNEST, Outcome.OPERATOR.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class SilentDialogue:
    """One in which nothing has been said since `last_at`."""

    dialogue_id: str
    chat_key: str
    last_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class EndedDialogue:
    """One that is over. `person` is the row of the one it was held with."""

    dialogue_id: str
    chat: ChatRef
    person: int
    language: str
    ended_at: datetime
    reason: str
    is_served: bool
    """Whether anything was asked in it in earnest, be it that nobody knew, or that a person answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlierTalk:
    """What was kept of the last dialogue; `focus` is what its last answer was about."""

    summary: str
    at: datetime
    focus: Mapping[str, Any] = field(default_factory=dict)

    @property
    def focus_json(self) -> str:
        return json.dumps(self.focus, ensure_ascii=False) if self.focus else ""


class DialogueStore:
    """One tenant's dialogues. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def silent(self, since: datetime, *, not_before: datetime) -> list[SilentDialogue]:
        """Those that go on with nothing said after `since`, the oldest first; no staff hold them.

        One that a later one has overtaken without an end of its own is among them until `not_before`.
        """
        overtaken = and_(DIALOGUES.c.end_reason.is_(None), DIALOGUES.c.last_at >= not_before)
        is_held = exists().where(
            HANDOFFS.c.chat_key == DIALOGUES.c.chat_key, HANDOFFS.c.released_at.is_(None)
        )
        found = (
            select(DIALOGUES.c.id, DIALOGUES.c.chat_key, DIALOGUES.c.last_at)
            .where(
                DIALOGUES.c.tenant == self._tenant,
                DIALOGUES.c.last_at <= since,
                or_(DIALOGUES.c.ended_at.is_(None), overtaken),
                ~is_held,
            )
            .order_by(DIALOGUES.c.last_at)
            .limit(_AT_ONCE)
        )
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(found).all()
        return [
            SilentDialogue(dialogue_id=row.id, chat_key=row.chat_key, last_at=row.last_at) for row in rows
        ]

    def end(self, dialogue_id: str, reason: str, at: datetime) -> EndedDialogue | None:
        """End it, unless it has ended: the first reason counts. None: it is not in the log, or not yet."""
        mine = and_(DIALOGUES.c.id == dialogue_id, DIALOGUES.c.tenant == self._tenant)
        values = {"ended_at": func.coalesce(DIALOGUES.c.ended_at, at), "end_reason": reason}
        ended = update(DIALOGUES).where(mine, DIALOGUES.c.end_reason.is_(None)).values(values)
        with translated(), self._engine.begin() as connection:
            connection.execute(ended)
            row = connection.execute(
                select(DIALOGUES, PEOPLE.c.language)
                .join(PEOPLE, PEOPLE.c.id == DIALOGUES.c.person_id)
                .where(mine)
            ).one_or_none()
            return None if row is None else self._ended(connection, row)

    def questions(self, dialogue_id: str) -> list[str]:
        """What was asked in it in earnest, masked, in order."""
        asked = (
            select(TURNS.c.question)
            .where(TURNS.c.dialogue_id == dialogue_id, TURNS.c.outcome.in_(_EARNEST))
            .order_by(TURNS.c.answered_at, TURNS.c.id)
        )
        with translated(), self._engine.connect() as connection:
            return list(connection.scalars(asked))

    def keep_summary(self, dialogue_id: str, summary: str) -> bool:
        """Keep it if the person agrees to that at this moment. False: they do not, or there is one."""
        kept = update(DIALOGUES).where(
            DIALOGUES.c.id == dialogue_id, DIALOGUES.c.summary.is_(None), self._is_agreed()
        )
        with translated(), self._engine.begin() as connection:
            return connection.execute(kept.values(summary=clean(summary))).rowcount > 0

    def keeps_summary_of(self, dialogue_id: str) -> bool:
        """Whether its person agrees to a summary."""
        mine = select(DIALOGUES.c.id).where(DIALOGUES.c.id == dialogue_id, self._is_agreed())
        with translated(), self._engine.connect() as connection:
            return connection.execute(mine).one_or_none() is not None

    def earlier(self, channel: ChannelName, external_id: str) -> EarlierTalk | None:
        """What is kept of the person's last visit, if they still agree to that."""
        who = and_(PEOPLE.c.channel == channel.value, PEOPLE.c.external_id == clean(external_id))
        newest = (
            select(DIALOGUES.c.id, DIALOGUES.c.summary, DIALOGUES.c.last_at)
            .join(PEOPLE, PEOPLE.c.id == DIALOGUES.c.person_id)
            .where(
                who, DIALOGUES.c.tenant == self._tenant, DIALOGUES.c.summary.is_not(None), self._is_agreed()
            )
            .order_by(DIALOGUES.c.ended_at.desc())
            .limit(1)
        )
        with translated(), self._engine.connect() as connection:
            row = connection.execute(newest).one_or_none()
            if row is None:
                return None
            last = connection.scalar(_last_of(row.id, TURNS.c.trace, outcome=Outcome.ANSWERED))
        return EarlierTalk(summary=row.summary, at=row.last_at, focus=(last or {}).get("focus", {}))

    def _ended(self, connection: Connection, row: Row[Any]) -> EndedDialogue:
        last = connection.execute(_last_of(row.id, TURNS.c.private)).one_or_none()
        served = select(TURNS.c.id).where(TURNS.c.dialogue_id == row.id, TURNS.c.outcome.in_(_SERVED))
        return EndedDialogue(
            dialogue_id=row.id,
            chat=ChatRef.of_key(row.chat_key, private=last is not None and last.private),
            person=row.person_id,
            language=row.language,
            ended_at=row.ended_at,
            reason=row.end_reason,
            is_served=connection.execute(served.limit(1)).one_or_none() is not None,
        )

    def _is_agreed(self) -> ColumnElement[bool]:
        return exists().where(
            CONSENTS.c.person_id == DIALOGUES.c.person_id,
            CONSENTS.c.tenant == self._tenant,
            CONSENTS.c.withdrawn_at.is_(None),
            CONSENTS.c.keeps_summary,
        )


def _last_of(dialogue_id: str, *columns: ColumnElement[Any], outcome: Outcome | None = None) -> Select[Any]:
    """Of its last turn, or of its last one that ended so."""
    newest = (TURNS.c.answered_at.desc(), TURNS.c.id.desc())
    wanted = and_(TURNS.c.dialogue_id == dialogue_id, TURNS.c.outcome == outcome.value if outcome else true())
    return select(*columns).where(wanted).order_by(*newest).limit(1)
