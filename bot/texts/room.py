"""The names of the texts about the staff's room."""

from enum import StrEnum


class RoomText(StrEnum):
    ASK = "room_ask"
    ASK_INSTEAD = "room_ask_instead"
    YES = "room_yes"
    NO = "room_no"
    LEFT = "room_left"
    BOUND = "room_bound"
    BOUND_TOPICS = "room_bound_topics"
    BOUND_NO_RIGHT = "room_bound_no_right"
    ONLY_IN_A_GROUP = "room_only_in_a_group"
