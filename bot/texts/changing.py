"""The names of the texts that stand around every change of an admin."""

from enum import StrEnum


class ChangingText(StrEnum):
    NO = "changing_no"
    LEFT = "changing_left"
    FORGOTTEN = "changing_forgotten"
    OTHERS = "changing_others"
    OVERTAKEN = "changing_overtaken"
    LAST = "changing_last"
    NOTHING = "changing_nothing"
    FORM_LEFT = "changing_form_left"
    ONLY_TEXT = "changing_only_text"
    BACK = "changing_back"
