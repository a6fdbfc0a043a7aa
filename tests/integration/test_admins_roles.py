"""Changes of roles in both databases: one admin always stays."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine

from bot.domain import ChannelName
from bot.domain.staff import Member, Role
from bot.store.acts import ActStore
from bot.store.members import MemberStore, RoleChange
from bot.store.staff import StaffStore


def member(number: int, role: Role) -> Member:
    return Member(channel=ChannelName.TELEGRAM, external_id=str(number), name=f"{number}", role=role)


@pytest.fixture
def staff(engine: Engine) -> StaffStore:
    return StaffStore(engine, "bakery")


@pytest.fixture
def members(engine: Engine, staff: StaffStore) -> MemberStore:
    for number, role in ((1, Role.ADMIN), (2, Role.ADMIN), (3, Role.OPERATOR)):
        staff.grant(member(number, role), "console")
    return MemberStore(engine, "bakery")


def roles(staff: StaffStore) -> dict[str, Role]:
    return {member.external_id: member.role for member in staff.members()}


def test_a_role_is_changed_and_taken_away(members: MemberStore, staff: StaffStore) -> None:
    assert members.change_role(member(3, Role.OPERATOR), Role.TESTER, "telegram:1") is RoleChange.DONE
    assert members.change_role(member(2, Role.ADMIN), None, "telegram:1") is RoleChange.DONE
    assert roles(staff) == {"1": Role.ADMIN, "3": Role.TESTER}


@pytest.mark.parametrize("to", [None, Role.OPERATOR])
def test_the_last_admin_stays(members: MemberStore, staff: StaffStore, to: Role | None) -> None:
    members.change_role(member(2, Role.ADMIN), None, "telegram:1")
    assert members.change_role(member(1, Role.ADMIN), to, "telegram:1") is RoleChange.LAST_ADMIN
    assert roles(staff)["1"] is Role.ADMIN


def test_an_admin_of_another_business_does_not_count(
    engine: Engine, members: MemberStore, staff: StaffStore
) -> None:
    StaffStore(engine, "garage").grant(member(9, Role.ADMIN), "console")
    members.change_role(member(2, Role.ADMIN), None, "telegram:1")
    assert members.change_role(member(1, Role.ADMIN), None, "telegram:1") is RoleChange.LAST_ADMIN


def test_two_admins_who_remove_each_other_at_once_leave_one(members: MemberStore, staff: StaffStore) -> None:
    start = Barrier(2)

    def remove(number: int) -> RoleChange:
        start.wait(timeout=10)
        return members.change_role(member(number, Role.ADMIN), None, f"telegram:{3 - number}")

    with ThreadPoolExecutor(2) as threads:
        found = sorted(threads.map(remove, (1, 2)))
    assert found == [RoleChange.DISMISSED, RoleChange.DONE]
    assert list(roles(staff).values()).count(Role.ADMIN) == 1


def test_an_admin_who_was_demoted_in_the_middle_of_it_changes_nothing(
    engine: Engine, members: MemberStore, staff: StaffStore
) -> None:
    staff.grant(member(4, Role.ADMIN), "console")
    members.change_role(member(2, Role.ADMIN), Role.OPERATOR, "telegram:1")
    before = (roles(staff), ActStore(engine, "bakery").page(1))
    for whom, role in ((1, Role.ADMIN), (3, Role.OPERATOR), (2, Role.OPERATOR)):
        assert members.change_role(member(whom, role), Role.TESTER, "telegram:2") is RoleChange.DISMISSED
    assert (roles(staff), ActStore(engine, "bakery").page(1)) == before


def test_what_somebody_else_changed_first_is_not_changed_again(
    members: MemberStore, staff: StaffStore
) -> None:
    staff.grant(member(3, Role.TESTER), "console")
    assert members.change_role(member(3, Role.OPERATOR), Role.ADMIN, "telegram:1") is RoleChange.CHANGED
    assert roles(staff)["3"] is Role.TESTER
    assert members.change_role(member(8, Role.OPERATOR), None, "telegram:1") is RoleChange.CHANGED


def test_the_roster_tells_since_when_and_the_last_act(
    engine: Engine, members: MemberStore, staff: StaffStore
) -> None:
    staff.note("telegram:3", "phone_shown", "callback:1", {})
    roster = {entry.member.external_id: entry for entry in members.roster()}
    assert list(roster) == ["1", "2", "3"]
    assert roster["1"].last_act_at is None
    shown = ActStore(engine, "bakery").page(1)[0]
    assert roster["3"].last_act_at == shown.at
    assert roster["3"].since <= shown.at


def test_changes_are_on_record_and_refusals_are_not(engine: Engine, members: MemberStore) -> None:
    members.change_role(member(2, Role.ADMIN), Role.OPERATOR, "telegram:1")
    members.change_role(member(1, Role.ADMIN), None, "telegram:1")
    newest = ActStore(engine, "bakery").page(1)[0]
    assert (newest.actor, newest.act, newest.subject) == ("telegram:1", "granted", "telegram:2")
    assert newest.details == {"role": "operator"}
