"""Asks the computations and the hours of the shipped tenants, without the rest of the assistant."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot.computing.hours import HoursSource
from bot.computing.sources import computing_sources
from bot.findings import Finding, Inquiry, Source
from bot.tenant import Tenant, load_tenant
from bot.texts.catalogue import load_texts

TENANTS = Path(__file__).parent.parent / "tenants"
TUESDAY_NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""12:00 in Moscow."""


@cache
def tenant_named(name: str) -> Tenant:
    return load_tenant(TENANTS / name)


@cache
def _sources(name: str) -> tuple[Source, ...]:
    facts = {language: {"contacts": "+7 (495) 000-12-34"} for language in ("ru", "en")}
    return computing_sources(tenant_named(name), load_texts(facts=facts))


@cache
def _hours(name: str) -> HoursSource:
    return HoursSource(tenant_named(name), load_texts())


def language_of(text: str) -> str:
    return "ru" if any("а" <= sign <= "я" for sign in text.lower()) else "en"


def computed(
    tenant: str, text: str, focus: Mapping[str, Any] | None = None, *, earlier: tuple[str, ...] = ()
) -> Finding | None:
    """What the surest computation says."""
    inquiry = Inquiry(
        text=text, asked_at=TUESDAY_NOON, language=language_of(text), focus=focus or {}, earlier=earlier
    )
    found = [finding for source in _sources(tenant) if (finding := source.find(inquiry)) is not None]
    return max(found, key=lambda finding: finding.certainty, default=None)


def surely_computed(tenant: str, text: str, focus: Mapping[str, Any] | None = None) -> Finding:
    finding = computed(tenant, text, focus)
    assert finding is not None
    assert finding.certainty >= 0.65
    return finding


def told_hours(
    tenant: str, text: str, at: datetime = TUESDAY_NOON, focus: Mapping[str, Any] | None = None
) -> Finding | None:
    return _hours(tenant).find(Inquiry(text=text, asked_at=at, language=language_of(text), focus=focus or {}))


def plain(finding: Finding) -> str:
    """The text with spaces that break."""
    return finding.text.replace("\u00a0", " ")


def money(amount: float) -> str:
    return f"{amount:,.0f} ₽".replace(",", " ")
