"""The names of the texts that say what is wrong in a tenant's folder, for those who run the business."""

from enum import StrEnum


class ProblemText(StrEnum):
    WHERE = "problem_where"
    WHERE_LINE = "problem_where_line"
    NO_ANSWER = "problem_no_answer"
    ASKED_ALREADY = "problem_asked_already"
    NOTHING_UNDER = "problem_nothing_under"
    SECTION_TWICE = "problem_section_twice"
    NO_SECTION = "problem_no_section"
    NO_QUESTION = "problem_no_question"
    NOT_YAML = "problem_not_yaml"
    UNKNOWN_FIELD = "problem_unknown_field"
    NAME_TWICE = "problem_name_twice"
    FIELD_MISSING = "problem_field_missing"
    FIELD_WRONG = "problem_field_wrong"
    FILE_MISSING = "problem_file_missing"
    NOT_TEXT = "problem_not_text"
    EMPTY = "problem_empty"
    COLUMN_MISSING = "problem_column_missing"
    CELLS = "problem_cells"
    KEY_EMPTY = "problem_key_empty"
    MANY_FAULTY = "problem_many_faulty"
    FEW_ROWS = "problem_few_rows"
    UNREADABLE = "problem_unreadable"
    OTHER = "problem_other"
