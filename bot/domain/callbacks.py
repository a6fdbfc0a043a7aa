"""A request to be called, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.conversation import ChannelName, ChatRef


class CallbackStatus(StrEnum):
    NEW = "new"
    TAKEN = "taken"
    NO_ANSWER = "no_answer"
    """The person did not answer; there will be another try at `next_try_at`."""
    DONE = "done"
    CANCELLED = "cancelled"
    """By the person who had asked."""
    GIVEN_UP = "given_up"
    """The person did not answer as often as it is tried."""

    @property
    def is_open(self) -> bool:
        return self in (CallbackStatus.NEW, CallbackStatus.TAKEN, CallbackStatus.NO_ANSWER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Requester:
    """Who asks to be called, where, and as whom they are known."""

    chat: ChatRef
    external_id: str
    name: str = ""
    language: str = "ru"


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What a person has confirmed. `request_key` is the same for the same form."""

    requester: Requester
    request_key: str
    phone: str = field(repr=False)
    """In the international form, +79161234567."""
    reason: str = field(repr=False)
    wished: str = field(default="", repr=False)
    call_from: datetime
    due_at: datetime
    created_at: datetime
    dialogue_id: str = ""
    card: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Callback:
    """One request as it stands. The phone is not in it: `Callbacks.phone_of` opens it."""

    callback_id: int
    tenant: str
    person_id: int
    """The person's row."""
    requester: Requester
    dialogue_id: str
    status: CallbackStatus
    reason: str = field(repr=False)
    wished: str = field(repr=False)
    card: Mapping[str, Any] = field(repr=False)
    call_from: datetime
    due_at: datetime
    told_at: datetime | None
    taken_by: str
    """``telegram:42``; stays when nobody answered, as the one who tried."""
    taken_at: datetime | None
    tries: int
    next_try_at: datetime | None
    reminded_at: datetime | None
    escalated_at: datetime | None
    result: str = field(repr=False)
    created_at: datetime
    closed_at: datetime | None

    @property
    def subject(self) -> str:
        """The name of its card, ``callback:12``."""
        return f"callback:{self.callback_id}"

    @property
    def chat(self) -> ChatRef:
        return self.requester.chat

    def belongs_to(self, channel: ChannelName, external_id: str) -> bool:
        return (self.chat.channel, self.requester.external_id) == (channel, external_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """The request was stored, now or by the same form before."""

    callback: Callback


@dataclass(frozen=True, kw_only=True, slots=True)
class AlreadyOpen:
    """Nothing was stored: the person waits for this one."""

    callback: Callback


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """What a step came to. `done`: it is as was asked, now or by the same hand before.

    `callback` is as it stands; None where there is none of that number, or no longer.
    """

    callback: Callback | None
    done: bool
