"""What tells the time, so that tests can turn the clock."""

from collections.abc import Callable
from datetime import UTC, datetime

Now = Callable[[], datetime]
"""Tells the time, aware and in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)
