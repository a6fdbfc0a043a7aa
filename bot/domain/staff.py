"""Who works for a tenant, and where they work."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.conversation import ChannelName, ChatRef


class Role(StrEnum):
    """What somebody may do. Whoever was granted nothing is a customer."""

    CUSTOMER = "customer"
    OPERATOR = "operator"
    TESTER = "tester"
    ADMIN = "admin"

    def may_act_as(self, role: "Role") -> bool:
        """An admin may do what anybody may; everybody may do what customers may."""
        return role in (self, Role.CUSTOMER) or self is Role.ADMIN


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One who works here. `is_reachable`: takes messages from the bot, as far as is known."""

    channel: ChannelName
    external_id: str
    name: str
    role: Role
    is_reachable: bool = True

    @property
    def key(self) -> str:
        """The name in rows and logs, e.g. ``telegram:42``."""
        return f"{self.channel}:{self.external_id}"

    @property
    def chat(self) -> ChatRef:
        """Their own chat with the bot."""
        return ChatRef(channel=self.channel, chat_id=self.external_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """The group in which the staff work. `has_topics`: each customer gets a forum topic there."""

    chat: ChatRef
    has_topics: bool
