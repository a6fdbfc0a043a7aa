"""What roles and people are called on admins' screens."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain import ChannelName
from bot.domain.staff import Role
from bot.store.staff import CONSOLE
from bot.texts.admins import AdminText
from bot.texts.catalogue import LANGUAGES, Texts
from bot.texts.literal import literal

_ROLES = {
    Role.CUSTOMER: AdminText.ROLE_CUSTOMER,
    Role.OPERATOR: AdminText.ROLE_OPERATOR,
    Role.TESTER: AdminText.ROLE_TESTER,
    Role.ADMIN: AdminText.ROLE_ADMIN,
}


@dataclass(frozen=True, slots=True)
class Naming:
    """In one language. `names`: of the staff, also of those who left, by their keys."""

    texts: Texts
    language: str
    names: Mapping[str, str]

    def role(self, role: Role) -> str:
        return self.texts.say(_ROLES[role], self.language)

    def person(self, key: str) -> str:
        """Whoever acted, as Markdown that reads like the name: a member, the command line, or a channel."""
        if key == CONSOLE:
            return self.texts.say(AdminText.CONSOLE, self.language)
        if key in set(ChannelName):
            return self.texts.say(AdminText.BY_ITSELF, self.language)
        number = key.partition(":")[2] or key
        return literal(self.names.get(key) or number)


def role_called(texts: Texts, said: str) -> Role | None:
    """The role of the staff that is called so in any language; None: there is none."""
    word = said.strip().casefold()
    for role, text in _ROLES.items():
        called = {role.value, *(texts.say(text, language).casefold() for language in LANGUAGES)}
        if word in called and role is not Role.CUSTOMER:
            return role
    return None
