"""What keeps the service in order by itself, and what admins may say about it."""

from dataclasses import dataclass

from bot.people.clockwork.jobs import Jobs
from bot.people.retention.figures import DailyFigures
from bot.people.retention.holding import Holding
from bot.people.retention.purging import Retention
from bot.people.upkeep.backup import DailyBackup
from bot.people.upkeep.digest import Digest
from bot.people.upkeep.knowledge_check import KnowledgeCheck


@dataclass(frozen=True, kw_only=True, slots=True)
class Upkeep:
    """One tenant's."""

    retention: Retention
    holding: Holding
    figures: DailyFigures
    jobs: Jobs
    digest: Digest
    knowledge: KnowledgeCheck
    backup: DailyBackup
