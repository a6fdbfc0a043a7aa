"""When a call is promised: a window within working hours, and how it is said."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.callbacks import Callback
from bot.people.working_clock import WorkingClock
from bot.tenant import Tenant
from bot.tenant.service import Callbacks as CallbackSettings
from bot.texts.callbacks import CallbackText
from bot.texts.catalogue import Text, Texts


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The call comes not before the one moment and by the other. Aware, in UTC."""

    call_from: datetime
    due_at: datetime


def promised(clock: WorkingClock, settings: CallbackSettings, at: datetime) -> Window | None:
    """What is promised to who asks `at`, or wishes to be called from then on; None: closed for a year.

    A break is no closing: the time of those who ask in it runs from its end.
    """
    opens = clock.opening(at)
    if opens is None:
        return None
    is_usual = opens == at or clock.pauses_at(at)
    due = clock.after(opens, settings.call_within_min if is_usual else settings.after_opening_min)
    return None if due is None else Window(call_from=opens, due_at=due)


class PromiseWords:
    """Says windows and moments as the tenant's clock on the wall shows them."""

    def __init__(self, tenant: Tenant, texts: Texts, *, names_today: bool = True) -> None:
        """Without `names_today` a day has its date always, for what is read on other days too."""
        self._zone = tenant.zone
        self._texts = texts
        self._names_today = names_today

    def window(self, window: Window | Callback, now: datetime, language: str) -> str:
        """«сегодня до 12:30», «завтра с 9:00 до 9:30»: an end by which the call has come."""
        from_day, starts = self._wall(window.call_from)
        due_day, ends = self._wall_end(window.due_at)
        today = now.astimezone(self._zone).date()
        day = self._day(due_day, today, language)
        if window.call_from <= now:
            return self._texts.say(CallbackText.BY, language, day=day, ends=ends)
        if from_day == due_day:
            return self._texts.say(CallbackText.BETWEEN, language, day=day, starts=starts, ends=ends)
        start = self._day(from_day, today, language)
        return self._texts.say(
            CallbackText.FROM_DAY, language, start=start, starts=starts, day=day, ends=ends
        )

    def moment(self, at: datetime, now: datetime, language: str) -> str:
        """«сегодня в 13:05»."""
        day, clock = self._wall(at)
        today = now.astimezone(self._zone).date()
        return self._texts.say(CallbackText.AT, language, day=self._day(day, today, language), clock=clock)

    def _wall(self, at: datetime) -> tuple[date, str]:
        local = at.astimezone(self._zone)
        return local.date(), f"{local.hour}:{local.minute:02}"

    def _wall_end(self, at: datetime) -> tuple[date, str]:
        """Midnight as the end of a day belongs to that day."""
        day, clock = self._wall(at)
        return (day - timedelta(days=1), "24:00") if clock == "0:00" else (day, clock)

    def _day(self, day: date, today: date, language: str) -> str:
        near = {0: CallbackText.TODAY, 1: CallbackText.TOMORROW}.get((day - today).days)
        if near is not None and self._names_today:
            return self._texts.say(near, language)
        weekday = self._texts.one_of(Text.ON_WEEKDAYS, language, day.weekday())
        month = self._texts.one_of(Text.OF_MONTHS, language, day.month - 1)
        return self._texts.say(Text.HOURS_DATE, language, weekday=weekday, day=day.day, month=month)
