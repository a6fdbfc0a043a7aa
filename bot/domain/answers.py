"""What goes out for a turn, how well it is supported, and what is kept of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from bot.domain.conversation import ChatRef
from bot.domain.outgoing import Button
from bot.domain.plain_json import JSON


class Light(StrEnum):
    """How well an answer is supported, for staff."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class Outcome(StrEnum):
    """How a turn ended."""

    ANSWERED = "answered"
    UNKNOWN = "unknown"
    """Nothing in the knowledge answers it; said so and offered a person."""
    REFUSED = "refused"
    """A forbidden subject, or one that the provider blocks."""
    MODEL_DOWN = "model_down"
    SCRIPTED = "scripted"
    """Answered from the texts: commands, unreadable messages."""
    CANCELLED = "cancelled"
    SET_ASIDE = "set_aside"
    """It killed its worker too often; apologised."""
    RELAYED = "relayed"
    """Taken to the person of the staff who holds the chat."""
    OPERATOR = "operator"
    """Said by a person of the staff."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The result of one check of an answer."""

    check: str
    passed: bool
    detail: str = ""


UNDELIVERABLE = Verdict(check="delivery", passed=False, detail="chat unreachable")
NOT_TAKEN = Verdict(check="delivery", passed=False, detail="not taken")
"""The messenger did not take this answer; the person has not blocked the bot."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Tokens and cost of the model calls of one turn. `cost` is in the currency of the settings' prices."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cost=self.cost + other.cost,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What goes out for one turn. `text` is Markdown (bold, italics, lists, links, code)."""

    text: str
    outcome: Outcome
    light: Light = Light.GREEN
    sources: tuple[str, ...] = ()
    """`document > heading > ...` of each passage that supports it."""
    verdicts: tuple[Verdict, ...] = ()
    model: str = ""
    usage: Usage = Usage()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    trace: Mapping[str, Any] = field(default_factory=dict)
    """Prompt version, sampling, retrieved passages with scores, fallbacks: what a replay needs."""
    choices: tuple[str, ...] = ()
    """What the customer may say next with one tap, where there are buttons."""
    offers: tuple[Button, ...] = ()
    """What can be done next with one tap, where there are buttons."""

    @property
    def has_arrived(self) -> bool:
        """Whether nothing is known of its not reaching the person."""
        return {UNDELIVERABLE, NOT_TAKEN}.isdisjoint(self.verdicts)

    @property
    def focus(self) -> Mapping[str, Any]:
        """What it was about, for a question that leans on it: `Finding.focus`."""
        focus: Mapping[str, Any] = self.trace.get("focus", {})
        return focus

    def to_json(self) -> str:
        return JSON.encode(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        return cls.from_value(json.loads(text))

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> Self:
        return cls(
            **{
                **value,
                "outcome": Outcome(value["outcome"]),
                "light": Light(value["light"]),
                "sources": tuple(value["sources"]),
                "verdicts": tuple(Verdict(**verdict) for verdict in value["verdicts"]),
                "usage": Usage(**value["usage"]),
                "choices": tuple(value.get("choices", ())),
                "offers": tuple(Button(**offer) for offer in value.get("offers", ())),
            }
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnRecord:
    """One logged turn, personal data already masked. Times are aware, in UTC."""

    turn_id: str
    tenant: str
    chat: ChatRef
    person_id: str
    person_name: str
    language: str
    dialogue_id: str
    """Changes at /new and when a dialogue's memory has expired."""
    question: str
    answer: Answer
    received_at: datetime
    answered_at: datetime
    attempt: int

    def __post_init__(self) -> None:
        if self.received_at.tzinfo is None or self.answered_at.tzinfo is None:
            raise ValueError("received_at and answered_at must be aware")

    @property
    def is_undeliverable(self) -> bool:
        """Whether the answer met a closed door: the person has blocked the bot."""
        return UNDELIVERABLE in self.answer.verdicts

    def to_json(self) -> str:
        return JSON.encode(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Raise ValueError, KeyError, TypeError or OverflowError for what `to_json` did not write."""
        value = json.loads(text)
        return cls(
            **value
            | {
                "chat": ChatRef.from_value(value["chat"]),
                "answer": Answer.from_value(value["answer"]),
                "received_at": datetime.fromtimestamp(value["received_at"], UTC),
                "answered_at": datetime.fromtimestamp(value["answered_at"], UTC),
            }
        )
