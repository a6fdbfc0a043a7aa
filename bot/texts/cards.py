"""The names of the texts that the staff read about requests to be called."""

from enum import StrEnum


class CardText(StrEnum):
    ERASED = "card_erased"
    ROOM_CLOSED = "card_room_closed"
    MEMBER_UNREACHABLE = "card_member_unreachable"
