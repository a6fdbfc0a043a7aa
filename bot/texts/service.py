"""The names of the texts that every subject of the service shares."""

from enum import StrEnum


class ServiceText(StrEnum):
    BUTTON_OUTDATED = "button_outdated"
    YES = "yes"
    NO = "no"
    BACK = "back"
    CANCEL = "cancel"
