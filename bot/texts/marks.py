"""The names of the texts that testers read."""

from enum import StrEnum


class MarkText(StrEnum):
    SCALE = "mark_scale"
    ITEM = "mark_item"
    SKIP = "mark_skip"
    STOP = "mark_stop"
    ADD_WORDS = "mark_add_words"
    MARKED = "mark_marked"
    PASSED_OVER = "mark_passed_over"
    ASK_WORDS = "mark_ask_words"
    WORDS_KEPT = "mark_words_kept"
    WORDS_GONE = "mark_words_gone"
    WORDS_EMPTY = "mark_words_empty"
    WORDS_LONG = "mark_words_long"
    ALL_DONE = "mark_all_done"
    NONE = "mark_none"
    STOPPED = "mark_stopped"
    DONE_BEFORE = "mark_done_before"
