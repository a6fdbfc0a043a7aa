"""The hours in which nobody is sent what they did not ask for."""

from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

BEGINS: Final = time(21)
ENDS: Final = time(9)


def is_quiet(at: datetime, zone: ZoneInfo) -> bool:
    """By the clocks of the tenant's zone. Raises ValueError where `at` is naive."""
    if at.tzinfo is None:
        raise ValueError("at must be aware")
    local = at.astimezone(zone).time()
    return local >= BEGINS or local < ENDS
