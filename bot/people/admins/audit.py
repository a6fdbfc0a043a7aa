"""The record of what staff did, as admins read it: the newest first, a page at a time."""

import asyncio
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from bot.domain import Button, ChannelName, Keyboard
from bot.domain.staff import Role
from bot.people.admins.naming import Naming
from bot.people.screen import Screen
from bot.store.acts import ActRecord, ActStore
from bot.store.staff import CONSOLE
from bot.tenant import Tenant
from bot.texts.admins import AdminText, AuditText
from bot.texts.catalogue import LANGUAGES, Texts
from bot.texts.literal import literal

DATA = "audit:"
PAGE = 12
_ERASED = "erased"
_ACTS = {text.value.removeprefix("audit_act_"): text for text in AuditText if "_act_" in text.value}
_SUBJECTS = {text.value.removeprefix("audit_of_"): text for text in AuditText if "_of_" in text.value}


class Audit:
    """One tenant's. Methods raise StoreError."""

    def __init__(self, store: ActStore) -> None:
        self._store = store

    async def page(self, *, before: int | None = None, actor: str = "") -> tuple[Sequence[ActRecord], bool]:
        """The acts of a page, and whether there are older ones. `actor`: of one alone."""
        found = await asyncio.to_thread(self._store.page, PAGE + 1, before=before, actor=actor)
        return found[:PAGE], len(found) > PAGE


class AuditScreens:
    """In one language. `names`: of the staff, by their keys."""

    def __init__(self, tenant: Tenant, texts: Texts, language: str, names: Mapping[str, str]) -> None:
        self._zone: ZoneInfo = tenant.zone
        self._texts = texts
        self._language = language
        self._names = names
        self._naming = Naming(texts, language, names)

    def page(self, acts: Sequence[ActRecord], *, has_older: bool, is_newest: bool, actor: str = "") -> Screen:
        """`actor`: whose acts alone these are."""
        if not acts:
            return Screen(self._say(AuditText.EMPTY))
        lines = [self._say(AuditText.TITLE), "", *map(self._line, acts)]
        number = actor.partition(":")[2] or actor
        buttons = []
        if not is_newest:
            buttons.append(Button(text=self._say(AuditText.NEWEST), data=f"{DATA}0:{number}"))
        if has_older:
            older = f"{DATA}{acts[-1].number}:{number}"
            buttons.append(Button(text=self._say(AuditText.OLDER), data=older))
        return Screen("\n".join(lines), Keyboard(rows=(tuple(buttons),)) if buttons else None)

    def unknown(self) -> Screen:
        return Screen(self._say(AuditText.UNKNOWN))

    def _line(self, act: ActRecord) -> str:
        known = _ACTS.get(act.act)
        about = self._about(act.subject)
        details = ", ".join(self._detail(name, value) for name, value in act.details.items())
        return self._say(
            AuditText.LINE,
            when=f"{act.at.astimezone(self._zone):%d.%m.%Y %H:%M}",
            who=self._naming.person(act.actor),
            act=literal(act.act.replace("_", " ")) if known is None else self._say(known),
            about=self._say(AuditText.ABOUT, about=about) if about else "",
            details=self._say(AuditText.DETAILS, details=details) if details else "",
        )

    def _detail(self, name: str, value: str | int | bool) -> str:
        if name == "role" and value in set(Role):
            return self._naming.role(Role(value))
        return literal(f"{name}: {value}")

    def _about(self, subject: str) -> str:
        """Whom or what it was about, in words; nothing where the act says it all."""
        kind, _, number = subject.partition(":")
        if subject == _ERASED:
            return self._say(AuditText.OF_ERASED)
        if kind in set(ChannelName):
            name = self._names.get(subject)
            return literal(name) if name else self._say(AuditText.OF_SOMEBODY, number=literal(number))
        if kind in _SUBJECTS and number:
            return self._say(_SUBJECTS[kind], number=literal(number))
        return literal(number)

    def _say(self, text: AuditText, **values: object) -> str:
        return self._texts.say(text, self._language, **values)


def actor_called(said: str, names: Mapping[str, str], texts: Texts) -> str | None:
    """The key of who is meant by a number, a name or the words for the command line; None: of nobody."""
    wanted = said.strip().casefold()
    if wanted in (CONSOLE, *(texts.say(AdminText.CONSOLE, language).casefold() for language in LANGUAGES)):
        return CONSOLE
    found = [
        key
        for key, name in names.items()
        if wanted in (key.casefold(), key.partition(":")[2].casefold(), name.casefold())
    ]
    return found[0] if len(found) == 1 else None
