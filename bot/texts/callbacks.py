"""The names of the texts about requests to be called, as customers read them."""

from enum import StrEnum


class CallbackText(StrEnum):
    TODAY = "callback_today"
    TOMORROW = "callback_tomorrow"
    BY = "callback_by"
    FROM_DAY = "callback_from_day"
    BETWEEN = "callback_between"
    AT = "callback_at"
