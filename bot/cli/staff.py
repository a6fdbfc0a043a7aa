"""`python -m bot staff grant|revoke|list|audit|room`: who works for the tenant, and where."""

import argparse
import re

from bot.domain import ChannelName, ChatRef
from bot.domain.staff import Member, Role, Room
from bot.errors import SettingsError
from bot.settings import Settings
from bot.store.acts import ActStore
from bot.store.staff import CONSOLE, StaffStore
from bot.wiring import load_configured_tenant
from bot.wiring.stock import opened_engine

_PERSON = "[1-9][0-9]{0,18}"
_GROUP = "-[1-9][0-9]{0,18}"


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Raises SettingsError for an id that cannot be one."""
    tenant = load_configured_tenant(settings)
    with opened_engine(settings) as engine:
        store = StaffStore(engine, tenant.name)
        match options.staff_command:
            case "grant":
                return _grant(store, options.person, Role(options.role), options.name)
            case "revoke":
                return _revoke(store, options.person)
            case "audit":
                return _audit(ActStore(engine, tenant.name), store, options.limit, options.who)
            case "room":
                return _bind(store, options.chat, has_topics=options.topics)
            case _:
                return _list(store, tenant.name)


def _grant(store: StaffStore, person: str, role: Role, name: str) -> int:
    member = Member(channel=ChannelName.TELEGRAM, external_id=_person(person), name=name.strip(), role=role)
    store.grant(member, CONSOLE)
    print(f"{person}: {role} from now on")
    return 0


def _revoke(store: StaffStore, person: str) -> int:
    member = store.member(ChannelName.TELEGRAM, _person(person))
    if store.revoke(ChannelName.TELEGRAM, person, CONSOLE):
        print(f"{person}: a customer like any other from now on")
        was_admin = member is not None and member.role is Role.ADMIN
        if was_admin and not any(other.role is Role.ADMIN for other in store.members()):
            print("nobody is an admin now; appoint one with: python -m bot staff grant ID admin")
        return 0
    print(f"{person}: has no role here")
    return 1


def _bind(store: StaffStore, chat: str, *, has_topics: bool) -> int:
    if not re.fullmatch(_GROUP, chat):
        raise SettingsError(
            f"{chat[:40]!r} is no group: its id is a negative number, e.g. -1001234567890; "
            "an admin who types /here in the group needs none"
        )
    where = ChatRef(channel=ChannelName.TELEGRAM, chat_id=chat, private=False)
    store.bind_room(Room(chat=where, has_topics=has_topics), CONSOLE)
    print(f"{chat}: the staff's room from now on{', a topic for each customer' if has_topics else ''}")
    return 0


def _audit(acts: ActStore, members: StaffStore, limit: int, who: str) -> int:
    if limit < 1:
        raise SettingsError("--limit: at least 1")
    names = members.names()
    actor = who if who in ("", CONSOLE) else f"{ChannelName.TELEGRAM}:{_person(who)}"
    for act in reversed(acts.page(limit, actor=actor)):
        name = names.get(act.actor, "")
        actor_shown = f"{act.actor} {name}".strip()
        details = " ".join(f"{key}={value}" for key, value in act.details.items())
        print(f"{act.at:%Y-%m-%d %H:%M:%SZ}  {actor_shown}  {act.act}  {act.subject}  {details}".rstrip())
    return 0


def _list(store: StaffStore, tenant: str) -> int:
    members, room = store.members(), store.room()
    for member in members:
        silent = "" if member.is_reachable else "  (has blocked the bot)"
        print(f"{member.external_id:>12}  {member.role:<8}  {member.name}{silent}".rstrip())
    if not members:
        print(f"{tenant}: nobody yet; begin with: python -m bot staff grant ID admin")
    if room is None:
        print("no room: staff are written to one by one")
    else:
        print(f"room: {room.chat.chat_id}{', with topics' if room.has_topics else ''}")
    return 0


def _person(value: str) -> str:
    if not re.fullmatch(_PERSON, value):
        raise SettingsError(f"{value[:40]!r} is no Telegram id: it is a number, e.g. 12345678, not a @name")
    return value
