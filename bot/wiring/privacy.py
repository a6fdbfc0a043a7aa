"""Consent, and what people may do with what is kept about them."""

from bot.people.handoffs.handoffs import Handoffs
from bot.people.privacy.consent import Consents
from bot.people.privacy.consent_screen import ConsentScreen
from bot.people.privacy.erasing import Erasing
from bot.people.privacy.erasing_redis import RedisEraser
from bot.people.privacy.live_terms import LiveTerms
from bot.people.privacy.own_data import Privacy
from bot.people.privacy.personal_file import PersonalFiles
from bot.people.privacy.screens import PrivacyScreen
from bot.store.consents import ConsentStore
from bot.store.erasing import ErasureStore
from bot.store.holds import HoldStore
from bot.store.personal_file import PersonalFileStore
from bot.wiring.basis import Basis


def build_consents(basis: Basis) -> Consents:
    """The terms of the tenant's folder may change while all runs."""
    live = None if basis.tenant.terms is None else LiveTerms(basis.tenant.terms, basis.folder)
    return Consents(ConsentStore(basis.engine, basis.tenant.name), basis.redis, live, prefix=basis.prefix)


def build_privacy(basis: Basis, *, consents: Consents, handoffs: Handoffs) -> Privacy:
    keeps = basis.tenant.service.dialogues.keeps_summary
    terms = consents.live
    erasing = Erasing(
        store=ErasureStore(basis.engine, basis.tenant.name),
        redis=RedisEraser(basis.redis, prefix=basis.prefix),
        inbox=basis.inbox,
        outbox=basis.outbox,
        files=basis.files,
        consents=consents,
        posts=basis.posts,
        handoffs=handoffs,
        delivery=basis.delivery,
        texts=basis.texts,
        now=basis.now,
    )
    return Privacy(
        consent_screen=ConsentScreen(basis.texts, terms, may_keep_summary=keeps) if terms else None,
        screen=PrivacyScreen(
            basis.texts, basis.tenant.zone, has_terms=terms is not None, may_keep_summary=keeps
        ),
        files=PersonalFiles(
            PersonalFileStore(basis.engine, basis.tenant.name, basis.sealer),
            basis.redis,
            basis.inbox,
            consents,
            prefix=basis.prefix,
        ),
        erasing=erasing,
        inbox=basis.inbox,
        holds=HoldStore(basis.engine, basis.tenant.name),
    )
