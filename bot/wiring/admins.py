"""What stands behind the admins' own screens."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from bot.embedded.model_server import read_model_url
from bot.people.admins.audit import Audit
from bot.people.admins.health import Health
from bot.people.admins.invitations import Invitations
from bot.people.admins.members import Members
from bot.people.admins.model_reach import ModelReach, Place
from bot.people.admins.services import Admins
from bot.people.admins.statistics import Statistics
from bot.people.changes.changing import Changes
from bot.people.upkeep.services import Upkeep
from bot.settings import Settings
from bot.store.acts import ActStore
from bot.store.figures import FigureStore
from bot.store.invitations import InvitationStore
from bot.store.members import MemberStore
from bot.store.model_asks import ModelAskStore
from bot.wiring.basis import Basis


def build_admins(
    basis: Basis,
    *,
    upkeep: Upkeep,
    changes: Changes,
    places: Mapping[str, Place] | None,
    data_dir: Path | None,
) -> Admins:
    """`places`: where the models are; None: nobody knows."""
    tenant, engine, redis, now = basis.tenant, basis.engine, basis.redis, basis.now
    return Admins(
        invitations=Invitations(InvitationStore(engine, tenant.name), redis, now, prefix=basis.prefix),
        members=Members(MemberStore(engine, tenant.name)),
        audit=Audit(ActStore(engine, tenant.name)),
        statistics=Statistics(upkeep.figures, FigureStore(engine, tenant.name), tenant, now),
        health=Health(
            redis=redis,
            engine=engine,
            jobs=upkeep.jobs,
            models=ModelReach(changes, places or {}, ModelAskStore(engine, tenant.name).latest, now),
            data_dir=data_dir,
            now=now,
            prefix=basis.prefix,
        ),
    )


def model_places(settings: Settings) -> Mapping[str, Place]:
    """Where each provider's model answers."""
    openai, gigachat = str(settings.openai.base_url), str(settings.gigachat.base_url)
    return {
        "local": partial(read_model_url, settings.data_dir),
        "openai": lambda: openai,
        "gigachat": lambda: gigachat,
    }
