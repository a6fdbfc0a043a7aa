"""A recording that somebody sent, as long as nobody has heard it; and one that is sent to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


class AudioKind(StrEnum):
    """As messengers name them."""

    VOICE = "voice"
    AUDIO = "audio"
    VIDEO_NOTE = "video_note"


@dataclass(frozen=True, kw_only=True, slots=True)
class AudioRef:
    """Where a recording can be had, and what its sender's messenger says of it; None is what it does not."""

    file_id: str
    kind: AudioKind
    duration_s: float | None = None
    size_bytes: int | None = None
    mime: str = ""
    file_name: str = ""

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> Self:
        return cls(**{**value, "kind": AudioKind(value["kind"])})


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordingLimits:
    """What is listened to. `short_s`: up to here a recording goes before the longer ones."""

    max_seconds: float
    max_bytes: int
    short_s: float = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class SpokenNote:
    """An answer spoken: an OGG file with Opus, one channel at 48 kHz."""

    content: bytes
    duration_s: float
