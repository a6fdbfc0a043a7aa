"""The names of the texts about news: who takes them, and how they are sent to many."""

from enum import StrEnum


class NewsText(StrEnum):
    """For those who get them."""

    ON = "news_on"
    OFF = "news_off"
    GIVEN = "news_given"
    TAKEN = "news_taken"
    NOT_TAKEN = "news_not_taken"
    NOW_TAKEN = "news_now_taken"
    NOW_NOT_TAKEN = "news_now_not_taken"
    NEEDS_CONSENT = "news_needs_consent"
    STOP = "news_stop"
    STOPPED = "news_stopped"
