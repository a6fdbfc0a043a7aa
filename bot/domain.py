"""The nouns of a turn. Plain frozen values that know no framework."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from bot.recordings import AudioRef


class ChannelName(StrEnum):
    """Where a conversation takes place."""

    TELEGRAM = "telegram"
    CONSOLE = "console"
    WEB = "web"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatRef:
    """One conversation in one channel. `chat_id` never contains a colon."""

    channel: ChannelName
    chat_id: str
    private: bool = True

    @property
    def key(self) -> str:
        """The name of the chat in Redis keys, job ids and logs, e.g. ``telegram:42``."""
        return f"{self.channel}:{self.chat_id}"

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> Self:
        return cls(**{**value, "channel": ChannelName(value["channel"])})


class UtteranceKind(StrEnum):
    """What somebody sent. Everything but TEXT and VOICE is answered from the texts, without a model."""

    TEXT = "text"
    VOICE = "voice"
    """A recording that will be heard; `audio` says which, and `text` is what was written under it."""
    START = "start"
    HELP = "help"
    NEW = "new"
    CANCEL = "cancel"
    SPEAK = "speak"
    """Speak answers too, or no longer."""
    UNREADABLE = "unreadable"
    """A photo, sticker, location, a recording that is too long...; `detail` names it."""

    @property
    def is_said(self) -> bool:
        """Whether it is words of the person's own, typed or spoken, that are to be answered."""
        return self in (UtteranceKind.TEXT, UtteranceKind.VOICE)


COMMANDS = {
    "/start": UtteranceKind.START,
    "/help": UtteranceKind.HELP,
    "/new": UtteranceKind.NEW,
    "/cancel": UtteranceKind.CANCEL,
    "/voice": UtteranceKind.SPEAK,
}
"""What customers may type in any channel."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Utterance:
    """One thing that one person sent. `received_at` is aware, in UTC."""

    update_id: str
    """Unique within the channel; the key of deduplication."""
    chat: ChatRef
    person_id: str
    """The person's id in the channel; in a private chat the same as the chat's."""
    person_name: str = ""
    language: str = "ru"
    kind: UtteranceKind = UtteranceKind.TEXT
    text: str = ""
    detail: str = ""
    message_id: int | None = None
    audio: AudioRef | None = None
    """Of VOICE, and of nothing else."""
    received_at: datetime

    def __post_init__(self) -> None:
        if self.received_at.tzinfo is None:
            raise ValueError("received_at must be aware")
        if (self.audio is not None) is not (self.kind is UtteranceKind.VOICE):
            raise ValueError("a recording, and nothing else, has audio")

    @property
    def note_id(self) -> str:
        """The name of a recording in Redis keys and jobs, e.g. ``telegram:1042``."""
        return f"{self.chat.channel}:{self.update_id}"

    def to_json(self) -> str:
        return _JSON.encode(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        value = json.loads(text)
        return cls(
            **value
            | {
                "kind": UtteranceKind(value["kind"]),
                "chat": ChatRef.from_value(value["chat"]),
                "audio": AudioRef.from_value(value["audio"]) if value.get("audio") else None,
                "received_at": datetime.fromtimestamp(value["received_at"], UTC),
            }
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """The utterances that are answered together, in the hands of one worker.

    `turn_id` is made from the first utterance, so that a turn which is run again keeps its name.
    `attempt` counts from 1. `lease` is the fencing token: whoever holds another one must stop.
    """

    turn_id: str
    chat: ChatRef
    utterances: tuple[Utterance, ...]
    attempt: int
    lease: str
    resumed: bool = False
    """It was in hand before, though perhaps not counted as an attempt: it was given back or put off."""

    @property
    def is_first_run(self) -> bool:
        """Whether nothing can have been written of this turn yet."""
        return self.attempt == 1 and not self.resumed

    @property
    def text(self) -> str:
        return "\n".join(utterance.text for utterance in self.utterances if utterance.text)

    @property
    def last(self) -> Utterance:
        return self.utterances[-1]

    @property
    def notes(self) -> tuple[Utterance, ...]:
        """The recordings among them."""
        return tuple(utterance for utterance in self.utterances if utterance.audio is not None)


class Speaker(StrEnum):
    CUSTOMER = "customer"
    ASSISTANT = "assistant"


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """One line of a dialogue's memory."""

    speaker: Speaker
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Recollection:
    """What short-term memory holds of a dialogue: a summary of the older part, then the last remarks."""

    dialogue_id: str = ""
    summary: str = ""
    remarks: tuple[Remark, ...] = ()
    focus: Mapping[str, Any] = field(default_factory=dict)
    """What the last answer was about, for a question that leans on it: `Finding.focus`."""


class Audience(StrEnum):
    """Who may be told what a document says."""

    CUSTOMER = "customer"
    STAFF = "staff"


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A piece of the tenant's knowledge, small enough to quote whole."""

    passage_id: str
    document: str
    heading: tuple[str, ...]
    text: str
    questions: tuple[str, ...] = ()
    """For an FAQ entry: the question and its other wordings."""
    source: str = ""
    """Where the document comes from, for people: a department, a journal, an address."""
    date: str = ""
    """Of the document, as it is written there: 2026-05-01."""
    audience: Audience = Audience.CUSTOMER


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A passage found for a query. `score` is from 0 to 1: how surely it answers the query."""

    passage: Passage
    score: float


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

    @property
    def focus(self) -> Mapping[str, Any]:
        """What it was about, for a question that leans on it: `Finding.focus`."""
        focus: Mapping[str, Any] = self.trace.get("focus", {})
        return focus

    def to_json(self) -> str:
        return _JSON.encode(self)

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
        return _JSON.encode(self)

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


def join_heading(passage: Passage) -> str:
    return " > ".join((passage.document, *passage.heading))


def approximate_tokens(texts: Sequence[str]) -> int:
    """About how many tokens the texts take: Russian runs at roughly 2.5 characters a token."""
    return sum(len(text) * 2 // 5 + 1 for text in texts)


def _plain(value: Any) -> object:
    """What JSON has no form for: a moment in seconds since the epoch, a dataclass by its fields.

    `dataclasses.asdict` would copy every value first, which takes four times as long.
    """
    if isinstance(value, datetime):
        return value.timestamp()
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


_JSON = json.JSONEncoder(ensure_ascii=False, default=_plain)
