"""Every failure this project raises on purpose.

    AssistantError
    ├── SettingsError            a setting is missing or wrong; the message says what to do
    ├── TenantError              a tenant folder is broken; carries every problem with file and line
    ├── ServiceError             something outside failed; `permanent` decides whether to try again
    │   ├── ModelError           a language model did not give an answer
    │   │   ├── ModelUnavailable     refused, timed out, cut off, 5xx
    │   │   ├── ModelOverloaded      429, or no free stream in time
    │   │   ├── ModelRefused         the provider blocked the subject ("blacklist", content filter)
    │   │   ├── ContextTooLong       413: the prompt does not fit
    │   │   ├── OutOfTokens          402: the plan is used up
    │   │   └── BadModelRequest      400, 401, 422: our request or our key is wrong
    │   ├── DeliveryError        a message did not reach its chat
    │   │   ├── ChatUnreachable      the person blocked the bot, or the chat is gone
    │   │   │   └── ChatMoved            a group has become a supergroup: carries `new_chat_id`
    │   │   ├── ThreadGone           the forum topic is not there any more
    │   │   ├── HoldOver             the handoff for which it was said does not hold the chat any more
    │   │   └── FloodLimited         429: carries `retry_after_s`
    │   ├── StoreError           the SQL store did not do what was asked
    │   │   ├── StoreFull            there is no room left for what was to be written
    │   │   └── SealBroken           what is sealed opens with none of the keys
    │   ├── ExportFailed         the files of an export could not be written
    │   ├── BackupFailed         the database could not be copied, or not be put back
    │   ├── StockError           the stock table could not be fetched, or is no such table
    │   └── SpeechError          speech was not recognised, though the recording may be good, or not spoken
    ├── AudioError               a recording cannot be used: carries the `reason`
    ├── HeldByPerson             somebody of the staff holds the chat: the assistant is to be silent
    └── LeaseLost                another worker owns this turn now; stop without a trace

Messages are for logs and developers; what people read lives in `bot/texts`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class AssistantError(Exception):
    """Something went wrong in the assistant."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class SettingsError(AssistantError):
    """A setting is missing or wrong."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One fault in a tenant folder. `line` counts from 1; None means the file as a whole."""

    file: Path
    line: int | None
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else f"{self.file}"
        return f"{place}: {self.message}"


class TenantError(AssistantError):
    """A tenant folder cannot be used."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class ServiceError(AssistantError):
    """Something outside this process failed."""

    def __init__(self, message: str | None = None, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class ModelError(ServiceError):
    """A language model did not give an answer."""


class ModelUnavailable(ModelError):
    """The model cannot be reached, timed out, or its answer was cut off."""


class ModelOverloaded(ModelError):
    """The model takes no more requests now."""


class ModelRefused(ModelError):
    """The provider blocked the subject of the request."""


class ContextTooLong(ModelError):
    """The prompt is longer than the model can read."""


class OutOfTokens(ModelError):
    """The plan's tokens are used up."""


class BadModelRequest(ModelError):
    """The provider rejected our request or our key."""


class DeliveryError(ServiceError):
    """A message did not reach its chat."""


class ChatUnreachable(DeliveryError):
    """The person blocked the bot, or the chat is gone."""


class ChatMoved(ChatUnreachable):
    """The group has become a supergroup under another id."""

    def __init__(self, message: str | None = None, *, new_chat_id: int) -> None:
        super().__init__(message, permanent=True)
        self.new_chat_id = new_chat_id


class ThreadGone(DeliveryError):
    """The forum topic is not there any more."""


class HoldOver(DeliveryError):
    """The handoff for which it was said does not hold the chat any more."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, permanent=True)


class FloodLimited(DeliveryError):
    """The messenger asks for a pause."""

    def __init__(self, message: str | None = None, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class StoreError(ServiceError):
    """The SQL store did not do what was asked."""


class StoreFull(StoreError):
    """The database, or its disk, has no room left."""


class SealBroken(StoreError):
    """What is sealed opens with none of the keys: is the one that sealed it missing from DATA_KEYS?"""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message, permanent=True)


class HeldByPerson(AssistantError):
    """Somebody of the staff holds the chat: the assistant is to be silent."""


class LeaseLost(AssistantError):
    """Another worker owns this turn now."""


class ExportFailed(ServiceError):
    """The files of an export could not be written."""


class BackupFailed(ServiceError):
    """The database could not be copied, or not be put back."""


class StockError(ServiceError):
    """The stock table could not be fetched, or what came is no such table."""


class SpeechError(ServiceError):
    """Speech was not recognised, or not spoken."""


class AudioFault(StrEnum):
    """Why a recording cannot be used; the catalogue has a sentence for each."""

    MISSING = "missing"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    NOT_AUDIO = "not_audio"
    NO_SOUND = "no_sound"
    """A video without a sound track, or one with nothing in it."""
    UNKNOWN_CODEC = "unknown_codec"
    BROKEN = "broken"
    """It ends in the middle, or much of it cannot be decoded."""
    TOO_SLOW = "too_slow"
    """It was not opened, or not written down, in time."""


class AudioError(AssistantError):
    """A recording cannot be used."""

    def __init__(self, reason: AudioFault, message: str | None = None) -> None:
        super().__init__(f"{reason}: {message}" if message else reason)
        self.reason = reason

    def __reduce__(self) -> tuple[object, ...]:
        """It comes out of other processes, where exceptions are made again from their arguments."""
        return _audio_error, (self.reason, str(self))


def _audio_error(reason: AudioFault, text: str) -> AudioError:
    return AudioError(reason, text.partition(": ")[2] or None)
