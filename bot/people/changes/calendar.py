"""When the business is open, as it is now: also for what was built before an admin changed it."""

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.people.changes.hours import HoursChanges
from bot.tenant import Tenant
from bot.tenant.hours import Span
from bot.tenant.model import Department


class Opens(Protocol):
    """A tenant, or its calendar."""

    @property
    def zone(self) -> ZoneInfo: ...

    def department(self, name: str | None) -> Department | None: ...

    def hours_on(self, day: date, department: Department | None = None) -> tuple[Span, ...]: ...

    def is_open(self, at: datetime, department: Department | None = None) -> bool: ...


class Calendar:
    """The hours of one tenant in one process. Whoever serves an update or a turn lays the changes first."""

    def __init__(self, tenant: Tenant) -> None:
        self.written = tenant
        """As the folder says now."""
        self.now = tenant
        """With what admins have changed."""
        self._laid = HoursChanges()

    def lay(self, changes: HoursChanges, written: Tenant) -> None:
        """`written`: the folder as it is now."""
        if changes != self._laid or written is not self.written:
            self.now = changes.over(written) if changes != HoursChanges() else written
            self._laid, self.written = changes, written

    @property
    def zone(self) -> ZoneInfo:
        return self.now.zone

    def department(self, name: str | None) -> Department | None:
        return self.now.department(name)

    def hours_on(self, day: date, department: Department | None = None) -> tuple[Span, ...]:
        """`department`: may be as it was before a change; its hours are those of now."""
        return self.now.hours_on(day, self._current(department))

    def is_open(self, at: datetime, department: Department | None = None) -> bool:
        return self.now.is_open(at, self._current(department))

    def _current(self, department: Department | None) -> Department | None:
        return None if department is None else self.now.department(department.name)
