"""The names of the texts of the keyboard under the input field and of what it begins with."""

from enum import StrEnum


class MenuText(StrEnum):
    PERSON = "menu_person"
    WHAT_NEXT = "menu_what_next"
    HELP_MORE = "menu_help_more"
