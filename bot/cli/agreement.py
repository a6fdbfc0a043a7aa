"""`python -m bot agreement`: how often staff agree with what the assistant wanted to say."""

from datetime import UTC, datetime, timedelta

from bot.domain.reviews import ReviewMode
from bot.evaluation.agreement import WEEKS, agreement_of
from bot.evaluation.agreement_told import told
from bot.people.tuning import Knob
from bot.settings import Settings
from bot.store.reviews import ReviewStore
from bot.store.tunings import TuningStore
from bot.tenant import Tenant
from bot.wiring import build_texts, load_configured_tenant
from bot.wiring.stock import opened_engine

_LANGUAGE = "en"


def run(settings: Settings) -> int:
    tenant = load_configured_tenant(settings)
    with opened_engine(settings) as engine:
        since = datetime.now(UTC) - timedelta(weeks=WEEKS)
        history = ReviewStore(engine, tenant.name).history(since)
        mode = _mode(TuningStore(engine, tenant.name), tenant)
    texts = build_texts(tenant, settings)
    print(told(agreement_of(history, mode, tenant.zone), texts, _LANGUAGE).replace("**", ""))
    return 0


def _mode(store: TuningStore, tenant: Tenant) -> ReviewMode:
    tuned = store.all().get(Knob.REVIEW_MODE)
    chosen = None if tuned is None else tuned.value
    return ReviewMode(chosen if chosen in set(ReviewMode) else tenant.service.review.mode)
