"""The names of the texts about which model answers, for admins."""

from enum import StrEnum


class ModelText(StrEnum):
    NOW = "model_now"
    NOW_OFF = "model_now_off"
    FALLBACK = "model_fallback"
    NO_FALLBACK = "model_no_fallback"
    BY_SETTINGS = "model_by_settings"
    LOST = "model_lost"
    NOT_CONFIGURED = "model_not_configured"
    NAME_LOCAL = "model_name_local"
    NAME_OPENAI = "model_name_openai"
    NAME_GIGACHAT = "model_name_gigachat"
    NAME_OFF = "model_name_off"
    NAMED = "model_named"
    CHOOSE = "model_choose"
    SWITCH_OFF = "model_switch_off"
    HOW = "model_how"
    UNKNOWN = "model_unknown"
    CANNOT = "model_cannot"
    SAME = "model_same"
    ASK = "model_ask"
    YES = "model_yes"
    DONE = "model_done"
    CHANGED = "model_changed"
