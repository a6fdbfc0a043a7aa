"""Numbers and states of broadcasts in words."""

from collections.abc import Mapping
from datetime import timedelta

from bot.domain.broadcasts import Broadcast, BroadcastStatus, Fate
from bot.texts.broadcasts import BroadcastFault, BroadcastText
from bot.texts.catalogue import Texts, plural_form

_STATUS = {
    BroadcastStatus.RUNNING: BroadcastText.RUNNING,
    BroadcastStatus.PAUSED: BroadcastText.PAUSED,
    BroadcastStatus.STOPPED: BroadcastText.STOPPED,
    BroadcastStatus.DONE: BroadcastText.DONE,
}


class Wording:
    """In one language."""

    def __init__(self, texts: Texts, language: str) -> None:
        self._texts = texts
        self.language = language

    def say(self, text: BroadcastText, **values: object) -> str:
        return self._texts.say(text, self.language, **values)

    def say_fault(self, fault: BroadcastFault, **values: object) -> str:
        return self._texts.say(fault, self.language, **values)

    def people(self, count: int) -> str:
        """1 человек, 2 человека, 5 человек."""
        forms = {
            "one": BroadcastText.PEOPLE_ONE,
            "few": BroadcastText.PEOPLE_FEW,
            "many": BroadcastText.PEOPLE_MANY,
        }
        return self.say(forms[plural_form(count, self.language)], count=_grouped(count))

    def to_people(self, count: int) -> str:
        """To whom: 1 человеку, 2 людям."""
        is_one = plural_form(count, self.language) == "one"
        text = BroadcastText.TO_PEOPLE_ONE if is_one else BroadcastText.TO_PEOPLE_MANY
        return self.say(text, count=_grouped(count))

    def days(self, count: int) -> str:
        return self._texts.days(count, self.language)

    def status(self, broadcast: Broadcast, *, waits: bool) -> str:
        """`waits`: it goes on when the quiet hours are over."""
        is_waiting = waits and broadcast.status is BroadcastStatus.RUNNING and not broadcast.by_night
        if is_waiting and broadcast.finished_at is None:
            return self.say(BroadcastText.WAITS_FOR_MORNING)
        return self.say(_STATUS[broadcast.status])

    def fates(self, broadcast: Broadcast, progress: Mapping[Fate, int]) -> str:
        """What became of the copies, line by line; what there is none of is left out."""
        waiting = progress.get(Fate.WAITING, 0) + progress.get(Fate.POSTED, 0)
        counts = {
            BroadcastText.SENT: progress.get(Fate.SENT, 0),
            BroadcastText.WAITING: waiting,
            BroadcastText.BLOCKED: progress.get(Fate.BLOCKED, 0),
            BroadcastText.FAILED: progress.get(Fate.FAILED, 0),
        }
        counts[BroadcastText.LEFT_OUT] = broadcast.people - sum(counts.values())
        return "\n".join(
            self.say(text, count=_grouped(count))
            for text, count in counts.items()
            if count or text is BroadcastText.SENT
        )

    def length(self, took: timedelta) -> str:
        minutes, seconds = divmod(max(0, round(took.total_seconds())), 60)
        hours, minutes = divmod(minutes, 60)
        if hours:
            return self.say(BroadcastText.HOURS, hours=hours, minutes=minutes)
        if minutes:
            return self.say(BroadcastText.MINUTES, minutes=minutes)
        return self.say(BroadcastText.SECONDS, seconds=max(1, seconds))


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", "\u00a0")
