"""What came of listening to one recording: all that a turn needs to know of it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from bot.errors import AudioFault
from bot.voice.confidence import Trust


class HearingFault(StrEnum):
    """Why nothing was heard, though it was a good recording perhaps. The others are in `AudioFault`."""

    UNREACHABLE = "unreachable"
    """The messenger could not be reached for it."""
    FAILED = "failed"
    """The recognition does not work, or the recording has killed it again and again."""
    LATE = "late"
    """Nobody had listened to it in time."""


def fault_of(name: str) -> AudioFault | HearingFault:
    """Raises ValueError."""
    return HearingFault(name) if name in tuple(HearingFault) else AudioFault(name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """`text` is as people write it, and whole: personal data are in it. Timings are in seconds."""

    text: str = ""
    language: str = ""
    verdict: Trust = Trust.REPEAT
    reasons: tuple[str, ...] = ()
    """Doubts, where it is not simply to be answered."""
    logprob: float | None = None
    seconds: float = 0.0
    """How long the recording is."""
    fault: AudioFault | HearingFault | None = None
    """Then nothing was heard at all."""
    model: str = ""
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def for_log(self) -> dict[str, Any]:
        """Everything but the words."""
        return {name: value for name, value in asdict(self).items() if name != "text"}

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        value = json.loads(text)
        fault = value["fault"]
        return cls(
            **value
            | {
                "verdict": Trust(value["verdict"]),
                "reasons": tuple(value["reasons"]),
                "fault": None if fault is None else fault_of(fault),
            }
        )
