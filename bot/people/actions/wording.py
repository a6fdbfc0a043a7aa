"""Days, times and things of a booking in words, in the tenant's own zone."""

from datetime import date, datetime
from enum import StrEnum

from bot.tenant import Tenant
from bot.tenant.actions import Booking
from bot.texts.bookings import BookingText
from bot.texts.catalogue import Text, Texts


class Wording:
    """How one tenant's bookings are spoken of in one language."""

    def __init__(self, tenant: Tenant, texts: Texts, language: str) -> None:
        self._tenant = tenant
        self._texts = texts
        self.language = language

    def say(self, text: StrEnum, **values: object) -> str:
        return self._texts.say(text, self.language, **values)

    def when(self, at: datetime) -> str:
        """«сб, 11 июля, 11:00»."""
        local = at.astimezone(self._tenant.zone)
        return self.say(BookingText.WHEN, **self._date(local.date()), time=f"{local:%H:%M}")

    def short(self, at: datetime) -> str:
        """«сб 11 июля 11:00», for a button."""
        local = at.astimezone(self._tenant.zone)
        return f"{self.day_label(local.date())} {local:%H:%M}"

    def day(self, day: date) -> str:
        """«сб, 11 июля»."""
        return self._texts.say(Text.HOURS_DATE, self.language, **self._date(day))

    def day_label(self, day: date) -> str:
        return self.say(BookingText.DAY_LABEL, **self._date(day))

    def time(self, at: datetime) -> str:
        return f"{at.astimezone(self._tenant.zone):%H:%M}"

    def days(self, action: Booking) -> str:
        return self._texts.days(action.days_ahead, self.language)

    def what(self, action: Booking | None, thing: str) -> str:
        """«Тест-драйв: GLE 450 d»; the only thing there is needs no name beside the action's."""
        if action is None:
            return thing
        is_only = len(action.resources) == 1 or not thing
        title = action.called(self.language)
        return title if is_only else f"{title}: {thing}"

    def _date(self, day: date) -> dict[str, object]:
        return {
            "weekday": self._texts.one_of(Text.SHORT_WEEKDAYS, self.language, day.weekday()),
            "day": day.day,
            "month": self._texts.one_of(Text.OF_MONTHS, self.language, day.month - 1),
        }
