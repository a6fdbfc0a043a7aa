"""Who says what to whom, where, and what is remembered of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from bot.domain.outgoing import Outgoing
from bot.domain.plain_json import JSON
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
    def of_key(cls, key: str, *, private: bool = True) -> Self:
        """Of a chat's key, or of a person's, whose chat with the bot it is then. Raises ValueError."""
        channel, _, chat_id = key.partition(":")
        return cls(channel=ChannelName(channel), chat_id=chat_id, private=private)

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
    END = "end"
    """The dialogue is over; nothing is asked."""
    CANCEL = "cancel"
    SPEAK = "speak"
    """Speak answers too, or no longer."""
    UNREADABLE = "unreadable"
    """A photo, sticker, location, a recording that is too long...; `detail` names it."""
    OUTGOING = "outgoing"
    """Said to the chat, not in it; `outgoing` says what. It takes its place in the chat's order."""

    @property
    def is_said(self) -> bool:
        """Whether it is words of the person's own, typed or spoken, that are to be answered."""
        return self in (UtteranceKind.TEXT, UtteranceKind.VOICE)


COMMANDS = {
    "/start": UtteranceKind.START,
    "/help": UtteranceKind.HELP,
    "/new": UtteranceKind.NEW,
    "/end": UtteranceKind.END,
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
    outgoing: Outgoing | None = None
    """Of OUTGOING, and of nothing else."""
    received_at: datetime

    def __post_init__(self) -> None:
        if self.received_at.tzinfo is None:
            raise ValueError("received_at must be aware")
        if (self.audio is not None) is not (self.kind is UtteranceKind.VOICE):
            raise ValueError("a recording, and nothing else, has audio")
        if (self.outgoing is not None) is not (self.kind is UtteranceKind.OUTGOING):
            raise ValueError("what is said to a chat, and nothing else, is outgoing")

    @property
    def person_key(self) -> str:
        """The name of the person in Redis keys, whatever chat they write in, e.g. ``telegram:42``."""
        return f"{self.chat.channel}:{self.person_id}"

    @property
    def note_id(self) -> str:
        """The name of a recording in Redis keys and jobs, e.g. ``telegram:1042``."""
        return f"{self.chat.channel}:{self.update_id}"

    def to_json(self) -> str:
        return JSON.encode(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        value = json.loads(text)
        return cls(
            **value
            | {
                "kind": UtteranceKind(value["kind"]),
                "chat": ChatRef.from_value(value["chat"]),
                "audio": AudioRef.from_value(value["audio"]) if value.get("audio") else None,
                "outgoing": Outgoing.from_value(value["outgoing"]) if value.get("outgoing") else None,
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
