"""Reads what an admin writes about hours: «пн-пт 10:00-19:00», «31.12 10:00-16:00», «1.01 выходной»."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.data_files import read_data
from bot.people.changes.hours import Spans
from bot.tenant.hours import CalendarDay, Span

_DAY_MINUTES = 24 * 60
_CENTURY = 2000
_MOST_SPANS = 4
MOST_NAME_CHARACTERS = 40
_DATE = re.compile(r"(?P<day>\d{1,2})[./](?P<month>\d{1,2})(?:[./](?P<year>\d{4}|\d{2}))?(?![\d:])\.?")
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)")
_NAMED_DATE = re.compile(r"(?P<day>\d{1,2})\s+(?P<name>[^\W\d_]+)\.?(?:\s+(?P<year>\d{4})(?![:\d]))?")
_TIME = r"(\d{1,2})(?:[:.](\d{2}))?"
_SPAN = re.compile(rf"(?:с|from)?\s*{_TIME}\s*(?:[-–—]|до|to|till|until)\s*{_TIME}")
_BETWEEN = re.compile(r"\s*(?:,|;|и|and|\s)\s*")
_SEVERAL = re.compile(
    r"(?:с\s+|from\s+)?\d{1,2}(?:[./]\d{1,2}(?:[./]\d{2,4})?|\s+[^\W\d_]+)?"
    r"(?:\s*[-–—,]\s*|\s+(?:и|по|до|and|to|till)\s+)"
    r"\d{1,2}(?:[./](?:0?[1-9]|1[0-2])(?![\d:]|\s*[-–—]\s*\d)|\s+(?P<month>[^\W\d_]+))"
)
"""Two days, or from one to another; not a day and its hours."""
_TO = re.compile(r"\s*[-–—]\s*|\s+(?:по|to|till)\s+")


class Fault(StrEnum):
    """Why a line cannot be taken; the sentence for each stands in the catalogue."""

    NO_DAY = "no_day"
    NO_SUCH_DAY = "no_such_day"
    PAST = "past"
    NO_HOURS = "no_hours"
    NO_SUCH_TIME = "no_such_time"
    BACKWARDS = "backwards"
    OVERLAP = "overlap"
    BREAK_OUTSIDE = "break_outside"
    SEVERAL_DAYS = "several_days"
    """Days of the calendar are changed one by one."""
    TOO_LONG = "too_long"
    NOT_A_NAME = "not_a_name"
    """Customers hear the name of a day: what reads like hours, a condition or another day is none."""
    WEEKDAY_NEEDS_HOURS = "weekday_needs_hours"
    ONLY_WEEKDAYS = "only_weekdays"
    """A department's holidays are those of all."""
    SAME = "same"
    TOO_MANY_DAYS = "too_many_days"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Hours of some weekdays, or of one day of the calendar; `spans` None: as on any other day."""

    weekdays: tuple[int, ...] = ()
    day: CalendarDay | None = None
    spans: Spans | None = None
    name: str = ""


def read_wanted(text: str, today: date) -> Wanted | Fault:
    """`today`: in the tenant's own zone; what lies before it cannot be changed any more."""
    line = " ".join(text.split())
    if _is_of_several_days(text, line, today):
        return Fault.SEVERAL_DAYS
    head = _without_leading(line)
    weekdays, rest = _weekdays_in(head)
    day: CalendarDay | None = None
    if not weekdays:
        found = _day_in(head, today)
        if isinstance(found, Fault):
            return found
        day, rest = found
    spans, name = _hours_in(rest)
    if isinstance(spans, Fault):
        return spans
    if weekdays and (spans is None or name):
        return Fault.WEEKDAY_NEEDS_HOURS if spans is None else Fault.NO_HOURS
    if name.casefold() in _words()["yearly"]:
        name = ""
    unfit = None if _is_called_by_itself(day, name, today) else _unfit(spans, name, today)
    return unfit or Wanted(weekdays=weekdays, day=day, spans=spans, name=name)


def _is_called_by_itself(day: CalendarDay | None, name: str, today: date) -> bool:
    """«8.03 выходной 8 Марта»."""
    found = _day_in(name, today) if day is not None else Fault.NO_DAY
    if day is None or isinstance(found, Fault):
        return False
    named, rest = found
    return not rest and (named.month, named.day) == (day.month, day.day)


