"""Who works here, in both databases and at the command line."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bot.domain import ChannelName, ChatRef
from bot.domain.staff import Member, Role, Room
from bot.staff.roles import Staff
from bot.store.staff import ACTS, StaffStore

ROOT = Path(__file__).parents[2]
BAKERY = ROOT / "tests" / "fixtures" / "tenants" / "bakery"
TELEGRAM = ChannelName.TELEGRAM
GROUP = Room(chat=ChatRef(channel=TELEGRAM, chat_id="-77", private=False), has_topics=False)


@pytest.fixture
def staff(engine: Engine) -> Staff:
    return Staff(StaffStore(engine, "bakery"))


def member(number: int, role: Role = Role.OPERATOR, name: str = "Олег") -> Member:
    return Member(channel=TELEGRAM, external_id=str(number), name=name, role=role)


def acts(engine: Engine) -> list[tuple[str, str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(select(ACTS.c.actor, ACTS.c.act, ACTS.c.subject).order_by(ACTS.c.id))
        return [(row.actor, row.act, row.subject) for row in rows]


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.CUSTOMER, {Role.CUSTOMER}),
        (Role.OPERATOR, {Role.CUSTOMER, Role.OPERATOR}),
        (Role.TESTER, {Role.CUSTOMER, Role.TESTER}),
        (Role.ADMIN, set(Role)),
    ],
)
def test_an_admin_may_do_all_and_others_their_own(role: Role, may: set[Role]) -> None:
    assert {other for other in Role if role.may_act_as(other)} == may


async def test_whoever_was_granted_nothing_is_a_customer(staff: Staff) -> None:
    await staff.grant(member(5))
    assert await staff.role_of(TELEGRAM, "5") is Role.OPERATOR
    assert await staff.role_of(TELEGRAM, "6") is Role.CUSTOMER
    assert await staff.role_of(ChannelName.CONSOLE, "5") is Role.CUSTOMER


async def test_a_role_of_one_business_is_none_in_another(engine: Engine, staff: Staff) -> None:
    await staff.grant(member(5, Role.ADMIN))
    assert await Staff(StaffStore(engine, "garage")).role_of(TELEGRAM, "5") is Role.CUSTOMER


async def test_another_role_replaces_the_first_and_the_name_stays(staff: Staff) -> None:
    await staff.grant(member(5))
    await staff.grant(member(5, Role.TESTER, name=""))
    assert await staff.members() == [member(5, Role.TESTER)]


async def test_the_revoked_is_a_customer_in_every_process(engine: Engine, staff: Staff) -> None:
    await staff.grant(member(5))
    assert await Staff(StaffStore(engine, "bakery")).revoke(TELEGRAM, "5")
    assert await staff.role_of(TELEGRAM, "5") is Role.CUSTOMER
    assert await staff.members() == []
    assert not await staff.revoke(TELEGRAM, "5")


async def test_on_duty_are_operators_and_admins_who_can_be_reached(staff: Staff) -> None:
    for number, role in ((5, Role.OPERATOR), (6, Role.TESTER), (7, Role.ADMIN), (8, Role.OPERATOR)):
        await staff.grant(member(number, role))
    await staff.mark_reachable(member(8), reachable=False)
    assert [one.external_id for one in await staff.on_duty()] == ["5", "7"]
    await staff.grant(member(8))
    assert [one.external_id for one in await staff.on_duty()] == ["5", "7", "8"]


async def test_the_room_is_one_and_moves_once(engine: Engine, staff: Staff) -> None:
    assert await staff.room() is None
    assert await staff.bind_room(GROUP, member(5))
    assert not await staff.bind_room(GROUP, member(5))
    assert await staff.move_room(TELEGRAM, "-77", "-100")
    assert not await staff.move_room(TELEGRAM, "-77", "-100")
    room = await staff.room()
    assert room is not None
    assert (room.chat.key, room.has_topics) == ("telegram:-100", False)
    assert acts(engine) == [
        ("telegram:5", "room_bound", "telegram:-77"),
        ("telegram", "room_moved", "telegram:-100"),
    ]


async def test_what_is_done_is_written_down(engine: Engine, staff: Staff) -> None:
    await staff.grant(member(5))
    await staff.revoke(TELEGRAM, "5", by=member(7, Role.ADMIN))
    await staff.note_act(member(5), "phone_shown", "callback:12", tries=2)
    assert acts(engine) == [
        ("console", "granted", "telegram:5"),
        ("telegram:7", "revoked", "telegram:5"),
        ("telegram:5", "phone_shown", "callback:12"),
    ]


Bot = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {**inherited, "PYTHONPATH": str(ROOT), "DATA_DIR": str(tmp_path), "TENANT": str(BAKERY)}

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "bot", "staff", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
        )

    return run


def test_the_owner_grants_lists_and_revokes(bot: Bot) -> None:
    assert bot("list").stdout.startswith("bakery: nobody yet; begin with: python -m bot staff grant ID admin")
    assert bot("grant", "12345", "operator", "--name", "Олег").stdout == "12345: operator from now on\n"
    assert bot("room", "-1001234567890", "--topics").returncode == 0
    assert bot("list").stdout.splitlines() == [
        "       12345  operator  Олег",
        "room: -1001234567890, with topics",
    ]
    assert bot("revoke", "12345").stdout == "12345: a customer like any other from now on\n"
    again = bot("revoke", "12345")
    assert (again.returncode, again.stdout) == (1, "12345: has no role here\n")


def test_the_owner_reads_the_record_and_is_warned_of_nobody_left(bot: Bot) -> None:
    bot("grant", "12345", "admin", "--name", "Ольга")
    assert "nobody is an admin now" in bot("revoke", "12345").stdout
    lines = bot("audit").stdout.splitlines()
    assert [line.split("  ")[1:] for line in lines] == [
        ["console", "granted", "telegram:12345", "role=admin"],
        ["console", "revoked", "telegram:12345"],
    ]
    assert len(bot("audit", "--limit", "1", "--who", "console").stdout.splitlines()) == 1
    assert bot("audit", "--who", "12345").stdout == ""
    assert bot("audit", "--limit", "0").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("grant", "@oleg", "operator"), "is no Telegram id"),
        (("grant", "007", "operator"), "is no Telegram id"),
        (("grant", "12345", "boss"), "invalid choice: 'boss'"),
        (("room", "12345"), "is no group: its id is a negative number"),
        (("revoke", "9" * 40), "is no Telegram id"),
    ],
)
def test_what_cannot_be_is_told(bot: Bot, arguments: tuple[str, ...], said: str) -> None:
    refused = bot(*arguments)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert said in refused.stderr
