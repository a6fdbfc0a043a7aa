"""Inviting through the dispatcher: as the admin who does it, and as those who open the link."""

import re
from collections.abc import AsyncIterator

import pytest

from bot.domain import ChannelName
from bot.domain.staff import Role
from bot.store.invitations import Redemption
from tests.fakes.telegram import FakeTelegram
from tests.integration.oversight_kit import ADMIN, OPERATOR, Clock, buttons, member
from tests.integration.town_kit import Town

NEWCOMER, FRIEND = 801, 802


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        for person in (NEWCOMER, FRIEND):
            server.inject.open_chat(person)
        yield server


@pytest.fixture
def town(town_with_staff: Town) -> Town:
    return town_with_staff


async def link_from(town: Town, words: str = "/invite оператор Иван") -> str:
    """What a person who taps the link says to the bot."""
    await town.say(ADMIN, words)
    screen = await town.tap(ADMIN, "Да, создать ссылку")
    found = re.search(r"https://t\.me/\w+\?start=(inv_[0-9a-f]+)", screen)
    assert found is not None, screen
    return f"/start {found[1]}"


async def role_of(town: Town, number: int) -> Role:
    return await town.people.staff.role_of(ChannelName.TELEGRAM, str(number))


async def test_an_invitation_is_asked_made_opened_and_told(town: Town) -> None:
    asked = await town.say(ADMIN, "/invite оператор Иван, смена по *выходным*")
    assert "Пометка: Иван, смена по *выходным*" in asked
    assert await town.people.admins.invitations.open() == []
    screen = await town.tap(ADMIN, "Да, создать ссылку")
    assert "Она сработает один раз, до 27.11.2026, 12:00" in screen
    link = "/start " + screen.rpartition("?start=")[2].split()[0]
    welcome = await town.say(NEWCOMER, link, name="Иван Петров")
    assert "Добро пожаловать в команду. Ваша роль: оператор" in welcome
    assert await role_of(town, NEWCOMER) is Role.OPERATOR
    assert "Приглашение принято: Иван Петров, роль: оператор" in await town.screen(ADMIN)


async def test_forwarded_after_use_it_lets_nobody_in(town: Town) -> None:
    link = await link_from(town)
    await town.say(NEWCOMER, link)
    assert "Эта ссылка уже сработала" in await town.say(FRIEND, link)
    assert await role_of(town, FRIEND) is Role.CUSTOMER
    again = await town.say(NEWCOMER, link)
    assert "Вы уже в команде, ваша роль: оператор. Ничего не изменилось" in again


async def test_an_expired_link_says_so(town: Town, clock: Clock) -> None:
    link = await link_from(town)
    clock.turn(hours=48)
    assert "Срок этой ссылки вышел" in await town.say(NEWCOMER, link)
    assert await role_of(town, NEWCOMER) is Role.CUSTOMER
    assert "срок вышел 27.11.2026, 12:00" in await town.say(ADMIN, "/invitations")


async def test_a_revoked_link_says_so(town: Town) -> None:
    link = await link_from(town)
    listed = await town.say(ADMIN, "/invitations")
    assert "1. оператор, Иван; пригласил(а) Ольга, до 27.11.2026, 12:00" in listed
    assert "перестанет сразу. Точно?" in await town.tap(ADMIN, "Отозвать 1")
    assert "Ссылка больше не работает" in await town.tap(ADMIN, "Да, отозвать")
    assert "Это приглашение отозвано" in await town.say(NEWCOMER, link)
    assert await role_of(town, NEWCOMER) is Role.CUSTOMER


async def test_ones_own_link_and_that_of_a_colleague_change_nothing(town: Town) -> None:
    link = await link_from(town, "/invite admin")
    assert "Это ваше собственное приглашение" in await town.say(ADMIN, link)
    assert "ваша роль: оператор. Ничего не изменилось" in await town.say(OPERATOR, link)
    assert await role_of(town, OPERATOR) is Role.OPERATOR
    assert "Ваша роль: админ" in await town.say(NEWCOMER, link)


async def test_a_made_up_link_is_an_ordinary_start(town: Town) -> None:
    greeted = await town.say(NEWCOMER, "/start inv_" + "ab" * 24)
    assert greeted.splitlines()[1:] == (await town.say(FRIEND, "/start")).splitlines()[1:]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/invite начальник", "Такой роли нет. Есть: оператор, тестировщик, админ"),
        ("/invite customer", "Такой роли нет"),
        ("/invite оператор " + "я" * 101, "Пометка длиннее 100 знаков"),
    ],
)
async def test_bad_words_make_nothing(town: Town, words: str, said: str) -> None:
    assert said in await town.say(ADMIN, words)
    assert "Неиспользованных приглашений нет" in await town.say(ADMIN, "/invitations")