def _unfit(spans: Spans | None, name: str, today: date) -> Fault | None:
    """Why what stands behind the hours cannot be told to customers as the name of the day."""
    if not name:
        return None
    if spans is None:
        return Fault.NO_HOURS
    words = name.casefold().split()
    days = (_day_in(" ".join(words[at:]), today) for at in range(len(words)))
    if _weekday_at(name, 0) or any(day is Fault.PAST or not isinstance(day, Fault) for day in days):
        return Fault.SEVERAL_DAYS
    if _is_of_hours(name):
        return Fault.NOT_A_NAME
    return Fault.TOO_LONG if len(name) > MOST_NAME_CHARACTERS else None


def _is_of_hours(name: str) -> bool:
    """Whether it goes on about when, and names nothing."""
    told = _words()
    first = name.casefold().split()[0].strip(".,")
    if first in told["not_names"] or any(map(str.isdigit, name)):
        return True
    said = (rf"(?<!\w){re.escape(phrase)}(?!\w)" for phrase, _ in told["hours_of"])
    breaks = (rf"^{re.escape(word)}(?!\w)" for word in told["breaks"])
    return any(re.search(pattern, name, re.IGNORECASE) for pattern in (*said, *breaks))


def coming(day: CalendarDay, today: date) -> CalendarDay:
    """Of a yearly day the next one, today or later."""
    for year in range(today.year, today.year + 9):
        try:
            if date(year, day.month, day.day) >= today:
                return CalendarDay(year=year, month=day.month, day=day.day)
        except ValueError:  # the 29th of February
            continue
    raise AssertionError("every day comes within eight years")


def _is_of_several_days(text: str, line: str, today: date) -> bool:
    if (several := _SEVERAL.match(line)) is not None:
        month = several["month"]
        return month is None or month.casefold() in _words()["month_of"]
    others = [_without_leading(other.strip()) for other in text.strip().splitlines()[1:]]
    return any(_weekdays_in(other)[0] or not isinstance(_day_in(other, today), Fault) for other in others)


def _weekdays_in(line: str) -> tuple[tuple[int, ...], str]:
    """The weekdays that the line begins with: one, a list or a span; and what comes after."""
    for group in _words()["groups"]:
        for name in group["names"]:
            if re.match(rf"{re.escape(name)}\b", line, re.IGNORECASE):
                return tuple(range(group["from"], group["to"] + 1)), _tail(line, len(name))
    found: list[int] = []
    at = 0
    while (first := _weekday_at(line, at)) is not None:
        weekday, at = first
        till = _TO.match(line, at)
        end = _weekday_at(line, till.end()) if till else None
        if end is not None:
            at = end[1]
        days = 1 if end is None else (end[0] - weekday) % 7 + 1
        found += [(weekday + ahead) % 7 for ahead in range(days)]
        between = _BETWEEN.match(line, at)
        if between is None or _weekday_at(line, between.end()) is None:
            break
        at = between.end()
    return tuple(dict.fromkeys(found)), _tail(line, at)


def _weekday_at(line: str, at: int) -> tuple[int, int] | None:
    word = re.compile(r"[^\W\d_]+").match(line, at)
    number = _words()["weekday_of"].get(word[0].casefold()) if word else None
    return None if word is None or number is None else (number, word.end())


def _day_in(line: str, today: date) -> tuple[CalendarDay, str] | Fault:
    found = _ISO.match(line) or _DATE.match(line) or _NAMED_DATE.match(line)
    if found is None:
        return Fault.NO_DAY
    parts = found.groupdict()
    if "name" in parts:
        month = _words()["month_of"].get(parts["name"].casefold())
        if month is None:
            return Fault.NO_DAY
    else:
        month = int(parts["month"])
    year = None if parts["year"] is None else int(parts["year"])
    year = year + _CENTURY if year is not None and year < 100 else year
    try:
        when = date(2000 if year is None else year, month, int(parts["day"]))
    except ValueError:
        return Fault.NO_SUCH_DAY
    if year is not None and when < today:
        return Fault.PAST
    return CalendarDay(year=year, month=when.month, day=when.day), _tail(line, found.end())


