"""Which commands whoever has a role is shown in the menu beside the input field."""

from collections.abc import Sequence

from bot.domain.staff import Role
from bot.tenant import Tenant
from bot.texts.admins import CommandText
from bot.texts.catalogue import Texts

_CUSTOMER = (
    CommandText.START,
    CommandText.HELP,
    CommandText.OPERATOR,
    CommandText.NEW,
    CommandText.CANCEL,
    CommandText.END,
    CommandText.VOICE,
    CommandText.RATE,
    CommandText.NORATE,
    CommandText.NEWS,
    CommandText.PRIVACY,
    CommandText.MYDATA,
    CommandText.FORGET,
)
_OF_ACTIONS = {
    "booking": (CommandText.BOOK, CommandText.BOOKINGS),
    "file": (CommandText.FILES,),
    "cost_sheet": (CommandText.COST,),
}
_TESTER = (CommandText.MARK,)
_OPERATOR = (
    CommandText.CALLBACKS,
    CommandText.CALLBACK,
    CommandText.TAKE,
    CommandText.RELEASE,
    CommandText.WHY,
    CommandText.AGREEMENT,
)
_ADMIN = (
    CommandText.ADMIN,
    CommandText.STATS,
    CommandText.HEALTH,
    CommandText.STAFF,
    CommandText.INVITE,
    CommandText.INVITATIONS,
    CommandText.TOPICS,
    CommandText.HOURS,
    CommandText.MODEL,
    CommandText.MODE,
    CommandText.PROPOSALS,
    CommandText.BROADCAST,
    CommandText.BROADCASTS,
    CommandText.RETENTION,
    CommandText.HOLD,
    CommandText.HOLDS,
    CommandText.EXPORT,
    CommandText.JOBS,
    CommandText.AUDIT,
    CommandText.HERE,
)
_STAFF = {
    Role.TESTER: (CommandText.STAFF_HELP, *_TESTER),
    Role.OPERATOR: (CommandText.STAFF_HELP, *_OPERATOR),
    Role.ADMIN: (*_ADMIN, CommandText.STAFF_HELP, *_OPERATOR, *_TESTER),
}
Entry = tuple[str, str]
"""A command without its slash, and what the menu says of it."""


def menu_of(role: Role, tenant: Tenant, texts: Texts, language: str) -> Sequence[Entry]:
    """Staff see their own commands before those of customers."""
    kinds = {action.kind for action in tenant.actions}
    actions = [text for kind, offered in _OF_ACTIONS.items() if kind in kinds for text in offered]
    first, *others = _CUSTOMER
    shown = [*_STAFF.get(role, ()), first, *actions, *others]
    return [(command.value.removeprefix("command_"), texts.say(command, language)) for command in shown]


def menu_of_room(texts: Texts, language: str) -> Sequence[Entry]:
    """In the staff's group, where nobody asks the assistant."""
    shown = (*_OPERATOR, CommandText.STAFF_HELP)
    return [(command.value.removeprefix("command_"), texts.say(command, language)) for command in shown]
