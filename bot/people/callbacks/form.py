"""What a customer has entered so far of a request to be called."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from bot.people.callbacks.promises import Window
from bot.store.sealing import Sealer


class Step(StrEnum):
    SAME = "same"
    """Whether the number of the last request will do."""
    PHONE = "phone"
    DETAILS = "details"
    CONFIRM = "confirm"


@dataclass(frozen=True, kw_only=True, slots=True)
class CallForm:
    """`form_id` is the update that began it; `update_id` the last one that made a step."""

    form_id: str
    update_id: int
    step: Step
    phone: str = field(default="", repr=False)
    reason: str = field(default="", repr=False)
    wished: str = field(default="", repr=False)
    window: Window | None = None
    """What the person wished, if it could be read; None: as soon as is usual."""
    is_moved: bool = False

    def to_data(self, sealer: Sealer) -> dict[str, Any]:
        """As Redis keeps it: without a phone in clear."""
        window = self.window
        return {
            "form_id": self.form_id,
            "update_id": self.update_id,
            "step": self.step.value,
            "phone_sealed": sealer.seal(self.phone) if self.phone else "",
            "reason": self.reason,
            "wished": self.wished,
            "window": [window.call_from.timestamp(), window.due_at.timestamp()] if window else None,
            "is_moved": self.is_moved,
        }

    @classmethod
    def from_data(cls, value: Mapping[str, Any], sealer: Sealer) -> Self | None:
        """None: there is no form. Raises SealBroken."""
        if "form_id" not in value:
            return None
        window = None
        if value["window"]:
            start, end = (datetime.fromtimestamp(moment, UTC) for moment in value["window"])
            window = Window(call_from=start, due_at=end)
        return cls(
            form_id=value["form_id"],
            update_id=value["update_id"],
            step=Step(value["step"]),
            phone=sealer.open(value["phone_sealed"]) if value["phone_sealed"] else "",
            reason=value["reason"],
            wished=value["wished"],
            window=window,
            is_moved=value["is_moved"],
        )
