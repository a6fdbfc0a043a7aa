"""What stands behind the admins' own screens."""

from dataclasses import dataclass

from bot.people.admins.audit import Audit
from bot.people.admins.health import Health
from bot.people.admins.invitations import Invitations
from bot.people.admins.members import Members
from bot.people.admins.statistics import Statistics


@dataclass(frozen=True, kw_only=True, slots=True)
class Admins:
    """One tenant's."""

    invitations: Invitations
    members: Members
    audit: Audit
    statistics: Statistics
    health: Health
