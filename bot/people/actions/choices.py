"""What the buttons of a booking carry: 64 bytes that come back, perhaps forged, perhaps years later."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self

_DATA = re.compile(r"book:w:([a-z][a-z0-9_]{0,19}):([~a-z0-9_]{0,20})(?::(\d{6}))?(?::(\d{4}))?")
_ID = re.compile(r"book:(?P<verb>[a-z]+):(?P<id>\d{1,18})(?::(?P<day>\d{6}))?(?::(?P<time>\d{4}))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """As much of a booking as is chosen. `thing` is `Thing.code`; `minute` is of the local day."""

    action: str
    thing: str = ""
    day: date | None = None
    minute: int | None = None

    @property
    def data(self) -> str:
        parts = ["book", "w", self.action, self.thing]
        if self.day is not None:
            parts.append(f"{self.day:%y%m%d}")
            if self.minute is not None:
                parts.append(f"{self.minute // 60:02}{self.minute % 60:02}")
        return ":".join(parts)

    @classmethod
    def parse(cls, data: str) -> Self | None:
        """None: no button of ours has ever said that."""
        found = _DATA.fullmatch(data)
        if found is None:
            return None
        day, minute = _day(found[3]), _minute(found[4])
        if (found[3] and day is None) or (found[4] and (minute is None or day is None)):
            return None
        return cls(action=found[1], thing=found[2], day=day, minute=minute)

    def on(self, day: date) -> Self:
        return replace(self, day=day, minute=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What is to become of a booking that there is: `verb` says what."""

    verb: str
    booking_id: int
    day: date | None = None
    minute: int | None = None

    @property
    def data(self) -> str:
        choice = Choice(action="x", thing="", day=self.day, minute=self.minute).data
        return f"book:{self.verb}:{self.booking_id}{choice.removeprefix('book:w:x:')}"

    @classmethod
    def parse(cls, data: str) -> Self | None:
        found = _ID.fullmatch(data)
        if found is None:
            return None
        day, minute = _day(found["day"]), _minute(found["time"])
        if (found["day"] and day is None) or (found["time"] and minute is None):
            return None
        return cls(verb=found["verb"], booking_id=int(found["id"]), day=day, minute=minute)


def _day(written: str | None) -> date | None:
    if not written:
        return None
    try:
        return datetime.strptime(f"20{written}", "%Y%m%d").date()  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        return None


def _minute(written: str | None) -> int | None:
    if not written:
        return None
    hours, minutes = int(written[:2]), int(written[2:])
    return hours * 60 + minutes if hours < 24 and minutes < 60 else None
