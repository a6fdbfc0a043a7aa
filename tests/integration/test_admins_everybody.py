"""Every command of the staff, typed by everybody: whoever may not, reads what an ordinary text gets."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiogram.filters import Command
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain.staff import Role
from bot.handlers.dispatcher import staff_routers
from bot.handlers.roles import HasRole
from bot.people.admins.commands import menu_of
from bot.store.staff import ACTS
from bot.texts.broadcasts import BroadcastText
from bot.texts.cards import DeskText
from bot.texts.invitations import InvitationText
from tests.fakes.telegram import FakeTelegram
from tests.integration.oversight_kit import ADMIN, CUSTOMER, OPERATOR, ROLES, TESTER, open_bakery
from tests.integration.town_kit import Town

OUTSIDER = 999
NONSENSE = "/nosuchcommand"
"""Nobody handles it: what it gets is what an ordinary text gets."""
WORDS = {"callback": "callback", "hours": "часы работы"}
"""Commands that say what customers say, too."""


def commands() -> Iterator[tuple[str, Role]]:
    """Each command that asks for a role, and the least of the roles that it is for."""
    for router in staff_routers():
        for handler in router.message.handlers:
            filters = [found.callback for found in handler.filters or ()]
            roles = [found.role for found in filters if isinstance(found, HasRole)]
            for found in filters:
                if isinstance(found, Command) and roles:
                    yield from ((str(name), roles[0]) for name in found.commands)


FOR: dict[str, set[Role]] = {}
for name, role in commands():
    FOR.setdefault(name, set()).add(role)


def test_no_command_of_the_staff_goes_without_a_role() -> None:
    bare = [
        router.name
        for router in staff_routers()
        for handler in router.message.handlers
        if any(isinstance(found.callback, Command) for found in handler.filters or ())
        and not any(isinstance(found.callback, HasRole) for found in handler.filters or ())
    ]
    assert bare == ["invitations"]  # /start with a link


def test_no_button_of_the_admins_goes_without_a_role() -> None:
    """So that whoever is demoted between a question and its yes changes nothing."""
    bare = {
        handler.callback.__name__
        for router in staff_routers()
        for handler in router.callback_query.handlers
        if not any(isinstance(found.callback, HasRole) for found in handler.filters or ())
    }
    assert bare == {"refuse", "tapped_by_others"}  # say that it is for staff alone


async def test_the_menus_hold_every_command_of_their_role_and_no_others(town: Town) -> None:
    people = town.people
    customers = {name for name, _ in menu_of(Role.CUSTOMER, people.tenant, people.texts, "ru")}
    for role in (Role.OPERATOR, Role.TESTER, Role.ADMIN):
        shown = {name for name, _ in menu_of(role, people.tenant, people.texts, "ru")} - customers
        may = {name for name, roles in FOR.items() if any(role.may_act_as(found) for found in roles)}
        assert shown == may


@pytest.fixture
async def town(
    telegram: FakeTelegram, redis: Redis, prefix: str, sqlite_engine: Engine, tmp_path: Path
) -> AsyncIterator[Town]:
    async with open_bakery(telegram, redis, prefix, sqlite_engine, tmp_path) as town:
        yield town


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.inject.open_chat(OUTSIDER)
        yield server


async def reply(town: Town, person: int, words: str) -> str:
    """What this alone was answered with."""
    before = len(town.telegram.messages(person))
    await town.say(person, words)
    said = town.telegram.messages(person)[before:]
    return "\n".join(message.text for message in said if message.from_bot)


@pytest.mark.parametrize("person", [OUTSIDER, CUSTOMER, OPERATOR, TESTER], ids=str)
async def test_who_may_not_reads_what_an_ordinary_text_gets(town: Town, person: int) -> None:
    has = ROLES.get(person, Role.CUSTOMER)
    await reply(town, person, NONSENSE)  # colleagues are called, once
    ordinary = await reply(town, person, NONSENSE)
    acts = _acts(town)
    assert ordinary
    for name, roles in FOR.items():
        if name not in WORDS and not any(has.may_act_as(role) for role in roles):
            assert await reply(town, person, f"/{name}") == ordinary, name
            assert await reply(town, person, f"/{name} 60") == ordinary, name
    assert _acts(town) == acts


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("person", [OUTSIDER, CUSTOMER, TESTER], ids=str)
async def test_a_word_that_customers_say_too_means_to_them_what_it_says(
    town: Town, person: int, word: str
) -> None:
    as_word = await reply(town, person, WORDS[word])
    await reply(town, person, "/cancel")
    assert await reply(town, person, f"/{word}") == as_word


@pytest.mark.parametrize("person", [OPERATOR, TESTER, ADMIN], ids=str)
async def test_who_may_reads_something_of_its_own(town: Town, person: int) -> None:
    has = ROLES[person]
    await reply(town, person, NONSENSE)
    ordinary = await reply(town, person, NONSENSE)
    for name, roles in FOR.items():
        if any(has.may_act_as(role) for role in roles):
            told = await reply(town, person, f"/{name}")
            assert told, name
            assert told != ordinary, name
            await reply(town, person, "/cancel")  # leaves whatever form it has opened


async def test_a_group_of_strangers_is_shown_nothing_whatever_an_admin_types(town: Town) -> None:
    refusals = {
        town.people.texts.say(text, "ru")
        for text in (DeskText.ONLY_AMONG_STAFF, InvitationText.ONLY_PRIVATELY, BroadcastText.ONLY_PRIVATE)
    }
    for name in sorted(FOR.keys() - {"here", "release"}):
        town.telegram.inject.message(-900, f"/{name}", person_id=ADMIN, title="Болталка")
        await town.screen(-900)
        assert town.telegram.messages(-900)[-1].text in refusals, name


@pytest.mark.parametrize("person", [OUTSIDER, CUSTOMER, OPERATOR, TESTER], ids=str)
async def test_a_forged_tap_of_who_may_not_changes_nothing(town: Town, person: int) -> None:
    await town.say(person, NONSENSE)
    acts, roles = _acts(town), await town.people.staff.members()
    for data in FORGED:
        before = town.telegram.screen(person)
        town.telegram.inject.press_forged(person, data)
        after = await town.screen(person)
        assert after == before, data
    assert (_acts(town), await town.people.staff.members()) == (acts, roles)


FORGED = (
    "home:stats",
    "stats:7",
    "health:again",
    "audit:0:",
    "staff:all",
    "staff:one:1",
    "staff:ask:2:operator:admin",
    "staff:yes:2:operator:admin",
    "staff:yes:1:admin:none",
    "invite:for:admin",
    "invite:yes:1",
    "invite:list",
    "invite:off:1",
    "invite:gone:1",
    "ret:set:1:0",
    "job:r:0:purge",
)


def _acts(town: Town) -> int:
    with town.engine.connect() as connection:
        return len(connection.execute(ACTS.select()).all())
