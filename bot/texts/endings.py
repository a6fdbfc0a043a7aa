"""The names of the texts about the end of a dialogue."""

from enum import StrEnum


class EndingText(StrEnum):
    ENDED = "ending_ended"
    END_BUTTON = "ending_button"
    OVER_ALREADY = "ending_over_already"
    EARLIER = "ending_earlier"
