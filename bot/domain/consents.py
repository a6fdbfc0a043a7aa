"""What somebody agreed to."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.conversation import ChannelName


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody in one channel."""

    channel: ChannelName
    external_id: str
    name: str = ""
    language: str = "ru"

    @property
    def key(self) -> str:
        """The name in Redis keys and logs, e.g. ``telegram:42``."""
        return f"{self.channel}:{self.external_id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent:
    """A yes to one version of the terms. `given_at` is aware, in UTC."""

    version: str
    keeps_summary: bool
    """What was talked about may be remembered for the next visit."""
    takes_news: bool = False
    """News and offers may be sent."""
    given_at: datetime
