"""An admin's change: proposed, confirmed within the hour, made unless somebody else was faster, and noted."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from redis.asyncio import Redis

from bot.domain.staff import Member
from bot.people.changes.calendar import Calendar
from bot.people.changes.hours import HoursChanges
from bot.people.changes.models import ModelOptions, read_choice
from bot.people.changes.topics import TopicChanges
from bot.people.tuning import Knob, Tuning
from bot.staff.roles import Staff
from bot.store.staff import Act
from bot.store.tunings import Tuned
from bot.tenant import Tenant
from bot.texts.catalogue import Texts

_ASKED_S = 3600
TenantNow = Callable[[], Awaitable[Tenant]]
"""The tenant as its folder is now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InForce:
    """What a turn goes by. Two are equal if nothing differs for any answer."""

    topics: TopicChanges = TopicChanges()
    hours: HoursChanges = field(default_factory=HoursChanges)
    model: str | None = None
    """A provider, or `OFF`; None: as the settings say."""
    kept_days: int | None = None
    """How long dialogues are kept; None: as the settings say."""

    @classmethod
    def of(cls, tunings: Mapping[str, Tuned]) -> "InForce":
        values = {name: tuned.value for name, tuned in tunings.items()}
        return cls(
            topics=TopicChanges.of(values.get(Knob.FORBIDDEN)),
            hours=HoursChanges.of(values.get(Knob.HOURS)),
            model=read_choice(values.get(Knob.MODEL)),
            kept_days=values.get(Knob.RETENTION_DAYS),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A knob as it stands. `version`: for a proposal. `changed_by`: a name, empty if nobody changed it."""

    value: Any
    version: int
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What an admin is asked to confirm: the knob's value `before` would become `after`."""

    knob: Knob
    before: Any
    after: Any
    version: int
    act: str
    """For the record of acts, with `subject` and `details`."""
    subject: str
    details: Mapping[str, str] = field(default_factory=dict)


class Outcome(StrEnum):
    DONE = "done"
    OVERTAKEN = "overtaken"
    """Somebody else has changed it since."""
    FORGOTTEN = "forgotten"
    """It was proposed too long ago."""
    OTHERS = "others"
    """Somebody else has proposed it, and it waits for them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """`standing`: the knob as it is now; None with `FORGOTTEN` and `OTHERS` only, as is `proposal`."""

    outcome: Outcome
    proposal: Proposal | None = None
    standing: Standing | None = None


class Changes:
    """One tenant's, in one process. Methods raise redis-py's errors and StoreError."""

    def __init__(
        self,
        *,
        tenant: Tenant,
        tuning: Tuning,
        staff: Staff,
        redis: Redis,
        models: ModelOptions,
        texts: Texts,
        retention_days: int,
        tenant_now: TenantNow | None = None,
        prefix: str = "dz",
    ) -> None:
        """`tenant`: as it was at the start; for good where nobody can tell of edits by `tenant_now`.

        `retention_days`: until an admin says otherwise; `texts` tell people what holds.
        """
        self.calendar = Calendar(tenant)
        self.models = models
        self._tuning = tuning
        self._staff = staff
        self._redis = redis
        self._texts = texts
        self._retention_days = retention_days
        self._tenant_now = tenant_now
        self._prefix = prefix
        self._read: Mapping[str, Tuned] | None = None
        self._in_force = InForce()

    @property
    def tenant(self) -> Tenant:
        """The folder, without changes, as it was when they were laid last."""
        return self.calendar.written

    async def in_force(self) -> InForce:
        """What the next turn goes by; the same object until somebody changes something."""
        tunings = await self._tuning.all()
        if tunings is not self._read:
            self._in_force, self._read = InForce.of(tunings), tunings
        return self._in_force

    async def refresh(self) -> None:
        """Lay the hours of now over this process's calendar, with the folder as it is now."""
        written = self.tenant if self._tenant_now is None else await self._tenant_now()
        in_force = await self.in_force()
        self.calendar.lay(in_force.hours, written)
        self._texts.tell_days(in_force.kept_days or self._retention_days)

    async def standing(self, knob: Knob) -> Standing:
        tuned = await self._tuning.tuned(knob)
        if tuned is None:
            return Standing(value=None, version=0)
        return Standing(
            value=tuned.value,
            version=tuned.version,
            changed_by=await self._staff.name_of(tuned.changed_by),
            changed_at=tuned.changed_at,
        )

    async def propose(self, proposal: Proposal, member: Member, token: str) -> None:
        """Keep it until it is confirmed, within the hour. `token`: the same for the same message or tap."""
        kept = {**asdict(proposal), "by": member.key}
        await self._redis.set(self._key(token), json.dumps(kept, ensure_ascii=False), ex=_ASKED_S)

    async def make(self, token: str, member: Member) -> Made:
        """The yes to a proposal: in force, and noted, when this returns. Said twice, it is done once."""
        raw = await self._redis.get(self._key(token))
        if not raw:
            return Made(outcome=Outcome.FORGOTTEN)
        kept = json.loads(raw)
        if kept.pop("by") != member.key:
            return Made(outcome=Outcome.OTHERS)
        proposal = Proposal(**{**kept, "knob": Knob(kept["knob"])})
        outcome = Outcome.DONE if await self._change(proposal, member) else Outcome.OVERTAKEN
        await self.refresh()
        return Made(outcome=outcome, proposal=proposal, standing=await self.standing(proposal.knob))

    async def _change(self, proposal: Proposal, member: Member) -> bool:
        """Also true if this very change was made already."""
        knob, after, seen = proposal.knob, proposal.after, proposal.version
        act = Act(by=member.key, name=proposal.act, subject=proposal.subject, details=proposal.details)
        if await self._tuning.change(knob, after, seen=seen, changed_by=member.key, act=act):
            return True
        tuned = await self._tuning.tuned(knob)
        made = None if tuned is None else (tuned.value, tuned.version, tuned.changed_by)
        return made == (after, seen + 1, member.key)

    def _key(self, token: str) -> str:
        return f"{self._prefix}:change:{token}"
