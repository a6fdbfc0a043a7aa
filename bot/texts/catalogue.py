"""What the assistant says by itself: one catalogue per language, never wording in code."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from bot.data_files import read_data

DEFAULT_LANGUAGE = "ru"
LANGUAGES = ("ru", "en")


class Text(StrEnum):
    """The names of the texts of talk; those of the other subjects stand in modules of their own beside this.

    Each catalogue, a folder of files per subject, holds exactly the names of all these enumerations.
    """

    START = "start"
    HELP = "help"
    NEW = "new"
    CANCEL_STOPPED = "cancel_stopped"
    CANCEL_IDLE = "cancel_idle"
    CANCELLED_ANSWER = "cancelled_answer"
    NOTICE = "notice"
    TOO_FAST = "too_fast"
    INBOX_FULL = "inbox_full"
    EMPTY = "empty"
    UNREADABLE_PHOTO = "unreadable_photo"
    UNREADABLE_VIDEO = "unreadable_video"
    UNREADABLE_VOICE = "unreadable_voice"
    UNREADABLE_AUDIO = "unreadable_audio"
    UNREADABLE_DOCUMENT = "unreadable_document"
    UNREADABLE_STICKER = "unreadable_sticker"
    UNREADABLE_LOCATION = "unreadable_location"
    UNREADABLE_CONTACT = "unreadable_contact"
    UNREADABLE_OTHER = "unreadable_other"
    UNKNOWN = "unknown"
    MODEL_DOWN = "model_down"
    MODEL_DOWN_WITH_FACTS = "model_down_with_facts"
    REFUSED = "refused"
    OFF_TOPIC = "off_topic"
    INJECTION = "injection"
    SET_ASIDE = "set_aside"
    SOURCE_LINE = "source_line"
    PERSON = "person"
    PERSON_FIRST = "person_first"
    WHICH_ONE = "which_one"
    UNSURE = "unsure"
    WANTS_PERSON = "wants_person"
    DAYS_ONE = "days_one"
    DAYS_FEW = "days_few"
    DAYS_MANY = "days_many"
    CONSOLE_HELLO = "console_hello"
    CONSOLE_BYE = "console_bye"
    CONSOLE_WAITING = "console_waiting"
    RUN_NO_TOKEN = "run_no_token"
    RUN_TALK = "run_talk"
    RUN_NO_VOICE = "run_no_voice"
    RUN_SECOND = "run_second"
    SMALL_TALK_HELLO = "small_talk_hello"
    SMALL_TALK_THANKS = "small_talk_thanks"
    SMALL_TALK_BYE = "small_talk_bye"
    SMALL_TALK_WHO = "small_talk_who"
    SMALL_TALK_OK = "small_talk_ok"
    START_BY_VOICE = "start_by_voice"
    HELP_BY_VOICE = "help_by_voice"
    UP_TO_MINUTES_ONE = "up_to_minutes_one"
    UP_TO_MINUTES_FEW = "up_to_minutes_few"
    UP_TO_MINUTES_MANY = "up_to_minutes_many"
    UP_TO_SECONDS_ONE = "up_to_seconds_one"
    UP_TO_SECONDS_FEW = "up_to_seconds_few"
    UP_TO_SECONDS_MANY = "up_to_seconds_many"
    HEARD_CONFIRM = "heard_confirm"
    HEARD_RIGHT = "heard_right"
    HEARD_WRONG = "heard_wrong"
    HEARD_SAY_AGAIN = "heard_say_again"
    HEARD_REPEAT = "heard_repeat"
    HEARD_LINE = "heard_line"
    SPOKEN_LINK = "spoken_link"
    SPOKEN_MAIL = "spoken_mail"
    SPOKEN_CODE = "spoken_code"
    SPOKEN_REST = "spoken_rest"
    VOICE_OUT_ON = "voice_out_on"
    VOICE_OUT_OFF = "voice_out_off"
    VOICE_OUT_NONE = "voice_out_none"
    VOICE_OUT_HELP = "voice_out_help"
    UNREADABLE_TOO_LONG = "unreadable_too_long"
    UNREADABLE_TOO_LARGE = "unreadable_too_large"
    UNREADABLE_MISSING = "unreadable_missing"
    UNREADABLE_EMPTY = "unreadable_empty"
    UNREADABLE_NOT_AUDIO = "unreadable_not_audio"
    UNREADABLE_NO_SOUND = "unreadable_no_sound"
    UNREADABLE_UNKNOWN_CODEC = "unreadable_unknown_codec"
    UNREADABLE_BROKEN = "unreadable_broken"
    UNREADABLE_TOO_SLOW = "unreadable_too_slow"
    UNREADABLE_UNREACHABLE = "unreadable_unreachable"
    UNREADABLE_FAILED = "unreadable_failed"
    UNREADABLE_LATE = "unreadable_late"
    ON_WEEKDAYS = "on_weekdays"
    SHORT_WEEKDAYS = "short_weekdays"
    OF_MONTHS = "of_months"
    HOURS_DATE = "hours_date"
    HOURS_TODAY = "hours_today"
    HOURS_TOMORROW = "hours_tomorrow"
    HOURS_OPEN = "hours_open"
    HOURS_CLOSED = "hours_closed"
    HOURS_CLOSED_FOR_LONG = "hours_closed_for_long"
    HOURS_SPAN = "hours_span"
    HOURS_ROUND_THE_CLOCK = "hours_round_the_clock"
    HOURS_NOW_OPEN = "hours_now_open"
    HOURS_NOW_OPEN_ALL_DAY = "hours_now_open_all_day"
    HOURS_NOW_CLOSED = "hours_now_closed"
    HOURS_AT_OPEN = "hours_at_open"
    HOURS_AT_NOT_YET = "hours_at_not_yet"
    HOURS_AT_NO_MORE = "hours_at_no_more"
    HOURS_WEEK = "hours_week"
    HOURS_WEEK_DAY = "hours_week_day"
    HOURS_WEEK_CLOSED = "hours_week_closed"
    HOURS_HOLIDAYS = "hours_holidays"
    HOURS_HOLIDAY = "hours_holiday"
    HOURS_HOLIDAY_CLOSED = "hours_holiday_closed"
    HOURS_LUNCH = "hours_lunch"
    HOURS_NO_LUNCH = "hours_no_lunch"
    HOURS_SOURCE = "hours_source"
    MONTHS_ONE = "months_one"
    MONTHS_FEW = "months_few"
    MONTHS_MANY = "months_many"
    TARIFF_ANSWER = "tariff_answer"
    TARIFF_COMPARED = "tariff_compared"
    TARIFF_CASE = "tariff_case"
    TARIFF_CHEAPER = "tariff_cheaper"
    TARIFF_SAME_PRICE = "tariff_same_price"
    TARIFF_SHARES = "tariff_shares"
    TARIFF_SHARE = "tariff_share"
    TARIFF_CHEAPER_BY = "tariff_cheaper_by"
    TARIFF_MINIMUM = "tariff_minimum"
    TARIFF_ASK = "tariff_ask"
    TARIFF_OUT_OF_RANGE = "tariff_out_of_range"
    TARIFF_SOURCE = "tariff_source"
    CREDIT_COMPARED = "credit_compared"
    CREDIT_CASE = "credit_case"
    CREDIT_ANSWER = "credit_answer"
    CREDIT_BOUGHT = "credit_bought"
    CREDIT_OTHER_RATE = "credit_other_rate"
    CREDIT_ASK = "credit_ask"
    CREDIT_MONTHS = "credit_months"
    CREDIT_DOWN_PAYMENT = "credit_down_payment"
    CREDIT_SOURCE = "credit_source"
    TRADE_IN_ANSWER = "trade_in_answer"
    TRADE_IN_SURPLUS = "trade_in_surplus"
    TRADE_IN_ASK = "trade_in_ask"
    TRADE_IN_SOURCE = "trade_in_source"
    STOCK_FOUND = "stock_found"
    STOCK_FOUND_ALL = "stock_found_all"
    STOCK_OF_THEM = "stock_of_them"
    STOCK_LEFT = "stock_left"
    STOCK_NO_MORE = "stock_no_more"
    STOCK_AS_OF = "stock_as_of"
    STOCK_STALE = "stock_stale"
    STOCK_NONE = "stock_none"
    STOCK_SIMILAR = "stock_similar"
    STOCK_ON_REQUEST = "stock_on_request"
    STOCK_ON_REQUEST_COUNT = "stock_on_request_count"
    STOCK_SPAN = "stock_span"
    STOCK_LEAST = "stock_least"
    STOCK_MOST = "stock_most"
    STOCK_OVER = "stock_over"
    STOCK_UNDER = "stock_under"
    STOCK_NOT = "stock_not"
    STOCK_OR = "stock_or"
    STOCK_YES = "stock_yes"
    STOCK_NO = "stock_no"
    STOCK_UNSAID = "stock_unsaid"
    STOCK_LOWEST = "stock_lowest"
    STOCK_HIGHEST = "stock_highest"
    STOCK_VALUES = "stock_values"
    STOCK_KINDS = "stock_kinds"
    STOCK_AND_OTHERS = "stock_and_others"
    STOCK_COMPARE = "stock_compare"
    STOCK_SAME = "stock_same"
    STOCK_SIDE_NONE = "stock_side_none"
    STOCK_SIDE_LEAST = "stock_side_least"
    STOCK_SIDE_MOST = "stock_side_most"
    STOCK_SIDE_EVEN = "stock_side_even"
    STOCK_COUNT_MOST = "stock_count_most"
    STOCK_COUNT_LEAST = "stock_count_least"
    STOCK_COUNT_EVEN = "stock_count_even"
    STOCK_SOURCE = "stock_source"


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """The catalogues, with a tenant's own wording and facts already laid over them."""

    catalogues: Mapping[str, Mapping[str, str]]
    facts: Mapping[str, dict[str, str]]
    """Per language, the values that fill every text: name, title, subject, contacts..."""

    def say(self, text: StrEnum, language: str, **values: object) -> str:
        """The wording in `language`, or in Russian where there is no such catalogue."""
        spoken = language if language in self.catalogues else DEFAULT_LANGUAGE
        return self.catalogues[spoken][text].format_map({**self.facts.get(spoken, {}), **values})

    def one_of(self, text: StrEnum, language: str, number: int) -> str:
        """The wording at a place, from 0, of a text that lists several between ``|``."""
        return self.say(text, language).split("|")[number]

    def tell_days(self, count: int) -> None:
        """From now on dialogues are kept for so many days."""
        for language, facts in self.facts.items():
            facts["days"] = self.days(count, language)

    def days(self, count: int, language: str) -> str:
        """A number of days in words that agree with it: 1 день, 3 дня, 90 дней."""
        return self._counted("days", count, language)

    def months(self, count: int, language: str) -> str:
        return self._counted("months", count, language)

    def up_to(self, seconds: int, language: str) -> str:
        """A length in words as they stand after «до»: 1 минуты 30 секунд."""
        minutes, rest = divmod(seconds, 60)
        parts = (("up_to_minutes", minutes), ("up_to_seconds", rest))
        return " ".join(self._counted(noun, count, language) for noun, count in parts if count)

    def _counted(self, noun: str, count: int, language: str) -> str:
        return self.say(Text(f"{noun}_{plural_form(count, language)}"), language, count=count)


def load_texts(
    overrides: Mapping[str, Mapping[str, str]] | None = None,
    facts: Mapping[str, Mapping[str, str]] | None = None,
) -> Texts:
    """The built-in catalogues with a tenant's overrides, both keyed by language."""
    return Texts(
        catalogues={
            language: {**_read(language), **(overrides or {}).get(language, {})} for language in LANGUAGES
        },
        facts={language: dict((facts or {}).get(language, {})) for language in LANGUAGES},
    )


@cache
def _read(language: str) -> Mapping[str, str]:
    catalogue: dict[str, str] = {}
    for path in sorted(Path(__file__).with_name(language).glob("*.yaml")):
        catalogue |= read_data(path)
    return catalogue


def plural_form(count: int, language: str) -> str:
    """The CLDR plural category of a whole number in Russian or English."""
    if language == "en":
        return "one" if count == 1 else "many"
    if count % 10 == 1 and count % 100 != 11:
        return "one"
    if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14):
        return "few"
    return "many"
