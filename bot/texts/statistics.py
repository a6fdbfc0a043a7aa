"""The names of the texts of the service's figures."""

from enum import StrEnum


class StatisticsText(StrEnum):
    TODAY = "statistics_today"
    WEEK = "statistics_week"
    WINDOW = "statistics_window"
    UNKNOWN_SPAN = "statistics_unknown_span"
    SHOW_TODAY = "statistics_show_today"
    SHOW_WEEK = "statistics_show_week"
    SHOW_WINDOW = "statistics_show_window"
    QUIET = "statistics_quiet"
    TALKS = "statistics_talks"
    OUTCOMES = "statistics_outcomes"
    MODEL_DOWN = "statistics_model_down"
    LIGHTS = "statistics_lights"
    NO_CSAT = "statistics_no_csat"
    CSAT = "statistics_csat"
    CSAT_BELOW = "statistics_csat_below"
    NPS = "statistics_nps"
    THUMBS = "statistics_thumbs"
    CALLBACKS = "statistics_callbacks"
    IN_TIME = "statistics_in_time"
    HANDOFFS = "statistics_handoffs"
    BOOKINGS = "statistics_bookings"
    SPEED = "statistics_speed"
    COST = "statistics_cost"
