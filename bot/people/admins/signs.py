"""What is said of each part of the service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from bot.texts.health import HealthText


class Sign(IntEnum):
    """The worst of several is the greatest."""

    GREEN = 0
    YELLOW = 1
    RED = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One part of the service. `jobs`: which are meant; `values` fill the text."""

    name: HealthText
    sign: Sign
    text: HealthText
    values: Mapping[str, object] = field(default_factory=dict)
    jobs: Sequence[str] = ()
    at: datetime | None = None


def worst(checks: Sequence[Check]) -> Sign:
    return max((check.sign for check in checks), default=Sign.GREEN)
