"""/admin, /staff and /audit through the dispatcher, and the menus of commands that each role is shown."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiogram import Bot

from bot.domain import ChannelName, ChatRef
from bot.domain.staff import Role, Room
from bot.handlers.commands_menu import keep_commands
from bot.people.admins.home import COMMANDS
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.clients import aiogram_bot
from tests.fakes.telegram.faults import Fault, FaultKind
from tests.integration.oversight_kit import ADMIN, CUSTOMER, OPERATOR, TESTER, member
from tests.integration.town_kit import Town

STRANGER = 805


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def town(town_with_staff: Town) -> Town:
    return town_with_staff


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    async with aiogram_bot(telegram) as bot:
        yield bot


def seen(town: Town, person: int, chat: int | None = None, language: str = "ru") -> dict[str, str]:
    return town.telegram.account.commands_seen(person, chat, language)


async def test_the_home_opens_every_room(town: Town, telegram: FakeTelegram) -> None:
    home = await town.say(ADMIN, "/admin")
    assert "Требует внимания: Исполнители" in home
    for command in sorted(COMMANDS):
        before = len(telegram.messages(ADMIN))
        telegram.inject.press(ADMIN, f"home:{command}")
        await town.screen(ADMIN)
        opened = telegram.messages(ADMIN)[before:]
        assert [message.from_bot for message in opened] == [True], command
        assert "I do not know" not in opened[0].text, command
        await town.say(ADMIN, "/cancel")


async def test_a_room_that_is_none_is_outdated(town: Town, telegram: FakeTelegram) -> None:
    await town.say(ADMIN, "/admin")
    telegram.inject.press_forged(ADMIN, "home:forget")
    await town.screen(ADMIN)
    assert telegram.toasts(ADMIN)[-1].text == "Эта кнопка уже не действует."


async def test_many_members_are_paged_and_found_by_name(town: Town) -> None:
    for number in range(40):
        await town.people.staff.grant(replace(member(9000 + number, Role.OPERATOR), name=f"Сменщик {number}"))
    first = await town.say(ADMIN, "/staff")
    assert "20. Сменщик 15: оператор" in first
    assert "Сменщик 16" not in first
    await town.tap(ADMIN, "Дальше")
    last = await town.tap(ADMIN, "Дальше")
    assert "45. " not in last
    assert "44. Сменщик 39: оператор" in last
    assert "21. Сменщик 16" in await town.tap(ADMIN, "Назад")
    assert "Сменщик 39, номер 9039" in await town.say(ADMIN, "/staff сменщик 39")
    assert "Пётр, номер 502" in await town.say(ADMIN, "/staff 502")
    assert "нет никого с таким именем" in await town.say(ADMIN, "/staff -1")


async def test_a_role_is_changed_with_a_question_and_read_back(town: Town) -> None:
    assert "2. Пётр: оператор" in await town.say(ADMIN, "/staff")
    await town.tap(ADMIN, "Пётр")
    asked = await town.tap(ADMIN, "Сделать роль: тестировщик")
    assert "Сейчас: оператор. Будет: тестировщик. Точно?" in asked
    assert "Готово. Пётр: тестировщик." in await town.tap(ADMIN, "Да, тестировщик")
    assert "Ваша роль теперь: тестировщик" in await town.screen(OPERATOR)
    assert "Ольга: выдана роль: Пётр (тестировщик)" in await town.say(ADMIN, "/audit")


async def test_who_is_taken_the_role_is_told_and_may_ask_on(town: Town) -> None:
    await town.say(ADMIN, "/staff")
    await town.tap(ADMIN, "Пётр")
    await town.tap(ADMIN, "Забрать роль")
    assert "Готово. Пётр: больше не сотрудник." in await town.tap(ADMIN, "Да, забрать")
    assert "Вы больше не в списке сотрудников" in await town.screen(OPERATOR)
    assert await town.people.staff.role_of(ChannelName.TELEGRAM, str(OPERATOR)) is Role.CUSTOMER


async def test_the_last_admin_cannot_go(town: Town) -> None:
    await town.say(ADMIN, "/staff")
    await town.tap(ADMIN, "Ольга")
    assert "Это вы: команды админа у вас пропадут." in await town.tap(ADMIN, "Забрать роль")
    assert "последний админ" in await town.tap(ADMIN, "Да, забрать")
    assert await town.people.staff.role_of(ChannelName.TELEGRAM, str(ADMIN)) is Role.ADMIN


async def test_of_two_admins_who_change_one_role_the_second_is_told(town: Town) -> None:
    await town.say(ADMIN, "/staff")
    await town.tap(ADMIN, "Пётр")
    await town.tap(ADMIN, "Сделать роль: админ")
    await town.people.staff.grant(member(OPERATOR, Role.TESTER))
    assert "Сейчас Пётр: тестировщик. Ваше изменение не принято" in await town.tap(ADMIN, "Да, админ")
    assert await town.people.staff.role_of(ChannelName.TELEGRAM, str(OPERATOR)) is Role.TESTER


async def test_an_admin_demoted_before_the_yes_changes_nothing(town: Town) -> None:
    await town.say(ADMIN, "/staff")
    await town.tap(ADMIN, "Пётр")
    await town.tap(ADMIN, "Сделать роль: админ")
    await town.people.staff.grant(member(ADMIN, Role.OPERATOR))
    await town.tap(ADMIN, "Да, админ")
    assert await town.people.staff.role_of(ChannelName.TELEGRAM, str(OPERATOR)) is Role.OPERATOR


async def test_the_record_is_read_by_pages_and_by_person(town: Town, telegram: FakeTelegram) -> None:
    for number in range(30):
        await town.people.staff.note_act(member(OPERATOR, Role.OPERATOR), "phone_shown", f"callback:{number}")
    first = await town.say(ADMIN, "/audit")
    assert "Пётр: показан номер телефона: заявка № 29" in first
    assert "заявка № 17" not in first
    older = await town.tap(ADMIN, "Раньше")
    assert "заявка № 17" in older
    assert "заявка № 29" in await town.tap(ADMIN, "К последним")
    assert "выдана роль" not in telegram.messages(ADMIN)[-1].text
    own = await town.say(ADMIN, "/audit Ольга")
    assert "В журнале пока ничего нет" in own
    assert "Напишите номер сотрудника или его имя" in await town.say(ADMIN, "/audit Никто")
    assert "командная строка: выдана роль" in await town.say(ADMIN, "/audit Командная строка")


async def test_an_act_that_is_not_known_here_is_shown_by_its_name(town: Town) -> None:
    await town.people.staff.note_act(member(ADMIN, Role.ADMIN), "moon_painted", "moon", colour="*blue*")
    assert "Ольга: moon painted (colour: *blue*)" in await town.say(ADMIN, "/audit")


async def test_each_role_is_shown_its_own_commands(town: Town, bot: Bot) -> None:
    await keep_commands(bot, town.people)
    assert "start" in seen(town, CUSTOMER)
    assert not {"admin", "callbacks", "staff_help"} & seen(town, CUSTOMER).keys()
    assert {"callbacks", "staff_help", "start"} <= seen(town, OPERATOR).keys()
    assert "admin" not in seen(town, OPERATOR)
    assert "mark" in seen(town, TESTER)
    assert seen(town, ADMIN)["audit"] == "журнал действий"
    assert seen(town, ADMIN, language="en")["audit"] == "record of acts"
    assert seen(town, STRANGER) == seen(town, CUSTOMER)


async def test_the_menus_follow_grants_and_revocations(town: Town, bot: Bot) -> None:
    await keep_commands(bot, town.people)
    await town.people.staff.revoke(ChannelName.TELEGRAM, str(OPERATOR))
    await town.people.staff.grant(member(TESTER, Role.ADMIN))
    await keep_commands(bot, town.people)
    assert "callbacks" not in seen(town, OPERATOR)
    assert "admin" in seen(town, TESTER)


async def test_the_room_is_shown_what_is_done_in_it(town: Town, bot: Bot) -> None:
    room = ChatRef(channel=ChannelName.TELEGRAM, chat_id="-900", private=False)
    town.telegram.inject.open_chat(-900)
    await town.people.staff.bind_room(Room(chat=room, has_topics=False))
    await keep_commands(bot, town.people)
    assert "callbacks" in seen(town, CUSTOMER, -900)
    assert "admin" not in seen(town, ADMIN, -900)


async def test_what_stands_costs_no_call_and_a_refusal_no_harm(town: Town, bot: Bot) -> None:
    """The first member, who is the admin, is refused as one whose chat is not there."""
    refusal = Fault(kind=FaultKind.ERROR, methods=("setMyCommands",), skip=3, times=1, status=400)
    town.telegram.faults.add(refusal)
    await keep_commands(bot, town.people)
    assert seen(town, ADMIN) == seen(town, CUSTOMER)
    assert "callbacks" in seen(town, OPERATOR)
    before = len(town.telegram.audit.calls("setMyCommands"))
    await keep_commands(bot, town.people)
    assert len(town.telegram.audit.calls("setMyCommands")) == before


async def test_a_telegram_that_is_away_is_asked_again(town: Town, bot: Bot) -> None:
    away = town.telegram.faults.add(Fault(kind=FaultKind.ERROR, methods=("setMyCommands",), status=500))
    await keep_commands(bot, town.people)
    town.telegram.faults.remove(away)
    assert seen(town, CUSTOMER) == {}
    await keep_commands(bot, town.people)
    assert "callbacks" in seen(town, OPERATOR)