async def test_the_role_can_be_tapped_and_the_wish_dropped(town: Town) -> None:
    await town.say(ADMIN, "/invite")
    assert "Приглашение: тестировщик" in await town.tap(ADMIN, "тестировщик")
    assert "приглашение не создано" in await town.tap(ADMIN, "Нет, не нужно")
    assert await town.people.admins.invitations.open() == []


async def test_the_yes_tapped_twice_makes_one_link(town: Town, telegram: FakeTelegram) -> None:
    await town.say(ADMIN, "/invite оператор")
    yes = next(data for data in buttons(telegram, ADMIN) if data.startswith("invite:yes:"))
    message = telegram.messages(ADMIN)[-1].message_id
    for _ in range(2):
        telegram.inject.press_old(ADMIN, message, yes)
        screen = await town.screen(ADMIN)
    assert len(await town.people.admins.invitations.open()) == 1
    assert "Приглашение готово: оператор" in screen


async def test_an_old_yes_does_not_praise_a_link_that_was_revoked(town: Town, telegram: FakeTelegram) -> None:
    await town.say(ADMIN, "/invite operator")
    yes = next(data for data in buttons(telegram, ADMIN) if data.startswith("invite:yes:"))
    await town.tap(ADMIN, "Да, создать ссылку")
    await town.say(ADMIN, "/invitations")
    await town.tap(ADMIN, "Отозвать 1")
    await town.tap(ADMIN, "Да, отозвать")
    telegram.inject.press_forged(ADMIN, yes)
    assert "ничего не создано" in await town.screen(ADMIN)
    assert await town.people.admins.invitations.open() == []


async def test_an_admin_demoted_meanwhile_makes_nothing(town: Town) -> None:
    await town.say(ADMIN, "/invite админ")
    await town.people.staff.grant(member(ADMIN, Role.OPERATOR))
    await town.tap(ADMIN, "Да, создать ссылку")
    assert town.telegram.toasts(ADMIN)[-1].text == "Эта кнопка уже не действует."
    await town.people.staff.grant(member(ADMIN, Role.ADMIN))
    assert "Неиспользованных приглашений нет" in await town.say(ADMIN, "/invitations")


async def test_the_link_of_an_admin_who_left_lets_nobody_in(town: Town) -> None:
    link = await link_from(town)
    await town.people.staff.revoke(ChannelName.TELEGRAM, str(ADMIN))
    assert "Это приглашение отозвано" in await town.say(NEWCOMER, link)


async def test_another_admins_question_cannot_be_answered(town: Town, telegram: FakeTelegram) -> None:
    await town.say(ADMIN, "/invite админ")
    yes = next(data for data in buttons(telegram, ADMIN) if data.startswith("invite:yes:"))
    await town.people.staff.grant(member(OPERATOR, Role.ADMIN))
    await town.say(OPERATOR, "/invitations")
    telegram.inject.press_forged(OPERATOR, yes)
    assert "Этот вопрос уже устарел, ничего не создано" in await town.screen(OPERATOR)
    assert await town.people.admins.invitations.open() == []


async def test_in_a_group_no_link_is_made(town: Town) -> None:
    said = await town.say(-900, "/invite оператор", person_id=ADMIN)
    assert "Приглашения создаются в личном чате со мной" in said


async def test_an_opening_that_is_delivered_again_is_welcomed_and_told_though_it_was_cut_short(
    town: Town,
) -> None:
    link = await link_from(town)
    invitations, newcomer = town.people.admins.invitations, member(NEWCOMER, Role.CUSTOMER)
    parameter = link.removeprefix("/start ")
    for update in ("7", "7"):  # whatever came between
        redemption, found = await invitations.redeem(parameter, newcomer, update)
        assert redemption is Redemption.ACCEPTED
        assert found is not None
    assert (await invitations.redeem(parameter, newcomer, "8"))[0] is Redemption.ALREADY_STAFF


async def test_a_colleagues_opening_delivered_again_changes_nothing(town: Town) -> None:
    parameter = (await link_from(town)).removeprefix("/start ")
    for _ in range(2):
        opened = await town.people.admins.invitations.redeem(parameter, member(OPERATOR, Role.OPERATOR), "7")
        assert opened[0] is Redemption.ALREADY_STAFF
