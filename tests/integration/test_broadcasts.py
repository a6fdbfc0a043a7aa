"""/broadcast and /broadcasts as admins see them, and as everybody else does."""

import pytest

from bot.domain import ChannelName
from bot.errors import StoreFull
from bot.store.broadcasts import BroadcastStore
from tests.integration.broadcast_kit import (
    ADMIN,
    OPERATOR,
    OUTSIDER,
    SECOND_ADMIN,
    WORDS,
    begin,
    copies,
    person,
    subscriber,
)
from tests.integration.oversight_kit import CLOSED, Clock
from tests.integration.town_kit import Town


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def town(town_with_news: Town) -> Town:
    return town_with_news


async def drafted(town: Town, text: str = f"**{WORDS}** уже в продаже", admin: int = ADMIN) -> str:
    await town.say(admin, "/broadcast")
    return await town.say(admin, text)


async def test_an_admin_writes_sees_and_sends_it(town: Town) -> None:
    assert "Согласились получать новости: 5 человек" in await town.say(ADMIN, "/broadcast")
    assert "Получат: 5 человек" in await town.say(ADMIN, f"**{WORDS}** по коду {{promo}}")
    await town.tap(ADMIN, "Промокод")
    assert "Промокод: ХЛЕБ10" in await town.say(ADMIN, "хлеб10")
    await town.tap(ADMIN, "Кнопка")
    await town.say(ADMIN, "Заказать - https://example.ru/bread")
    shown = await town.tap(ADMIN, "Показать, как увидят")
    assert f"{WORDS} по коду ХЛЕБ10\n    [Заказать]\n    [Не присылать больше]" in shown
    assert "Точно отправить 5 людям?" in await town.tap(ADMIN, "Отправить 5 людям")
    assert copies(town) == [0, 0, 0, 0, 0]
    assert "Рассылка №1 началась" in await town.tap(ADMIN, "Да, отправить 5 людям")
    await town.do_duty("broadcasts")
    assert copies(town) == [1, 1, 1, 1, 1]
    got = town.telegram.sent(subscriber(1))[-1]
    assert got.text == f"{WORDS} по коду ХЛЕБ10"
    assert "№1" in await town.say(ADMIN, "/broadcasts")


async def test_a_new_one_is_said_to_wait_only_for_what_goes_out(town: Town, clock: Clock) -> None:
    waits = "Сейчас уже идёт рассылка №1"
    await begin(town)
    assert waits in await town.say(ADMIN, "/broadcast")
    clock.at = CLOSED
    assert waits not in (await town.say(SECOND_ADMIN, "/broadcast"))


@pytest.mark.parametrize("command", ["/broadcast", "/broadcasts"])
@pytest.mark.parametrize("who", [OPERATOR, OUTSIDER, subscriber(1)])
async def test_nobody_else_learns_that_there_is_such_a_command(town: Town, who: int, command: str) -> None:
    screen = (await town.say(who, command)).lower()
    assert "рассыл" not in screen
    assert "broadcast" not in screen.replace(command, "")


async def test_an_audience_of_nobody_is_told_and_nothing_begins(town: Town) -> None:
    for number in range(1, 6):
        await town.people.consents.take_news(person(subscriber(number)), takes=False)
    assert "рассылать некому" in await town.say(ADMIN, "/broadcast")


async def test_conditions_that_nobody_meets_begin_nothing(town: Town) -> None:
    await drafted(town)
    await town.tap(ADMIN, "Кому")
    await town.tap(ADMIN, "Писали: когда угодно")
    assert "Получат: 0 человек" in await town.tap(ADMIN, "7 дней")
    await town.tap(ADMIN, "Готово")
    assert "не подходит никто" in await town.tap(ADMIN, "Показать, как увидят")
    assert "Рассылок ещё не было" in await town.say(ADMIN, "/broadcasts")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Скидка **10%", "Строка 1: знак ** открыт, но не закрыт"),
        ("а" * 4097, "Текст слишком длинный: 4097 знаков"),
        ("Здравствуйте, {имя}", "вместо «{имя}» ничего не подставится"),
        ("<b>Скидка</b>", "«<b>» люди увидят как есть"),
        ("[сайт](javascript:a)", "ссылка «javascript:a» не откроется"),
    ],
)
async def test_a_wrong_text_is_told_and_asked_for_again(town: Town, text: str, told: str) -> None:
    assert told in await drafted(town, text)
    assert "Черновик" in await town.say(ADMIN, f"{WORDS} без ошибок")


