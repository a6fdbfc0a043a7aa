"""Reads when somebody wishes to be called: «завтра после обеда», «в субботу с 10 до 12»."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot.computing.hours_days import days_in, moment_in
from bot.computing.hours_words import hours_words
from bot.data_files import read_data
from bot.language.folding import plain
from bot.language.lemmas import Lemmatiser
from bot.language.numerals import SPELT, spell_out
from bot.people.callbacks.promises import Window, promised
from bot.people.working_clock import WorkingClock
from bot.tenant.service import Callbacks as CallbackSettings

_FARTHEST = timedelta(days=60)
_HALF_DAY = 12 * 60
_MINUTE_DIGITS = 9
_Span = tuple[datetime, datetime | None]
_PARTS: Mapping[str, tuple[int, int | None]] = {
    "noon": (0, 13 * 60),
    "after_lunch": (14 * 60, None),
    "lunch": (12 * 60, None),
    "morning": (0, 12 * 60),
    "day": (12 * 60, 17 * 60),
    "evening": (17 * 60, None),
}
"""The minutes of the day that its parts are; checked in this order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A window that suits the person, and whether that is another one than they named: it is closed then."""

    window: Window
    is_moved: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Hours:
    """Of one day, in minutes: not before, and by. `is_named`: as a number, and so meant exactly."""

    start: int = 0
    end: int | None = None
    is_named: bool = False


class WishReading:
    """Reads wishes against the working time of who calls."""

    def __init__(self, clock: WorkingClock, settings: CallbackSettings) -> None:
        self._clock = clock
        self._settings = settings
        self._lemmatiser = Lemmatiser({})

    def read(self, text: str, now: datetime) -> Wish | None:
        """None: no time is named that can be read, and what is usual is promised."""
        lowered = plain(text)
        language = "ru" if re.search("[а-я]", lowered) else "en"
        words = hours_words(language)
        said = spell_out(words.spelt(lowered)).replace(SPELT, "")
        lemmas = self._lemmatiser.all_lemmas(said)
        ways = _ways(language)
        if ways["past"].search(said) or _is_of_own_plans(lemmas, language):
            return None
        local = now.astimezone(self._clock.zone)
        moment = moment_in(said, local)
        if moment is not None:
            return self._at(moment, None, now, is_named=True)
        days = days_in(said, lemmas, words, local.date(), None) or _next_week_in(said, ways, local)
        hours = _hours_in(said, ways)
        if not days and hours == _Hours():
            usual = promised(self._clock, self._settings, now)
            return Wish(window=usual) if usual is not None and ways["soon"].search(said) else None
        day = min((day for day in days if day >= local.date()), default=None)
        if days and day is None:
            return None
        return self._of_day(day, hours, now)

    def tapped(self, written: str, now: datetime) -> Wish | None:
        """What a button of times says: the minute since the epoch, 0 for soon; None: nothing."""
        if not (written.isascii() and written.isdigit() and len(written) <= _MINUTE_DIGITS):
            return None
        return self._at(datetime.fromtimestamp(int(written) * 60, UTC), None, now, is_named=False)

    def _of_day(self, day: date | None, hours: _Hours, now: datetime) -> Wish | None:
        """The first reading of the hours that lies ahead and within working time, else the first ahead."""
        today = now.astimezone(self._clock.zone).date()
        ahead = self._ahead(day, hours, now)
        if not ahead:
            return self._at(self._moment((day or today) + timedelta(days=1), 0), None, now, is_named=True)
        open_ones = [span for span in ahead if self._clock.is_open(max(span[0], now)) or not hours.start]
        start, end = (open_ones or ahead)[0]
        return self._at(start, end, now, is_named=hours.is_named)

    def _ahead(self, day: date | None, hours: _Hours, now: datetime) -> list[_Span]:
        """The readings of the hours that are not over; where none are named, one: of today or from now."""
        today = now.astimezone(self._clock.zone).date()
        possible = [
            (self._moment(on, start), None if end is None else self._moment(on, end))
            for on in ((day,) if day is not None else (today, today + timedelta(days=1)))
            for start, end in _readings(hours)
        ]
        ahead = [(start, end) for start, end in possible if (end or start) >= now]
        if hours.is_named:
            return ahead
        ahead = ahead or [span for span in possible if span[0].date() >= today]
        return ahead[:1] or [(now, None)]

    def _at(self, start: datetime, end: datetime | None, now: datetime, *, is_named: bool) -> Wish | None:
        start = max(start, now).astimezone(UTC)
        usual = promised(self._clock, self._settings, start)
        if usual is None or start - now > _FARTHEST:
            return None
        is_late = end is not None and usual.call_from >= end
        if end is None or is_late:
            is_moved = is_late or (is_named and usual.call_from > start)
            return Wish(window=usual, is_moved=is_moved)
        return Wish(window=Window(call_from=usual.call_from, due_at=self._last_open(usual.call_from, end)))

    def _last_open(self, start: datetime, end: datetime) -> datetime:
        """The end itself, or when it closes before."""
        closes = end
        for opens_at, closes_at in self._clock.stretches(start):
            if opens_at >= end:
                break
            closes = min(end, closes_at)
        return closes.astimezone(UTC)

    def _moment(self, day: date, minute: int) -> datetime:
        at = datetime.combine(day, time(), self._clock.zone) + timedelta(minutes=minute)
        return at.astimezone(UTC)


def says_only_when(text: str) -> bool:
    """«Завтра после обеда», with no word of what about."""
    lowered = plain(text)
    language = "ru" if re.search("[а-я]", lowered) else "en"
    words = hours_words(language)
    said = spell_out(words.spelt(lowered)).replace(SPELT, "")
    fillers = _data()[language]["fillers"]
    lemmas = Lemmatiser({}).all_lemmas(_ways(language)["soon"].sub(" ", said))
    return all(words.reads(lemma) or lemma.isdigit() or lemma in fillers for lemma in lemmas)


def _next_week_in(said: str, ways: Mapping[str, re.Pattern[str]], local: datetime) -> tuple[date, ...]:
    """Its Monday."""
    return (local.date() + timedelta(days=7 - local.weekday()),) if ways["next_week"].search(said) else ()


def _hours_in(said: str, ways: Mapping[str, re.Pattern[str]]) -> _Hours:
    for name in ("between", "after", "at", "until"):
        found = ways[name].search(said)
        if found is None:
            continue
        named = found.groupdict()
        start = _minute(named.get("from"), said)
        end = _minute(named.get("to"), said)
        if (named.get("from") and start is None) or (named.get("to") and end is None):
            continue
        return _Hours(start=start or 0, end=end, is_named=True)
    for name, (start_min, end_min) in _PARTS.items():
        if ways[name].search(said):
            return _Hours(start=start_min, end=end_min)
    return _Hours()


def _minute(written: str | None, said: str) -> int | None:
    """The minute of the day, by twelve hours where it does not say which half."""
    if written is None:
        return None
    numbers = [int(number) for number in re.findall(r"\d+", written)]
    hour, minute = numbers[0], (numbers[1] if len(numbers) > 1 else 0)
    if hour > 24 or minute > 59:
        return None
    late = re.search(r"дня|вечер|pm|p\.m|evening|afternoon", written) or (
        hour < 12 and re.search(r"\bвечером\b|\bднем\b|\bevening\b|\bafternoon\b", said)
    )
    return (hour + 12 if late and hour < 12 else hour) * 60 + minute


def _readings(hours: _Hours) -> list[tuple[int, int | None]]:
    """As said, and half a day later where a clock of twelve hours may be meant."""
    readings = [(hours.start, hours.end)]
    last = max(hours.start, hours.end or 0)
    if hours.is_named and last < _HALF_DAY:
        start = hours.start + _HALF_DAY if hours.start else 0
        readings.append((start, None if hours.end is None else hours.end + _HALF_DAY))
    return [(start, end) for start, end in readings if end is None or end > start]


def _is_of_own_plans(lemmas: list[str] | tuple[str, ...], language: str) -> bool:
    """«Хочу приехать в субботу» says when they come and not when to call."""
    data = _data()[language]
    return not set(data["own_plans"]).isdisjoint(lemmas) and set(data["call"]).isdisjoint(lemmas)


@cache
def _ways(language: str) -> Mapping[str, re.Pattern[str]]:
    data = _data()[language]
    clock = f"(?:{data['clock'].format()})(?!{data['not_clock']})"
    return {
        name: re.compile(pattern.replace("{clock}", clock))
        for name, pattern in data.items()
        if isinstance(pattern, str)
    }


@cache
def _data() -> Mapping[str, Mapping[str, Any]]:
    data: Mapping[str, Mapping[str, Any]] = read_data(Path(__file__).with_name("words.yaml"))
    return data
