"""What admins see of broadcasts that were begun, and what the buttons there carry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self
from zoneinfo import ZoneInfo

from bot.delivery.formatting import render
from bot.domain import Button, Keyboard
from bot.domain.broadcasts import Broadcast, BroadcastStatus, Fate
from bot.people.broadcasts.draft_screens import DraftScreens
from bot.people.broadcasts.wording import Wording
from bot.people.retention.days import in_words
from bot.people.screen import Screen
from bot.texts.broadcasts import BroadcastText
from bot.texts.literal import literal

DATA: Final = "bc:"
_START_CHARACTERS = 80
Progress = Mapping[Fate, int]


class Act(StrEnum):
    """What a button does. Those that begin with an a ask whether it is meant."""

    LIST = "l"
    ONE = "o"
    ASK_PAUSE = "ap"
    ASK_RESUME = "ar"
    ASK_STOP = "as"
    PAUSE = "p"
    RESUME = "r"
    STOP = "s"


WANTED: Final = {
    Act.PAUSE: BroadcastStatus.PAUSED,
    Act.RESUME: BroadcastStatus.RUNNING,
    Act.STOP: BroadcastStatus.STOPPED,
}
_ASKED: Final = {
    Act.ASK_PAUSE: (BroadcastText.ASK_PAUSE, BroadcastText.YES_PAUSE, Act.PAUSE),
    Act.ASK_RESUME: (BroadcastText.ASK_RESUME, BroadcastText.YES_RESUME, Act.RESUME),
    Act.ASK_STOP: (BroadcastText.ASK_STOP, BroadcastText.YES_STOP, Act.STOP),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class BroadcastTap:
    """``bc:<act>:<number>:<status as it was seen>``"""

    act: Act
    broadcast_id: int = 0
    seen: BroadcastStatus = BroadcastStatus.RUNNING

    @classmethod
    def parse(cls, data: str) -> Self | None:
        """None: it is no button of ours, or a forged one."""
        match data.removeprefix(DATA).split(":"):
            case [act, number, seen] if act in set(Act) and seen in set(BroadcastStatus):
                if number.isascii() and number.isdigit() and len(number) < 16:
                    return cls(act=Act(act), broadcast_id=int(number), seen=BroadcastStatus(seen))
        return None

    @property
    def data(self) -> str:
        return f"{DATA}{self.act}:{self.broadcast_id}:{self.seen}"


class BroadcastScreens:
    """In one language. `is_quiet`: what may not go on by night waits now."""

    def __init__(self, words: Wording, zone: ZoneInfo, *, is_quiet: bool) -> None:
        self._words = words
        self._zone = zone
        self._is_quiet = is_quiet

    def all(self, found: Sequence[tuple[Broadcast, Progress]]) -> Screen:
        if not found:
            return Screen(self._words.say(BroadcastText.LIST_EMPTY))
        lines = [
            self._words.say(
                BroadcastText.LINE,
                when=in_words(broadcast.made_at, self._zone),
                **self._numbers(broadcast, progress),
            )
            for broadcast, progress in found
        ]
        rows = [
            (self._button(broadcast, BroadcastText.OPEN_ONE, Act.ONE, number=broadcast.broadcast_id),)
            for broadcast, _ in found
        ]
        return Screen(self._words.say(BroadcastText.LIST, lines="\n".join(lines)), Keyboard(rows=tuple(rows)))

    def one(self, broadcast: Broadcast, progress: Progress, maker: str) -> Screen:
        start = " ".join(render(broadcast.message.text).text.split())
        if len(start) > _START_CHARACTERS:
            start = f"{start[:_START_CHARACTERS].rstrip()}…"
        text = self._words.say(
            BroadcastText.ONE,
            number=broadcast.broadcast_id,
            status=self._status(broadcast),
            start=literal(start),
            maker=literal(maker),
            when=in_words(broadcast.made_at, self._zone),
            who=DraftScreens(self._words, ()).who(broadcast.audience),
            people=self._words.people(broadcast.people),
            fates=self._words.fates(broadcast, progress),
        )
        return Screen(text, self._under_one(broadcast))

    def asking(self, broadcast: Broadcast, progress: Progress, act: Act) -> Screen:
        """What is now, what would be, and whether it is meant."""
        text, yes, done = _ASKED[act]
        rows = (
            (self._button(broadcast, yes, done),),
            (self._button(broadcast, BroadcastText.NO, Act.ONE),),
        )
        return Screen(self._words.say(text, **self._numbers(broadcast, progress)), Keyboard(rows=rows))

    def _under_one(self, broadcast: Broadcast) -> Keyboard:
        rows: list[tuple[Button, ...]] = []
        is_open = broadcast.finished_at is None
        if is_open and broadcast.status is BroadcastStatus.RUNNING:
            rows.append((self._button(broadcast, BroadcastText.PAUSE, Act.ASK_PAUSE),))
        elif is_open and broadcast.status is BroadcastStatus.PAUSED:
            rows.append((self._button(broadcast, BroadcastText.RESUME, Act.ASK_RESUME),))
        if rows:
            rows.append((self._button(broadcast, BroadcastText.STOP, Act.ASK_STOP),))
        refresh = self._button(broadcast, BroadcastText.REFRESH, Act.ONE)
        rows.append((refresh, self._button(broadcast, BroadcastText.TO_LIST, Act.LIST)))
        return Keyboard(rows=tuple(rows))

    def _numbers(self, broadcast: Broadcast, progress: Progress) -> dict[str, object]:
        return {
            "number": broadcast.broadcast_id,
            "status": self._status(broadcast),
            "sent": progress.get(Fate.SENT, 0),
            "people": broadcast.people,
        }

    def _status(self, broadcast: Broadcast) -> str:
        return self._words.status(broadcast, waits=self._is_quiet)

    def _button(self, broadcast: Broadcast, text: BroadcastText, act: Act, **values: object) -> Button:
        tap = BroadcastTap(act=act, broadcast_id=broadcast.broadcast_id, seen=broadcast.status)
        return Button(text=self._words.say(text, **values), data=tap.data)
