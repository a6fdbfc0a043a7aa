"""A dialogue that one of the staff was asked into, or has taken over."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.domain.conversation import ChannelName, ChatRef

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Cause(StrEnum):
    """Why somebody is wanted."""

    ASKED = "asked"
    RED_LIGHT = "red_light"
    TAKEN = "taken"
    """Nobody asked: one of the staff stepped in."""
    CALLBACK = "callback"


class Stage(StrEnum):
    WAITING = "waiting"
    """The assistant goes on until somebody comes."""
    HELD = "held"
    RELEASED = "released"


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """Whose dialogue it is: a row of `people`, in their private chat."""

    row_id: int
    chat: ChatRef
    name: str
    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where staff talk with the customer: a topic of their room, or an operator's own chat."""

    chat_id: str
    thread_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Handoff:
    handoff_id: int
    customer: Customer
    cause: Cause
    stage: Stage
    operator: str
    """The key of the member who holds it, or held it last; "" while it waits."""
    place: Place
    asked_at: datetime
    held_at: datetime | None
    released_at: datetime | None

    @property
    def token(self) -> str:
        """Names this very holding: another operator's, or a later one of the same, has another name."""
        return "" if self.held_at is None else token_of(self.handoff_id, self.held_at)

    @property
    def is_private(self) -> bool:
        """Whether its operator talks, or talked last, in their own chat with the bot."""
        return bool(self.operator) and self.place.chat_id == ChatRef.of_key(self.operator).chat_id


def token_of(handoff_id: int, held_at: datetime) -> str:
    return f"{handoff_id}-{(held_at - _EPOCH) // _MICROSECOND}"


def read_token(token: str) -> tuple[int, datetime] | None:
    """The row and the moment that a token names; None for what is no token."""
    number, _, moment = token.partition("-")
    if not (number.isascii() and number.isdigit() and moment.isascii() and moment.isdigit()):
        return None
    if len(number) > 18 or len(moment) > 16:
        return None
    return int(number), _EPOCH + int(moment) * _MICROSECOND


def place_chat(chat_id: str) -> ChatRef:
    """A chat of the staff in Telegram: groups have negative ids there."""
    return ChatRef(channel=ChannelName.TELEGRAM, chat_id=chat_id, private=not chat_id.startswith("-"))
