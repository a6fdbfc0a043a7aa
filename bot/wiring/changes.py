"""What admins change while all runs."""

from bot.people.changes.changing import Changes, TenantNow
from bot.people.changes.models import ModelOptions
from bot.wiring.basis import Basis


def build_changes(
    basis: Basis, *, models: ModelOptions | None, retention_days: int, tenant_now: TenantNow | None
) -> Changes:
    """`models`: None where there is nothing to choose from. `tenant_now`: None: nobody looks for edits."""
    return Changes(
        tenant=basis.tenant,
        tuning=basis.tuning,
        staff=basis.staff,
        redis=basis.redis,
        models=models or ModelOptions(options=(), default="local"),
        texts=basis.texts,
        retention_days=retention_days,
        tenant_now=tenant_now,
        prefix=basis.prefix,
    )
