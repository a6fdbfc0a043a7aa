"""Makes of what an admin wants of the working hours a change that can be confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter

from bot.people.changes.changing import Changes, Proposal, Standing
from bot.people.changes.hours import HoursChanges, written
from bot.people.changes.hours_reading import Fault, Wanted, coming
from bot.people.tuning import Knob
from bot.tenant import Tenant
from bot.tenant.hours import CalendarDay
from bot.tenant.model import Holiday

MOST_DAYS = 40
"""As many special days as a message can list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HoursWish:
    """A change with the tenant as it is and as it would be. `day`: the special day that it is about."""

    proposal: Proposal
    before: Tenant
    after: Tenant
    day: CalendarDay | None = None


class HoursList:
    """One tenant's, in one process. Methods raise redis-py's errors and StoreError."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    def has_own_hours(self, place: int) -> bool:
        """Whether the department at this place, from 0, is there and has hours of its own."""
        rooms = self._changes.tenant.departments
        return place < len(rooms) and rooms[place].hours is not None

    def department(self, place: int) -> str:
        """Its name; empty, for the whole business, where there is none with hours of its own."""
        return self._changes.tenant.departments[place].name if self.has_own_hours(place) else ""

    async def wishes(self, wanted: Wanted, today: date, room: str = "") -> Sequence[HoursWish] | Fault:
        """What may be meant: a day without a year is the next one, or that of every year."""
        if room and wanted.day is not None:
            return Fault.ONLY_WEEKDAYS
        standing = await self._changes.standing(Knob.HOURS)
        if wanted.day is None:
            after = HoursChanges.of(standing.value).on_weekdays(wanted.weekdays, wanted.spans or (), room)
            subject = f"hours:{','.join(map(str, wanted.weekdays))}"
            wish = self._wish(standing, after, subject, written(wanted.spans or ()))
            return [wish] if _is_felt(wish) else Fault.SAME
        return self._of_days(standing, wanted, wanted.day, today)

    async def reset(self) -> HoursWish:
        """As the folder says, in everything."""
        standing = await self._changes.standing(Knob.HOURS)
        return self._wish(standing, HoursChanges(), "hours:all", "file")

    async def taken_away(self, day: CalendarDay) -> HoursWish:
        """That special day and no other: what else falls on the date stays."""
        standing = await self._changes.standing(Knob.HOURS)
        after = HoursChanges.of(standing.value).without_holiday(day, self._changes.tenant)
        return self._wish(standing, after, f"hours:{day}", "usual", day)

    def _of_days(
        self, standing: Standing, wanted: Wanted, day: CalendarDay, today: date
    ) -> Sequence[HoursWish] | Fault:
        days = (day,) if day.year is not None else (coming(day, today), day)
        wishes = [self._of_day(standing, one, wanted, today) for one in days]
        felt = [wish for wish in wishes if _is_felt(wish)]
        fitting = [wish for wish in felt if _fits(wish, today)]
        return fitting or (Fault.TOO_MANY_DAYS if felt else Fault.SAME)

    def _of_day(self, standing: Standing, day: CalendarDay, wanted: Wanted, today: date) -> HoursWish:
        """«Every year» holds for the next time too, whatever was said of that one."""
        folder, changes = self._changes.tenant, HoursChanges.of(standing.value)
        holiday = _holiday(changes.over(folder), day, wanted)
        after = changes.without_holiday(day, folder) if holiday is None else changes.with_holiday(holiday)
        if day.year is None:
            after = after.without_holiday(coming(day, today), folder)
        hours = "usual" if wanted.spans is None else written(wanted.spans)
        return self._wish(standing, after, f"hours:{day}", hours, day)

    def _wish(
        self,
        standing: Standing,
        after: HoursChanges,
        subject: str,
        hours: str,
        day: CalendarDay | None = None,
    ) -> HoursWish:
        before = HoursChanges.of(standing.value)
        return HoursWish(
            proposal=Proposal(
                knob=Knob.HOURS,
                before=before.to_json(),
                after=after.to_json(),
                version=standing.version,
                act="hours_set",
                subject=subject,
                details={"hours": hours},
            ),
            before=before.over(self._changes.tenant),
            after=after.over(self._changes.tenant),
            day=day,
        )


def coming_days(tenant: Tenant, today: date) -> list[Holiday]:
    """The special days as they come, but those of one year that are over."""
    dated = [(_comes(holiday.day, today), holiday) for holiday in tenant.holidays]
    return [holiday for at, holiday in sorted(dated, key=itemgetter(0)) if at >= today]


def _comes(day: CalendarDay, today: date) -> date:
    at = day if day.year is not None else coming(day, today)
    return date(at.year or today.year, at.month, at.day)


def _holiday(now: Tenant, day: CalendarDay, wanted: Wanted) -> Holiday | None:
    """What that day is to be; None: no special day.

    One year's exception to a yearly day has the usual hours of its weekday.
    """
    special = {holiday.day: holiday for holiday in now.holidays}
    yearly = special.get(replace(day, year=None))
    if wanted.spans is not None:
        known = special.get(day) or yearly
        name = wanted.name or (known.name if known is not None else None)
        return Holiday(day=day, hours=wanted.spans, name=name)
    if day.year is None or yearly is None:
        return None
    weekday = date(day.year, day.month, day.day).weekday()
    return Holiday(day=day, hours=now.working_hours.week[weekday])


def _fits(wish: HoursWish, today: date) -> bool:
    """What is more than can be listed may become less, but not more."""
    before, after = (len(coming_days(tenant, today)) for tenant in (wish.before, wish.after))
    return after <= max(before, MOST_DAYS)


def _is_felt(wish: HoursWish) -> bool:
    """Whether anything would be otherwise than it is: in its hours, or in what a day is called."""
    day = wish.day
    if day is None:
        return (wish.before.working_hours, wish.before.departments) != (
            wish.after.working_hours,
            wish.after.departments,
        )
    if day.year is None:
        return wish.before.holidays != wish.after.holidays
    falling = [tenant.holiday_on(date(day.year, day.month, day.day)) for tenant in (wish.before, wish.after)]
    told = [None if holiday is None else (holiday.hours, holiday.name) for holiday in falling]
    return told[0] != told[1]
