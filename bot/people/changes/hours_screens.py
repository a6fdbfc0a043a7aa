"""What admins read of working hours and holidays, and the buttons under it."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from bot.domain import Button, Keyboard
from bot.people.changes.changing import Made, Outcome, Standing
from bot.people.changes.hours import HoursChanges, Spans
from bot.people.changes.hours_list import MOST_DAYS, HoursWish, coming_days
from bot.people.changes.hours_reading import MOST_NAME_CHARACTERS, Fault
from bot.people.changes.screens import ChangeScreens, paragraphs, within
from bot.people.screen import Screen
from bot.tenant import Tenant
from bot.tenant.hours import CalendarDay
from bot.tenant.model import Holiday, WorkingHours
from bot.texts.catalogue import Text, Texts
from bot.texts.changing import ChangingText
from bot.texts.hours import WorkingHoursText
from bot.texts.literal import literal

_DAY_MIN = 24 * 60
_CHANGED_CHARACTERS = 2_500


class HoursScreens(ChangeScreens):
    """In one language. `today`: there; special days of one year that are over are shown no more."""

    def __init__(self, tenant: Tenant, texts: Texts, language: str, subject: str, today: date) -> None:
        super().__init__(tenant, texts, language, subject)
        self._today = today

    def overview(self, now: Tenant, standing: Standing) -> Screen:
        lines = [
            self.say(WorkingHoursText.HOLIDAY_LINE, day=self.day(holiday.day), hours=self._holiday(holiday))
            for holiday in coming_days(now, self._today)
        ]
        holidays = self.say(WorkingHoursText.NO_HOLIDAYS)
        if lines:
            holidays = self.say(WorkingHoursText.HOLIDAYS, days="\n".join(lines))
        own = [literal(room.name) for room in now.departments if room.hours is not None]
        departments = self.say(WorkingHoursText.OWN_HOURS, departments=", ".join(own)) if own else ""
        week = self._week(now.working_hours)
        text = paragraphs(
            self.say(WorkingHoursText.OVERVIEW, week=week, holidays=holidays),
            departments,
            self.last(standing),
            self.say(WorkingHoursText.HOW),
        )
        rows = [(self._to(WorkingHoursText.CHANGE, "week"),), (self._to(WorkingHoursText.ADD_DAY, "day"),)]
        if lines:
            rows.append((self._to(WorkingHoursText.TAKE_DAY, "days"),))
        if own:
            rows.append((self._to(WorkingHoursText.DEPARTMENTS, "rooms"),))
        if HoursChanges.of(standing.value) != HoursChanges():
            rows.append((self._to(WorkingHoursText.RESET, "reset"),))
        return Screen(text=text, keyboard=Keyboard(rows=tuple(rows)))

    def departments(self, now: Tenant) -> Screen:
        rows = [
            (self.button(room.called(self.language), "room", place),)
            for place, room in enumerate(now.departments)
            if room.hours is not None
        ]
        text = self.say(WorkingHoursText.DEPARTMENT_WHICH)
        return Screen(text=text, keyboard=Keyboard(rows=(*rows, (self._back(),))))

    def department(self, now: Tenant, place: int) -> Screen:
        """Raises IndexError."""
        room = now.departments[place]
        hours = room.hours or now.working_hours
        own = WorkingHoursText.DEPARTMENT_NO_HOLIDAYS
        text = paragraphs(
            self.say(
                WorkingHoursText.DEPARTMENT,
                name=literal(room.called(self.language)),
                week=self._week(hours),
            ),
            self.say(own if room.ignores_holidays else WorkingHoursText.DEPARTMENT_HOLIDAYS),
        )
        row = (self._to(WorkingHoursText.CHANGE, "week", place), self._back())
        return Screen(text=text, keyboard=Keyboard(rows=(row,)))

    def days(self, now: Tenant) -> Screen:
        rows = [
            (self.button(f"{self.day(holiday.day)}: {self.hours(holiday.hours)}", "take", holiday.day),)
            for holiday in coming_days(now, self._today)
        ]
        text = self.say(WorkingHoursText.TAKE_WHICH)
        return Screen(text=text, keyboard=Keyboard(rows=(*rows, (self._back(),))))

    def faulty(self, fault: Fault) -> Screen:
        most = MOST_DAYS if fault is Fault.TOO_MANY_DAYS else MOST_NAME_CHARACTERS
        return self.plain(WorkingHoursText(f"workhours_{fault}"), most=most)

    def ask(self, wishes: Sequence[HoursWish], tokens: Sequence[str], *, bookings: int, calls: int) -> Screen:
        """What each wish changes, and a button for each. So many bookings, calls would lie outside."""
        told = paragraphs(
            self.say(WorkingHoursText.BOOKINGS, count=bookings) if bookings else "",
            self.say(WorkingHoursText.CALLS, count=calls) if calls else "",
        )
        labels = [self._yes(wish.day, len(wishes) > 1) for wish in wishes]
        changed = [self._told(wish.before, wish.after) for wish in wishes]
        if len(wishes) > 1:
            changed = [
                self.say(WorkingHoursText.CHOICE, choice=label, changed=lines)
                for label, lines in zip(labels, changed, strict=True)
            ]
        outside = f"{told}\n\n" if told else ""
        text = self.say(WorkingHoursText.ASK, changed=paragraphs(*changed), outside=outside)
        return self.asking(text, list(zip(labels, tokens, strict=True)))

    def made(self, made: Made) -> Screen:
        if made.proposal is None or made.standing is None:
            return self.forgotten()
        before = HoursChanges.of(made.proposal.before).over(self.tenant)
        if made.outcome is Outcome.OVERTAKEN:
            now = HoursChanges.of(made.standing.value).over(self.tenant)
            return self.overtaken(made.standing, self.changed(before, now))
        after = HoursChanges.of(made.proposal.after).over(self.tenant)
        return self.plain(WorkingHoursText.DONE, changed=self._told(before, after))

    def _told(self, before: Tenant, after: Tenant) -> str:
        """At least a line, also where only days that are over differ."""
        lines = self.changed(before, after) or [self.say(ChangingText.NOTHING)]
        kept = within(lines, _CHANGED_CHARACTERS)
        more = len(lines) - len(kept)
        return "\n".join([*kept, self.say(WorkingHoursText.MORE, count=more)] if more else kept)

    def changed(self, before: Tenant, after: Tenant) -> list[str]:
        """What differs, a line each: what it is, then what it will be."""
        weeks = [("", before.working_hours, after.working_hours)]
        for old, new in zip(before.departments, after.departments, strict=True):
            if old.hours is not None and new.hours is not None:
                weeks.append((old.called(self.language), old.hours, new.hours))
        lines = [line for name, old, new in weeks for line in self._changed_week(name, old, new)]
        return [*lines, *self._changed_days(before, after)]

    def hours(self, spans: Spans) -> str:
        if [(span.opens_min, span.closes_min) for span in spans] == [(0, _DAY_MIN)]:
            return self.say(WorkingHoursText.ROUND_THE_CLOCK)
        told = (f"{_clock(span.opens_min)}–{_clock(span.closes_min)}" for span in spans)
        return ", ".join(told) or self.say(WorkingHoursText.CLOSED)

    def day(self, day: CalendarDay) -> str:
        month = self.one_of(Text.OF_MONTHS, day.month - 1)
        text = WorkingHoursText.YEARLY if day.year is None else WorkingHoursText.ONCE
        return self.say(text, day=day.day, month=month, year=day.year or "")

    def _changed_week(self, name: str, old: WorkingHours, new: WorkingHours) -> Iterator[str]:
        turns = list(zip(old.week, new.week, strict=True))
        for (before, after), days in groupby(range(7), key=lambda number: turns[number]):
            numbers = list(days)
            if before == after:
                continue
            what = self.one_of(WorkingHoursText.WEEKDAYS, numbers[0])
            if len(numbers) > 1:
                what = self._short(numbers)
            if name:
                what = self.say(WorkingHoursText.CHANGED_OF, weekday=what, department=literal(name))
            yield self._line(what, self.hours(before), self.hours(after))

    def _changed_days(self, before: Tenant, after: Tenant) -> Iterator[str]:
        old = {holiday.day: holiday for holiday in before.holidays}
        new = {holiday.day: holiday for holiday in after.holidays}
        for day in sorted(old.keys() | new.keys(), key=str):
            if old.get(day) != new.get(day):
                told = (
                    self._on(tenant, day, days.get(day)) for tenant, days in ((before, old), (after, new))
                )
                yield self._line(self.day(day), *told)

    def _on(self, tenant: Tenant, day: CalendarDay, holiday: Holiday | None) -> str:
        if holiday is not None:
            return self._holiday(holiday)
        if day.year is None:
            return self.say(WorkingHoursText.AS_USUAL)
        return self.hours(tenant.hours_on(date(day.year, day.month, day.day)))

    def _holiday(self, holiday: Holiday) -> str:
        hours = self.hours(holiday.hours)
        if not holiday.name:
            return hours
        return self.say(WorkingHoursText.HOLIDAY_NAMED, hours=hours, name=literal(holiday.name))

    def _line(self, what: str, before: str, after: str) -> str:
        return self.say(WorkingHoursText.CHANGED, what=what, before=before, after=after)

    def _week(self, hours: WorkingHours) -> str:
        lines = []
        for spans, days in groupby(range(7), key=lambda number: hours.week[number]):
            weekdays, told = self._short(list(days)), self.hours(spans)
            lines.append(self.say(WorkingHoursText.WEEK_LINE, weekdays=weekdays, hours=told))
        return "\n".join(lines)

    def _short(self, weekdays: Sequence[int]) -> str:
        names = [self.one_of(Text.SHORT_WEEKDAYS, number) for number in weekdays]
        return names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}"

    def _yes(self, day: CalendarDay | None, is_one_of_several: bool) -> str:
        if day is None or not is_one_of_several:
            return self.say(WorkingHoursText.YES)
        if day.year is None:
            return self.say(WorkingHoursText.YES_YEARLY)
        return self.say(WorkingHoursText.YES_ONCE, day=self.day(day))

    def _to(self, text: WorkingHoursText, *data: object) -> Button:
        return self.button(self.say(text), *data)

    def _back(self) -> Button:
        return self.button(self.say(ChangingText.BACK), "show")


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