def _hours_in(rest: str) -> tuple[Spans | Fault | None, str]:
    """The hours that the rest begins with, and the name after them; None: as on any other day."""
    for phrase, spans in _words()["hours_of"]:
        follows = r"(?!\s*\w)" if phrase in _words()["closed_alone"] else r"(?!\w)"
        if re.match(re.escape(phrase) + follows, rest, re.IGNORECASE):
            return spans, _tail(rest, len(phrase))
    return _spans_in(rest)


def _spans_in(rest: str) -> tuple[Spans | Fault, str]:
    found: list[Span] = []
    at = 0
    while match := _SPAN.match(rest, at):
        span = _span(match)
        if isinstance(span, Fault):
            return span, ""
        found.append(span)
        at = match.end()
        between = _BETWEEN.match(rest, at)
        if between is None or not _SPAN.match(rest, between.end()) or len(found) == _MOST_SPANS:
            break
        at = between.end()
    if not found or re.match(r"\s*(?:[\d:-]|,(?!\s*[^\W\d_]))", rest[at:]):
        return Fault.NO_HOURS, ""
    if any(later.opens_min < earlier.closes_min for earlier, later in pairwise(found)):
        return Fault.OVERLAP, ""
    return _without_break(found, _tail(rest, at))


def _without_break(spans: list[Span], rest: str) -> tuple[Spans | Fault, str]:
    """«10-19, обед 13-14»: the hours in two, and what comes after."""
    for word in _words()["breaks"]:
        found = re.match(rf"{re.escape(word)}\b[\s:—–-]*", rest, re.IGNORECASE)
        match = _SPAN.match(rest, found.end()) if found else None
        if match is None:
            continue
        pause = _span(match)
        if isinstance(pause, Fault):
            return pause, ""
        around = [
            one for one in spans if one.opens_min < pause.opens_min and pause.closes_min < one.closes_min
        ]
        if not around:
            return Fault.BREAK_OUTSIDE, ""
        place = spans.index(around[0])
        before = Span(opens_min=around[0].opens_min, closes_min=pause.opens_min)
        after = Span(opens_min=pause.closes_min, closes_min=around[0].closes_min)
        return (*spans[:place], before, after, *spans[place + 1 :]), _tail(rest, match.end())
    return tuple(spans), rest


def _span(match: re.Match[str]) -> Span | Fault:
    from_hour, from_minute, to_hour, to_minute = (int(part or 0) for part in match.groups())
    opens, closes = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if from_minute > 59 or to_minute > 59 or opens >= _DAY_MINUTES or closes > _DAY_MINUTES:
        return Fault.NO_SUCH_TIME
    return Fault.BACKWARDS if opens >= closes else Span(opens_min=opens, closes_min=closes)


def _without_leading(line: str) -> str:
    while (word := line.partition(" "))[0].casefold() in _words()["leading"] and word[2]:
        line = word[2]
    return line


def _tail(line: str, at: int) -> str:
    tail = line[at:].lstrip(" :,;–—-=()").rstrip(" .")
    while tail.endswith(")") and tail.count("(") < tail.count(")"):
        tail = tail[:-1].rstrip(" .")
    return _without_leading(tail)


@cache
def _words() -> dict[str, Any]:
    told = read_data(Path(__file__).with_name("hours_words.yaml"))
    weekday_of = {name: number for number, names in enumerate(told["weekdays"]) for name in names}
    month_of = {name: number for number, names in enumerate(told["months"], start=1) for name in names}
    round_the_clock = (Span(opens_min=0, closes_min=_DAY_MINUTES),)
    kinds = {"closed_alone": (), "closed": (), "round_the_clock": round_the_clock, "usual": None}
    hours_of = [(phrase, spans) for kind, spans in kinds.items() for phrase in told[kind]]
    return {
        **told,
        "weekday_of": weekday_of,
        "month_of": month_of,
        "hours_of": sorted(hours_of, key=lambda said: len(said[0]), reverse=True),
        "not_names": frozenset(word for words in told["not_names"] for word in words),
    }
