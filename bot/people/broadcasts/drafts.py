"""A broadcast while an admin writes it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from bot.domain.broadcasts import Audience, Message, Promo
from bot.people.broadcasts.checking import Fault, fault_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """`token`: of the command that began it; buttons of others are none of its own."""

    token: str
    message: Message
    audience: Audience = field(default_factory=Audience)

    @property
    def fault(self) -> Fault | None:
        """Why it cannot be sent just so."""
        return fault_of(self.message)

    def to_value(self) -> dict[str, Any]:
        return {
            "token": self.token,
            "message": {**asdict(self.message), "promo": self.message.promo.as_text},
            "audience": self.audience.to_value(),
        }

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> Self:
        message = value["message"]
        return cls(
            token=value["token"],
            message=Message(**{**message, "promo": Promo.from_text(message["promo"])}),
            audience=Audience.from_value(value["audience"]),
        )
