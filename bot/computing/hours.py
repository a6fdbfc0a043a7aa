"""Answers when the business is open, from its hours and holidays, in its own time zone."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby, islice, pairwise

from bot.computing.hours_places import Place
from bot.computing.hours_reading import HoursQuestion, HoursReading
from bot.findings import Finding, FindingKind, Inquiry
from bot.tenant import Tenant
from bot.tenant.hours import Span
from bot.tenant.model import Department
from bot.texts.catalogue import Text, Texts

_LOOK_AHEAD_DAYS = 30
_DAY_MIN = 24 * 60
_HOLIDAYS_SHOWN = 6
_DAYS_APART = 2
"""More days than these are told as a week."""


class HoursSource:
    """The hours of one tenant and its departments."""

    def __init__(self, tenant: Tenant, texts: Texts) -> None:
        self._tenant = tenant
        self._texts = texts
        self._coming = lru_cache(maxsize=4)(self._coming_holidays)
        self._departments = {department.name: department for department in tenant.departments}
        places = {
            name: Place(names=(name, *room.translations.values(), *room.names), does=room.does or "")
            for name, room in self._departments.items()
        }
        wordings = [tenant.wording(language) for language in tenant.languages]
        subjects = " ".join(wording.subject for wording in wordings)
        self._reading = HoursReading(
            {"": Place(names=[wording.title for wording in wordings], does=subjects), **places},
            {holiday.name or "": (holiday.day.month, holiday.day.day) for holiday in tenant.holidays},
        )

    def find(self, inquiry: Inquiry) -> Finding | None:
        local = inquiry.asked_at.astimezone(self._tenant.zone)
        leans = inquiry.focus.get("source") == FindingKind.HOURS
        asked = self._reading.read(inquiry.text, local, leans=leans)
        if asked is None:
            return None
        department = asked.department or (str(inquiry.focus.get("department", "")) if leans else "")
        room = self._departments.get(department)
        minute = local.hour * 60 + local.minute
        rooms = (room, *(self._departments[name] for name in asked.also))
        told = (self._say(asked, place, local.date(), minute, inquiry.language) for place in rooms)
        text = "\n\n".join(told)
        return Finding(
            kind=FindingKind.HOURS,
            text=text,
            certainty=asked.certainty,
            facts=(text,),
            sources=(self._texts.say(Text.HOURS_SOURCE, inquiry.language),),
            focus={"source": FindingKind.HOURS.value, "department": department},
            trace={"days": [day.isoformat() for day in asked.days], "department": department},
        )

    def _say(
        self, asked: HoursQuestion, room: Department | None, today: date, minute: int, language: str
    ) -> str:
        place = f"{room.called(language)}: " if room else ""
        if asked.lunch:
            return self._lunch(place, room, asked.days, language)
        days = asked.days or ((today,) if asked.now or asked.at_min is not None else ())
        if not days or len(days) > _DAYS_APART:
            told = [_begun(self._week(place, room, language)), self._holidays(room, today, language)]
            return "\n\n".join(filter(None, reversed(told) if asked.holidays else told))
        lines = [self._day(place, room, day, today, language) for day in days]
        if asked.at_min is not None:
            lines.append(self._at(room, days[0], asked.at_min, language))
        elif today in days:
            lines.append(self._now(room, today, minute, language))
        return "\n".join(map(_begun, filter(None, lines)))

    def _day(self, place: str, room: Department | None, day: date, today: date, language: str) -> str:
        spans = self._tenant.hours_on(day, room)
        when = self._date(day, today, language)
        if spans:
            return self._texts.say(
                Text.HOURS_OPEN, language, place=place, date=when, spans=self._spans(spans, language)
            )
        holiday = self._tenant.holiday_on(day, room)
        name = holiday.name if holiday is not None and language == self._tenant.languages[0] else None
        why = f" ({name})" if name else ""
        following = self._next_open(room, day)
        if following is None:
            return self._texts.say(Text.HOURS_CLOSED_FOR_LONG, language, place=place, date=when, why=why)
        next_spans = self._spans(self._tenant.hours_on(following, room), language)
        return self._texts.say(
            Text.HOURS_CLOSED,
            language,
            place=place,
            date=when,
            why=why,
            next=self._date(following, today, language),
            spans=next_spans,
        )

    def _now(self, room: Department | None, today: date, minute: int, language: str) -> str:
        spans = self._tenant.hours_on(today, room)
        current = next((span for span in spans if span.opens_min <= minute < span.closes_min), None)
        if current is not None and current.closes_min == _DAY_MIN:
            return self._texts.say(Text.HOURS_NOW_OPEN_ALL_DAY, language)
        if current is not None:
            return self._texts.say(Text.HOURS_NOW_OPEN, language, closes=_clock(current.closes_min))
        later = next((span for span in spans if span.opens_min > minute), None)
        day = today if later is not None else self._next_open(room, today)
        if day is None:
            return ""
        opens = later or self._tenant.hours_on(day, room)[0]
        when = self._date(day, today, language)
        return self._texts.say(Text.HOURS_NOW_CLOSED, language, next=when, opens=_clock(opens.opens_min))

    def _at(self, room: Department | None, day: date, at_min: int, language: str) -> str:
        spans = self._tenant.hours_on(day, room)
        time = _clock(at_min)
        if any(span.opens_min <= at_min < span.closes_min for span in spans):
            return self._texts.say(Text.HOURS_AT_OPEN, language, time=time)
        if not spans:
            return ""
        is_early = any(span.opens_min > at_min for span in spans)
        return self._texts.say(
            Text.HOURS_AT_NOT_YET if is_early else Text.HOURS_AT_NO_MORE, language, time=time
        )

    def _week(self, place: str, room: Department | None, language: str) -> str:
        """The usual week, days with the same hours together: «пн-пт с 9:00 до 21:00»."""
        lines = []
        for spans, weekdays in self._groups(room, language):
            text = Text.HOURS_WEEK_DAY if spans else Text.HOURS_WEEK_CLOSED
            told = self._spans(spans, language)
            lines.append(self._texts.say(text, language, weekdays=weekdays, spans=told))
        return self._texts.say(Text.HOURS_WEEK, language, place=place, days="; ".join(lines))

    def _groups(self, room: Department | None, language: str) -> Iterator[tuple[tuple[Span, ...], str]]:
        """The usual week by days with the same hours: «пн-пт»."""
        own = room.hours if room is not None else None
        week = (own or self._tenant.working_hours).week
        for spans, days in groupby(range(7), key=lambda number: week[number]):
            names = [self._texts.one_of(Text.SHORT_WEEKDAYS, language, number) for number in days]
            yield spans, names[0] if len(names) == 1 else f"{names[0]}-{names[-1]}"

    def _lunch(self, place: str, room: Department | None, days: Sequence[date], language: str) -> str:
        """The gaps between the hours, of the days that are named or of the usual week, with the hours."""
        if days:
            told = [(self._tenant.hours_on(day, room), self._plain_date(day, language)) for day in days]
        else:
            told = list(self._groups(room, language))
        breaks = [
            self._texts.say(
                Text.HOURS_WEEK_DAY, language, weekdays=when, spans=self._spans(_gaps(spans), language)
            )
            for spans, when in told
            if len(spans) > 1
        ]
        text = Text.HOURS_LUNCH if breaks else Text.HOURS_NO_LUNCH
        first = self._texts.say(text, language, place=place, days="; ".join(breaks))
        week = self._week("", room, language)
        return "\n".join((_begun(first), _begun(week)))

    def _holidays(self, room: Department | None, today: date, language: str) -> str:
        """What the coming holidays change."""
        if room is not None and room.ignores_holidays:
            return ""
        days = []
        for day in self._coming(today):
            spans = self._tenant.hours_on(day, room)
            text = Text.HOURS_HOLIDAY if spans else Text.HOURS_HOLIDAY_CLOSED
            month = self._texts.one_of(Text.OF_MONTHS, language, day.month - 1)
            days.append(
                self._texts.say(text, language, day=day.day, month=month, spans=self._spans(spans, language))
            )
        return self._texts.say(Text.HOURS_HOLIDAYS, language, days="; ".join(days)) if days else ""

    def _coming_holidays(self, today: date) -> Sequence[date]:
        """The next few days of holidays within a year, in order."""
        year = (today + timedelta(days=ahead) for ahead in range(366))
        holidays = (
            day for day in year if any(holiday.day.falls_on(day) for holiday in self._tenant.holidays)
        )
        return tuple(islice(holidays, _HOLIDAYS_SHOWN))

    def _spans(self, spans: Sequence[Span], language: str) -> str:
        if [(span.opens_min, span.closes_min) for span in spans] == [(0, _DAY_MIN)]:
            return self._texts.say(Text.HOURS_ROUND_THE_CLOCK, language)
        return ", ".join(
            self._texts.say(
                Text.HOURS_SPAN, language, opens=_clock(span.opens_min), closes=_clock(span.closes_min)
            )
            for span in spans
        )

    def _plain_date(self, day: date, language: str) -> str:
        weekday = self._texts.one_of(Text.ON_WEEKDAYS, language, day.weekday())
        month = self._texts.one_of(Text.OF_MONTHS, language, day.month - 1)
        return self._texts.say(Text.HOURS_DATE, language, weekday=weekday, day=day.day, month=month)

    def _date(self, day: date, today: date, language: str) -> str:
        date_text = self._plain_date(day, language)
        near = {0: Text.HOURS_TODAY, 1: Text.HOURS_TOMORROW}.get((day - today).days)
        return date_text if near is None else self._texts.say(near, language, date=date_text)

    def _next_open(self, room: Department | None, after: date) -> date | None:
        days = (after + timedelta(days=ahead) for ahead in range(1, _LOOK_AHEAD_DAYS + 1))
        return next((day for day in days if self._tenant.hours_on(day, room)), None)


def _begun(line: str) -> str:
    """As the beginning of a sentence."""
    return line[:1].upper() + line[1:]


def _gaps(spans: Sequence[Span]) -> list[Span]:
    return [
        Span(opens_min=earlier.closes_min, closes_min=later.opens_min) for earlier, later in pairwise(spans)
    ]


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
