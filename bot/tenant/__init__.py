"""A business as a folder of data: read whole, checked whole, replaced whole."""

from bot.tenant.gate import Gate, Tolerance
from bot.tenant.golden import GoldenKind, GoldenQuestion
from bot.tenant.load import check_tenant, find_tenant, load_tenant
from bot.tenant.model import (
    Contacts,
    Department,
    Example,
    FaqEntry,
    Holiday,
    Legend,
    Persona,
    Section,
    Tenant,
    Topic,
    Wording,
    WorkingHours,
)

__all__ = [
    "Contacts",
    "Department",
    "Example",
    "FaqEntry",
    "Gate",
    "GoldenKind",
    "GoldenQuestion",
    "Holiday",
    "Legend",
    "Persona",
    "Section",
    "Tenant",
    "Tolerance",
    "Topic",
    "Wording",
    "WorkingHours",
    "check_tenant",
    "find_tenant",
    "load_tenant",
]