async def test_a_photo_is_no_text(town: Town) -> None:
    await town.say(ADMIN, "/broadcast")
    town.telegram.inject.photo(ADMIN)
    assert "нужен текст" in await town.screen(ADMIN)


async def test_marks_made_with_telegrams_own_buttons_are_kept(town: Town) -> None:
    await town.say(ADMIN, "/broadcast")
    bold = {"type": "bold", "offset": 0, "length": len(WORDS)}
    await town.say(ADMIN, f"{WORDS} сегодня", extra={"entities": [bold]})
    await town.tap(ADMIN, "Показать, как увидят")
    shown = [message for message in town.telegram.sent(ADMIN) if message.text == f"{WORDS} сегодня"]
    assert [entity["type"] for entity in shown[-1].entities] == ["bold"]


async def test_by_night_the_morning_is_offered(town: Town, clock: Clock) -> None:
    clock.at = CLOSED
    await drafted(town)
    await town.tap(ADMIN, "Показать, как увидят")
    assert "тихие часы" in await town.tap(ADMIN, "Отправить 5 людям")
    assert "начнётся в 9:00" in await town.tap(ADMIN, "Да, начать в 9:00")
    await town.do_duty("broadcasts")
    assert "ждёт 9 утра" in await town.say(ADMIN, "/broadcasts")
    assert copies(town) == [0, 0, 0, 0, 0]


async def test_an_admin_who_is_demoted_before_the_yes_begins_nothing(town: Town) -> None:
    await drafted(town)
    await town.tap(ADMIN, "Показать, как увидят")
    await town.tap(ADMIN, "Отправить 5 людям")
    await town.people.staff.revoke(ChannelName.TELEGRAM, str(ADMIN))
    await town.tap(ADMIN, "Да, отправить 5 людям")
    await town.do_duty("broadcasts")
    assert copies(town) == [0, 0, 0, 0, 0]
    assert "Рассылок ещё не было" in await town.say(SECOND_ADMIN, "/broadcasts")


async def test_a_yes_that_is_delivered_twice_begins_once(town: Town) -> None:
    await drafted(town)
    await town.tap(ADMIN, "Показать, как увидят")
    await town.tap(ADMIN, "Отправить 5 людям")
    pressed = town.telegram.inject.press_text(ADMIN, "Да, отправить 5 людям")
    town.telegram.inject.redeliver(pressed.update_id)
    await town.screen(ADMIN)
    await town.do_duty("broadcasts")
    assert copies(town) == [1, 1, 1, 1, 1]


async def test_two_admins_at_once_the_second_is_told_who_changed_it(town: Town) -> None:
    await begin(town)
    for admin in (ADMIN, SECOND_ADMIN):
        await town.say(admin, "/broadcasts")
        await town.tap(admin, "№1")
    await town.tap(SECOND_ADMIN, "Остановить совсем")
    await town.tap(ADMIN, "Приостановить")
    assert "на паузе" in await town.tap(ADMIN, "Да, приостановить")
    told = await town.tap(SECOND_ADMIN, "Да, остановить")
    assert "уже изменили (Ольга)" in told
    assert "на паузе" in told


async def test_a_full_database_is_told_and_the_draft_stays(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await drafted(town)
    await town.tap(ADMIN, "Показать, как увидят")
    await town.tap(ADMIN, "Отправить 5 людям")

    def find_no_room(*_: object) -> None:
        raise StoreFull

    with monkeypatch.context() as patched:
        patched.setattr(BroadcastStore, "start", find_no_room)
        assert "кончилось место" in await town.tap(ADMIN, "Да, отправить 5 людям")
    assert "Рассылка №1 началась" in await town.tap(ADMIN, "Да, отправить 5 людям")


async def test_forged_and_old_buttons_change_nothing(town: Town) -> None:
    await drafted(town)
    for data in ("bcd:yes:1:5", "bcd:yes", "bc:p:99:running", "bc:s:x:running", "bcd:zzz:1:1"):
        town.telegram.inject.press_forged(ADMIN, data)
    await town.screen(ADMIN)
    assert [toast.text for toast in town.telegram.toasts(ADMIN)] == ["Эта кнопка уже не действует."] * 5
    assert await town.people.broadcasts.latest() == []


async def test_news_are_switched_on_and_off_by_a_command(town: Town) -> None:
    assert "не присылаем" in await town.say(OUTSIDER, "/news")
    await town.tap(OUTSIDER, "Присылать новости")
    assert "сейчас присылаем" in await town.screen(OUTSIDER)
    consent = await town.people.consents.of(person(OUTSIDER))
    assert consent is not None
    assert consent.takes_news
