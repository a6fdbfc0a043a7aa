"""How the last turns fared with the language model."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, and_, select

from bot.domain import Outcome
from bot.store.engine import translated
from bot.store.rows import TURNS

_LOOKED_AT = 100
"""Turns that never asked a model stand between those that did."""
_NO_FAULT = ("", "Cancelled", "ModelRefused", "ContextTooLong")
"""Errors that say nothing against the model."""


class ModelAsk(StrEnum):
    ANSWERED = "answered"
    FAILED = "failed"
    """No model answered the question, whatever the customer was told instead."""


class ModelAskStore:
    """One tenant's. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def latest(self, *, since: datetime, limit: int) -> Sequence[ModelAsk]:
        """Of the newest turns that asked a model, the newest first."""
        recent = and_(TURNS.c.tenant == self._tenant, TURNS.c.answered_at >= since)
        newest = select(TURNS.c.outcome, TURNS.c.trace).where(recent)
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(newest.order_by(TURNS.c.answered_at.desc()).limit(_LOOKED_AT)).all()
        asks = (_ask(row.outcome, (row.trace or {}).get("attempts")) for row in rows)
        return [ask for ask in asks if ask is not None][:limit]


def _ask(outcome: str, attempts: Any) -> ModelAsk | None:
    """None: no model was asked."""
    if attempts:
        is_well = any(attempt.get("error") in _NO_FAULT for attempt in attempts)
        return ModelAsk.ANSWERED if is_well else ModelAsk.FAILED
    return ModelAsk.FAILED if outcome == Outcome.MODEL_DOWN else None
