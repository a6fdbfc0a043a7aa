"""A business as a folder of data: read whole, checked whole, replaced whole."""

from bot.tenant.actions import Action, Booking, CostSheet, Document, FileSending, Resource
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
from bot.tenant.options import Offer, Option
from bot.tenant.service import Service
from bot.tenant.shapes import Label
from bot.tenant.terms import Terms

__all__ = [
    "Action",
    "Booking",
    "Contacts",
    "CostSheet",
    "Department",
    "Document",
    "Example",
    "FaqEntry",
    "FileSending",
    "Gate",
    "GoldenKind",
    "GoldenQuestion",
    "Holiday",
    "Label",
    "Legend",
    "Offer",
    "Option",
    "Persona",
    "Resource",
    "Section",
    "Service",
    "Tenant",
    "Terms",
    "Tolerance",
    "Topic",
    "Wording",
    "WorkingHours",
    "check_tenant",
    "find_tenant",
    "load_tenant",
]
