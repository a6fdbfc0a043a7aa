"""Calls a person where the assistant has no answer."""

from bot.domain import Light, Turn, TurnRecord
from bot.domain.handoffs import Cause
from bot.domain.moments import Now
from bot.people.changes.calendar import Opens
from bot.people.handoffs.handoffs import Handoffs


class RedLights:
    def __init__(self, handoffs: Handoffs, calendar: Opens, now: Now) -> None:
        self._handoffs = handoffs
        self._calendar = calendar
        self._now = now

    async def answered(self, turn: Turn, record: TurnRecord, message_id: int | None) -> None:
        """Call somebody for a red light, in working hours and where there is anybody. May be repeated."""
        settings = self._handoffs.settings
        is_wanted = settings.enabled and settings.red_light and turn.chat.private
        if not is_wanted or record.answer.light is not Light.RED or message_id is None:
            return
        if "review" in record.answer.trace:  # somebody looks at this answer already
            return
        if self._calendar.is_open(self._now()) and await self._handoffs.has_staff():
            language = record.answer.trace.get("language", turn.last.language)
            await self._handoffs.ask(
                turn.chat, name=turn.last.person_name, language=language, cause=Cause.RED_LIGHT
            )
