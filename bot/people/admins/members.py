"""Who works here, as admins see it, and the step from one role to another."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain import Button, Keyboard
from bot.domain.staff import Member, Role
from bot.people.admins.invitations import ROLES
from bot.people.admins.naming import Naming
from bot.people.retention.days import in_words
from bot.people.screen import Screen
from bot.store.members import MemberStore, RoleChange, RosterEntry
from bot.tenant import Tenant
from bot.texts.admins import StaffText
from bot.texts.catalogue import Texts
from bot.texts.literal import literal

DATA = "staff:"
LIST, ONE, ASK, YES = f"{DATA}all", f"{DATA}one:", f"{DATA}ask:", f"{DATA}yes:"
NONE = "none"
PAGE = 20
"""So many fit into one message, and on one screen of buttons."""


class Members:
    """One tenant's. Methods raise StoreError."""

    def __init__(self, store: MemberStore) -> None:
        self._store = store

    async def roster(self) -> Sequence[RosterEntry]:
        return await asyncio.to_thread(self._store.roster)

    async def one(self, number: int) -> RosterEntry | None:
        return next((entry for entry in await self.roster() if entry.number == number), None)

    async def called(self, said: str) -> Sequence[RosterEntry]:
        """Those whose number it is, or in whose name it stands."""
        wanted = said.strip().casefold()
        return [
            entry
            for entry in await self.roster()
            if wanted == entry.member.external_id or wanted in entry.member.name.casefold()
        ]

    async def change(self, member: Member, to: Role | None, by: Member) -> RoleChange:
        """From the role that `member` shows to another one, or to none; the last admin stays one."""
        return await asyncio.to_thread(self._store.change_role, member, to, by.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleTap:
    """What a button wants: of the member with this row, from a role to another one or to none."""

    number: int
    was: Role
    to: Role | None

    @classmethod
    def parse(cls, data: str) -> "RoleTap | None":
        """None: it is no button of ours, or a forged one."""
        match data.split(":"):
            case [_, _, number, was, to] if number.isascii() and number.isdigit() and len(number) < 16:
                if was in ROLES and (to in ROLES or to == NONE) and was != to:
                    return cls(number=int(number), was=Role(was), to=None if to == NONE else Role(to))
        return None

    @property
    def tail(self) -> str:
        return f"{self.number}:{self.was}:{NONE if self.to is None else self.to.value}"


class MemberScreens:
    """In one language."""

    def __init__(self, tenant: Tenant, texts: Texts, language: str) -> None:
        self._zone = tenant.zone
        self._texts = texts
        self._language = language
        self._naming = Naming(texts, language, {})

    def all(self, roster: Sequence[RosterEntry], page: int = 0) -> Screen:
        """`page`: counted from 0; one that is not there is the last."""
        page = min(page, (len(roster) - 1) // PAGE)
        first = page * PAGE
        shown = roster[first : first + PAGE]
        lines = [
            self._of(StaffText.LINE, entry, place=place) for place, entry in enumerate(shown, start=first + 1)
        ]
        rows = [(Button(text=_name(entry.member), data=f"{ONE}{entry.number}"),) for entry in shown]
        turning = []
        if page:
            turning.append(Button(text=self._say(StaffText.EARLIER), data=f"{LIST}:{page - 1}"))
        if first + PAGE < len(roster):
            turning.append(Button(text=self._say(StaffText.FURTHER), data=f"{LIST}:{page + 1}"))
        keyboard = Keyboard(rows=(*rows, tuple(turning)) if turning else tuple(rows))
        return Screen(self._say(StaffText.LIST, lines="\n".join(lines)), keyboard)

    def unknown(self) -> Screen:
        return Screen(self._say(StaffText.UNKNOWN))

    def one(self, entry: RosterEntry) -> Screen:
        role = entry.member.role
        rows = [
            self._ask(StaffText.MAKE, RoleTap(number=entry.number, was=role, to=to))
            for to in ROLES
            if to is not role
        ]
        rows.append(self._ask(StaffText.TAKE_AWAY, RoleTap(number=entry.number, was=role, to=None)))
        rows.append((Button(text=self._say(StaffText.BACK), data=LIST),))
        return Screen(self._of(StaffText.ONE, entry), Keyboard(rows=tuple(rows)))

    def asking(self, entry: RosterEntry, tap: RoleTap, by: Member) -> Screen:
        """What is now, what would be, and whether it is meant."""
        text = StaffText.ASK_TAKE_AWAY if tap.to is None else StaffText.ASK
        words = self._of(text, entry, now=self._naming.role(tap.was), to=self._to(tap))
        if by.key == entry.member.key and tap.was is Role.ADMIN:
            words += "\n" + self._say(StaffText.SELF)
        label = StaffText.YES_TAKE_AWAY if tap.to is None else StaffText.YES
        yes = Button(text=self._say(label, to=self._to(tap)), data=f"{YES}{tap.tail}")
        no = Button(text=self._say(StaffText.NO), data=f"{ONE}{entry.number}")
        return Screen(words, Keyboard(rows=((yes,), (no,))))

    def told(self, change: RoleChange, entry: RosterEntry, tap: RoleTap) -> Screen:
        """`entry`: as it is now, or as it was where the role is gone."""
        texts = {RoleChange.LAST_ADMIN: StaffText.LAST_ADMIN, RoleChange.CHANGED: StaffText.CHANGED}
        done = StaffText.DONE_TAKEN if tap.to is None else StaffText.DONE
        now = self._naming.role(entry.member.role)
        words = self._of(texts.get(change, done), entry, now=now, to=self._to(tap))
        return Screen(words, Keyboard(rows=((Button(text=self._say(StaffText.BACK), data=LIST),),)))

    def gone(self) -> Screen:
        return Screen(self._say(StaffText.GONE))

    def news(self, tap: RoleTap) -> str:
        """For whose role it is."""
        return self._say(StaffText.TOLD_TAKEN if tap.to is None else StaffText.TOLD, to=self._to(tap))

    def _of(self, text: StaffText, entry: RosterEntry, **values: object) -> str:
        acted = self._say(StaffText.NEVER_ACTED)
        if entry.last_act_at is not None:
            acted = self._say(StaffText.ACTED, when=in_words(entry.last_act_at, self._zone))
        return self._say(
            text,
            who=literal(_name(entry.member)),
            number=entry.member.external_id,
            role=self._naming.role(entry.member.role),
            since=f"{entry.since.astimezone(self._zone):%d.%m.%Y}",
            acted=acted,
            silent="" if entry.member.is_reachable else self._say(StaffText.SILENT),
            **values,
        )

    def _ask(self, text: StaffText, tap: RoleTap) -> tuple[Button]:
        return (Button(text=self._say(text, role=self._to(tap)), data=f"{ASK}{tap.tail}"),)

    def _to(self, tap: RoleTap) -> str:
        return self._naming.role(tap.to or Role.CUSTOMER)

    def _say(self, text: StaffText, **values: object) -> str:
        return self._texts.say(text, self._language, **values)


def _name(member: Member) -> str:
    return member.name or member.external_id
