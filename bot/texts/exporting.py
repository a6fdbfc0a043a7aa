"""The names of the texts about the export of dialogues."""

from enum import StrEnum


class ExportText(StrEnum):
    CHOOSE = "export_choose"
    MONTH = "export_month"
    ALL = "export_all"
    ASK = "export_ask"
    SINCE = "export_since"
    SINCE_FIRST = "export_since_first"
    YES = "export_yes"
    NO = "export_no"
    STARTED = "export_started"
    DROPPED = "export_dropped"
    NOBODY = "export_nobody"
    READY = "export_ready"
    TOO_LARGE = "export_too_large"
    FAILED = "export_failed"
    BAD_DAY = "export_bad_day"
    FUTURE_DAY = "export_future_day"
    NOT_AGREED = "export_not_agreed"
