"""The computations as sources of truth: premiums by tariff, instalments, the difference in an exchange."""

from bot.computing.credit import CreditSource
from bot.computing.premium_source import PremiumSource
from bot.computing.trade_in import TradeInSource
from bot.findings import Source
from bot.tenant import Tenant
from bot.texts.catalogue import Texts


def computing_sources(tenant: Tenant, texts: Texts) -> tuple[Source, ...]:
    """Whatever of it the tenant has."""
    tariffs = tenant.tariffs
    if tariffs is None:
        return ()
    sources: list[Source] = []
    if tariffs.trade_in is not None:
        sources.append(TradeInSource(tariffs.trade_in, texts))
    if tariffs.credit is not None:
        sources.append(CreditSource(tariffs.credit, texts))
    if tariffs.products:
        sources.append(PremiumSource(tariffs.products, texts, tenant.lexicon))
    return tuple(sources)
