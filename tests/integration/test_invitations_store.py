"""Invitations in both databases: each makes one person a member, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, text

from bot.domain import ChannelName
from bot.domain.staff import Member, Role
from bot.store.acts import ActStore
from bot.store.invitations import InvitationStore, Redemption
from bot.store.staff import StaffStore

NOW = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=48)
TOKEN = "a1" * 24


def member(number: int, role: Role = Role.CUSTOMER, name: str = "Пётр") -> Member:
    return Member(channel=ChannelName.TELEGRAM, external_id=str(number), name=name, role=role)


@pytest.fixture
def staff(engine: Engine) -> StaffStore:
    store = StaffStore(engine, "bakery")
    store.grant(member(1, Role.ADMIN, "Ольга"), "console")
    return store


@pytest.fixture
def invitations(engine: Engine, staff: StaffStore) -> InvitationStore:
    store = InvitationStore(engine, "bakery")
    make(store)
    return store


def make(store: InvitationStore, token: str = TOKEN, by: int = 1) -> None:
    store.make(token, Role.OPERATOR, "смена", f"telegram:{by}", at=NOW, until=LATER)


def roles(staff: StaffStore) -> dict[str, Role]:
    return {member.external_id: member.role for member in staff.members()}


def test_whoever_opens_it_becomes_staff(invitations: InvitationStore, staff: StaffStore) -> None:
    redemption, found = invitations.redeem(TOKEN, member(5), NOW)
    assert redemption is Redemption.ACCEPTED
    assert found is not None
    assert (found.used_by, found.role) == ("telegram:5", Role.OPERATOR)
    assert roles(staff) == {"1": Role.ADMIN, "5": Role.OPERATOR}
    assert invitations.open(NOW) == []


def test_it_works_once(invitations: InvitationStore, staff: StaffStore) -> None:
    invitations.redeem(TOKEN, member(5), NOW)
    assert invitations.redeem(TOKEN, member(6), NOW)[0] is Redemption.USED
    assert invitations.redeem(TOKEN, member(5), NOW)[0] is Redemption.ALREADY_STAFF
    assert "6" not in roles(staff)


def test_of_many_at_once_one_comes_in(invitations: InvitationStore, staff: StaffStore) -> None:
    start = Barrier(6)

    def open_it(number: int) -> Redemption:
        start.wait(timeout=10)
        return invitations.redeem(TOKEN, member(number), NOW)[0]

    with ThreadPoolExecutor(6) as threads:
        found = sorted(threads.map(open_it, range(10, 16)))
    assert found == [Redemption.ACCEPTED, *[Redemption.USED] * 5]
    assert len(roles(staff)) == 2


def test_one_person_with_two_links_at_once_uses_one(invitations: InvitationStore, staff: StaffStore) -> None:
    make(invitations, "b2" * 24)
    start = Barrier(2)

    def open_it(token: str) -> Redemption:
        start.wait(timeout=10)
        return invitations.redeem(token, member(5), NOW)[0]

    with ThreadPoolExecutor(2) as threads:
        found = sorted(threads.map(open_it, (TOKEN, "b2" * 24)))
    assert found == [Redemption.ACCEPTED, Redemption.ALREADY_STAFF]
    assert len(invitations.open(NOW)) == 1


def test_it_expires_to_the_second(invitations: InvitationStore, staff: StaffStore) -> None:
    assert invitations.redeem(TOKEN, member(5), LATER)[0] is Redemption.EXPIRED
    assert roles(staff) == {"1": Role.ADMIN}
    just_before = LATER - timedelta(seconds=1)
    assert invitations.redeem(TOKEN, member(5), just_before)[0] is Redemption.ACCEPTED


def test_a_revoked_one_lets_nobody_in(invitations: InvitationStore, staff: StaffStore) -> None:
    number = invitations.open(NOW)[0].number
    assert invitations.revoke(number, "telegram:1", NOW)
    assert not invitations.revoke(number, "telegram:1", NOW)
    assert invitations.redeem(TOKEN, member(5), NOW)[0] is Redemption.REVOKED
    assert roles(staff) == {"1": Role.ADMIN}


def test_ones_own_link_stays_good(invitations: InvitationStore) -> None:
    assert invitations.redeem(TOKEN, member(1), NOW)[0] is Redemption.OWN
    assert len(invitations.open(NOW)) == 1


def test_staff_keep_their_role_and_the_link_stays_good(
    invitations: InvitationStore, staff: StaffStore
) -> None:
    staff.grant(member(5, Role.TESTER), "console")
    assert invitations.redeem(TOKEN, member(5), NOW)[0] is Redemption.ALREADY_STAFF
    assert roles(staff)["5"] is Role.TESTER
    assert len(invitations.open(NOW)) == 1


def test_who_left_may_come_back(invitations: InvitationStore, staff: StaffStore) -> None:
    staff.grant(member(5, Role.TESTER), "console")
    staff.revoke(ChannelName.TELEGRAM, "5", "console")
    assert invitations.redeem(TOKEN, member(5), NOW)[0] is Redemption.ACCEPTED
    assert roles(staff)["5"] is Role.OPERATOR


@pytest.mark.parametrize("role", [None, Role.OPERATOR])
def test_who_may_invite_no_more_lets_nobody_in(
    invitations: InvitationStore, staff: StaffStore, role: Role | None
) -> None:
    if role is None:
        staff.revoke(ChannelName.TELEGRAM, "1", "console")
    else:
        staff.grant(member(1, role), "console")
    assert invitations.open(NOW) == []
    assert invitations.redeem(TOKEN, member(5), NOW)[0] is Redemption.REVOKED
    assert "5" not in roles(staff)


def test_a_token_of_nobody_is_unknown_also_elsewhere(engine: Engine, invitations: InvitationStore) -> None:
    assert invitations.redeem("c3" * 24, member(5), NOW) == (Redemption.UNKNOWN, None)
    assert InvitationStore(engine, "garage").redeem(TOKEN, member(5), NOW)[0] is Redemption.UNKNOWN


def test_the_token_itself_is_nowhere_in_the_database(engine: Engine, invitations: InvitationStore) -> None:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM invitations")).all()
        acts = connection.execute(text("SELECT * FROM staff_acts")).all()
    assert TOKEN not in f"{rows} {acts}"


def test_made_twice_it_is_one(engine: Engine, invitations: InvitationStore) -> None:
    make(invitations)
    assert len(invitations.open(NOW)) == 1
    assert [act.act for act in ActStore(engine, "bakery").page(9)].count("invited") == 1


def test_each_step_is_on_record(engine: Engine, invitations: InvitationStore) -> None:
    invitations.redeem(TOKEN, member(5), NOW)
    acts = [(act.actor, act.act, act.subject) for act in ActStore(engine, "bakery").page(3)]
    number = invitations.ended(NOW, since=NOW, limit=1)[0].number
    assert acts == [
        ("telegram:5", "invitation_used", f"invitation:{number}"),
        ("telegram:1", "granted", "telegram:5"),
        ("telegram:1", "invited", f"invitation:{number}"),
    ]
