"""A broadcast while an admin writes it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from bot.domain.broadcasts import Audience, Message, Promo
from bot.people.broadcasts.checking import Fault, fault_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """`token`: of the command that began it; buttons of others are none of its own. `revision`: counts its
    changes, so that no yes to what it was is one to what it is."""

    token: str
    message: Message
    audience: Audience = field(default_factory=Audience)
    revision: int = 0

    @property
    def fault(self) -> Fault | None:
        """Why it cannot be sent just so."""
        return fault_of(self.message)

    def to_value(self) -> dict[str, Any]:
        return {
            "token": self.token,
            "message": {**asdict(self.message), "promo": self.message.promo.as_text},
            "audience": self.audience.to_value(),
            "revision": self.revision,
        }

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> Self:
        message = value["message"]
        return cls(
            token=value["token"],
            message=Message(**{**message, "promo": Promo.from_text(message["promo"])}),
            audience=Audience.from_value(value["audience"]),
            revision=value["revision"],
        )
