"""Working hours and holidays as admins have changed them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from bot.tenant import Tenant
from bot.tenant.hours import CalendarDay, Span, parse_hours
from bot.tenant.model import Holiday, WorkingHours

WEEKDAYS: Final = tuple(WorkingHours.model_fields)
"""From Monday, as `date.weekday()` counts."""
_CLOSED: Final = "closed"
Spans = tuple[Span, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HoursChanges:
    """What is laid over the folder's hours. A weekday without an entry is as in the folder."""

    week: Mapping[str, Spans] = field(default_factory=dict)
    departments: Mapping[str, Mapping[str, Spans]] = field(default_factory=dict)
    """Of those that have hours of their own, by name."""
    holidays: tuple[Holiday, ...] = ()
    removed: frozenset[CalendarDay] = frozenset()
    """Holidays of the folder that are as any other day."""

    @classmethod
    def of(cls, value: Any) -> Self:
        """Read what `to_json` gave; None: nothing was ever changed."""
        told = value or {}
        return cls(
            week=_read_week(told.get("week", {})),
            departments={name: _read_week(week) for name, week in told.get("departments", {}).items()},
            holidays=tuple(Holiday.model_validate(holiday) for holiday in told.get("holidays", ())),
            removed=frozenset(CalendarDay.parse(day) for day in told.get("removed", ())),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "week": _written_week(self.week),
            "departments": {name: _written_week(week) for name, week in self.departments.items()},
            "holidays": [
                {"day": str(holiday.day), "hours": written(holiday.hours), "name": holiday.name}
                for holiday in self.holidays
            ],
            "removed": sorted(map(str, self.removed)),
        }

    def over(self, tenant: Tenant) -> Tenant:
        """The tenant with these hours. Departments that it does not have, or no longer, are passed over."""
        own = {holiday.day for holiday in self.holidays} | self.removed
        kept = (holiday for holiday in tenant.holidays if holiday.day not in own)
        departments = tuple(
            department.model_copy(
                update={"hours": _over_week(department.hours, self.departments.get(department.name, {}))}
            )
            if department.hours is not None
            else department
            for department in tenant.departments
        )
        return tenant.model_copy(
            update={
                "working_hours": _over_week(tenant.working_hours, self.week),
                "holidays": tuple(sorted((*kept, *self.holidays), key=_place)),
                "departments": departments,
            }
        )

    def on_weekdays(self, weekdays: Iterable[int], spans: Spans, place: str = "") -> Self:
        """`place`: a department's name; empty for the whole business."""
        new = {WEEKDAYS[number]: spans for number in weekdays}
        if not place:
            return replace(self, week={**self.week, **new})
        own = {**self.departments.get(place, {}), **new}
        return replace(self, departments={**self.departments, place: own})

    def with_holiday(self, holiday: Holiday) -> Self:
        others = self._others(holiday.day)
        return replace(self, holidays=(*others, holiday), removed=self.removed - {holiday.day})

    def without_holiday(self, day: CalendarDay, folder: Tenant) -> Self:
        """`folder`: a day that it does not have, and may get later, is not hidden."""
        in_folder = {holiday.day for holiday in folder.holidays}
        return replace(self, holidays=self._others(day), removed=self.removed | ({day} & in_folder))

    def _others(self, day: CalendarDay) -> tuple[Holiday, ...]:
        return tuple(holiday for holiday in self.holidays if holiday.day != day)


def written(spans: Spans) -> str:
    """As a tenant's file says it."""
    return ", ".join(map(str, spans)) or _CLOSED


def _read_week(week: Mapping[str, str]) -> dict[str, Spans]:
    return {name: parse_hours(hours) for name, hours in week.items()}


def _written_week(week: Mapping[str, Spans]) -> dict[str, str]:
    return {name: written(spans) for name, spans in week.items()}


def _over_week(hours: WorkingHours, week: Mapping[str, Spans]) -> WorkingHours:
    return hours.model_copy(update=dict(week))


def _place(holiday: Holiday) -> tuple[int, int, int]:
    return (holiday.day.month, holiday.day.day, holiday.day.year or 0)
