"""The names of the texts about consent."""

from enum import StrEnum


class ConsentText(StrEnum):
    HELLO = "consent_hello"
    CHANGED = "consent_changed"
    SCREEN = "consent_screen"
    WAITS = "consent_waits"
    TOO_MANY = "consent_too_many"
    YES = "consent_yes"
    NO = "consent_no"
    FULL = "consent_full"
    SUMMARY_ON = "consent_summary_on"
    SUMMARY_OFF = "consent_summary_off"
    GIVEN = "consent_given"
    GIVEN_WITH_SUMMARY = "consent_given_with_summary"
    ANSWERING = "consent_answering"
    ASK_AGAIN = "consent_ask_again"
    DECLINED = "consent_declined"
    ALREADY = "consent_already"
    STANDS = "consent_stands"
    OUTDATED = "consent_outdated"
    OTHERS = "consent_others"
    NOT_STORED = "consent_not_stored"
    NEEDED = "consent_needed"
    FULL_BELOW = "consent_full_below"
    DAYS = "consent_days"
