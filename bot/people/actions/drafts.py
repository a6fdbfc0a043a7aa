"""What was entered for a booking so far. It waits with the chat's form, a day at most."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

from bot.people.actions.screens import Picked

FIELD = "booking"
"""Where it stands among what all forms of a chat hold."""
_NAME_SIGNS = 60
_NAME_WORDS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class BookingDraft:
    token: str
    """Names the one request that may become of it."""
    action: str
    thing: str
    """`Thing.code`."""
    starts_at: str
    """ISO 8601, in UTC."""
    name: str = ""
    phone_sealed: str = ""

    @classmethod
    def of(cls, picked: Picked, token: str, before: "BookingDraft | None") -> Self:
        """Who has told their name and number once need not tell them again for another time."""
        known = {} if before is None else {"name": before.name, "phone_sealed": before.phone_sealed}
        return cls(
            token=token,
            action=picked.choosing.action.id,
            thing=picked.choosing.thing.code,
            starts_at=picked.slot.starts_at.isoformat(),
            **known,
        )

    @classmethod
    def in_form(cls, data: Mapping[str, Any]) -> Self | None:
        return cls(**data[FIELD]) if data.get(FIELD) else None

    @property
    def for_form(self) -> dict[str, Any]:
        return {FIELD: asdict(self)}

    def has_all(self, needs: Collection[str]) -> bool:
        """Whether whatever the action asks for has been told."""
        return all({"name": self.name, "phone": self.phone_sealed}[need] for need in needs)

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.starts_at)

    def with_name(self, name: str) -> "BookingDraft":
        return replace(self, name=name)

    def with_phone(self, phone_sealed: str) -> "BookingDraft":
        return replace(self, phone_sealed=phone_sealed)


def read_name(text: str) -> str | None:
    """A name as people write it into a form; None: it is hardly one."""
    name = " ".join(text.split()).strip(" .,!")
    words = name.replace("-", " ").replace("'", "").split()
    is_name = 1 <= len(words) <= _NAME_WORDS and all(word.isalpha() for word in words)
    return name if is_name and 2 <= len(name) <= _NAME_SIGNS else None


def looks_like_question(text: str) -> bool:
    """Whether it is rather for the assistant than for the form."""
    return "?" in text or len(text.split()) > _NAME_WORDS
