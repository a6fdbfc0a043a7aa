"""What keeps the service in order by itself, and what admins may say about it."""

from dataclasses import dataclass

from bot.people.backup import DailyBackup
from bot.people.digest import Digest
from bot.people.jobs import Jobs
from bot.people.knowledge_check import KnowledgeCheck
from bot.people.retention.figures import DailyFigures
from bot.people.retention.holding import Holding
from bot.people.retention.purging import Retention


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
