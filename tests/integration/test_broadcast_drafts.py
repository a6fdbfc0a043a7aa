"""A yes to a broadcast sends what was seen with it, and nothing else."""

from collections.abc import Callable

import pytest

from tests.integration.broadcast_kit import ADMIN, WORDS, copies, person, subscribe, subscriber
from tests.integration.oversight_kit import CLOSED, Clock, buttons
from tests.integration.town_kit import Town

CHANGED = "Черновик с тех пор изменился"
TO_ONE, TO_ALL = "Отправить 1 человеку", "Отправить 5 людям"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def town(town_with_news: Town) -> Town:
    return town_with_news


@pytest.fixture
async def draft(town: Town) -> Callable[[str], str]:
    """One with a button and a code, for all; returns what a button of its first message carries."""
    await town.say(ADMIN, "/broadcast")
    await town.say(ADMIN, f"{WORDS} по коду {{promo}}")
    for label, words in (("Промокод", "ХЛЕБ10"), ("Кнопка", "Заказать - https://example.ru")):
        await town.tap(ADMIN, label)
        await town.say(ADMIN, words)
    found = next(data for data in buttons(town.telegram, ADMIN) if data.startswith("bcd:drop:"))
    return lambda act: found.replace(":drop:", f":{act}:")


async def asked(town: Town, send: str = TO_ALL) -> str:
    await town.tap(ADMIN, "Показать, как увидят")
    return await town.tap(ADMIN, send)


async def press(town: Town, data: str) -> None:
    """On an older message of the draft, which stands where it stood."""
    older = next(message for message in town.telegram.messages(ADMIN) if "Черновик" in message.text)
    town.telegram.inject.press_forged(ADMIN, data, message_id=older.message_id)
    await town.screen(ADMIN)


async def test_a_yes_to_one_person_sends_to_nobody_else(town: Town, draft: Callable[[str], str]) -> None:
    await town.say(subscriber(1), "Когда хлеб свежий?")
    await town.tap(ADMIN, "Кому")
    await town.tap(ADMIN, "Писали: когда угодно")
    await town.tap(ADMIN, "7 дней")
    await town.tap(ADMIN, "Готово")
    await asked(town, TO_ONE)
    await press(town, draft("days"))
    told = await town.tap(ADMIN, "Да, отправить 1 человеку")
    assert CHANGED in told
    assert "Точно отправить 5 людям?" in told
    await town.do_duty("broadcasts")
    assert copies(town) == [0, 0, 0, 0, 0]
    await town.tap(ADMIN, "Да, отправить 5 людям")
    await town.do_duty("broadcasts")
    assert copies(town) == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("act", ["nobutton", "ownpromo"])
@pytest.mark.parametrize("last", ["Да, отправить 5 людям", TO_ALL])
async def test_a_yes_to_other_words_asks_anew_and_shows_them(
    town: Town, draft: Callable[[str], str], act: str, last: str
) -> None:
    await town.tap(ADMIN, "Показать, как увидят")
    if last != TO_ALL:
        await town.tap(ADMIN, TO_ALL)
    await press(town, draft(act))
    assert CHANGED in await town.tap(ADMIN, last)
    shown = await town.tap(ADMIN, "Показать, как увидят")
    assert ("ХЛЕБ10" not in shown.split(CHANGED)[-1]) is (act == "ownpromo")
    await town.tap(ADMIN, TO_ALL)
    assert "Рассылка №1 началась" in await town.tap(ADMIN, "Да, отправить 5 людям")


async def test_a_new_text_after_the_question_is_asked_about_anew(
    town: Town, draft: Callable[[str], str]
) -> None:
    await asked(town)
    await press(town, draft("text"))
    await town.say(ADMIN, f"{WORDS} и булки {{promo}}")
    assert CHANGED in await town.tap(ADMIN, "Да, отправить 5 людям")
    assert await town.people.broadcasts.latest() == []


async def test_a_draft_that_became_wrong_is_told_and_not_asked_about(
    town: Town, draft: Callable[[str], str]
) -> None:
    await asked(town)
    await press(town, draft("nopromo"))
    assert "а промокода нет" in await town.tap(ADMIN, "Да, отправить 5 людям")
    assert await town.people.broadcasts.latest() == []


async def test_a_count_that_has_changed_is_asked_about_anew(town: Town, draft: Callable[[str], str]) -> None:
    assert draft("yes")
    await asked(town)
    await subscribe(town, first=6, last=7)
    told = await town.tap(ADMIN, "Да, отправить 5 людям")
    assert "Число получателей с тех пор изменилось" in told
    assert CHANGED not in told
    assert "Точно отправить 7 людям?" in told
    assert "Рассылка №1 началась" in await town.tap(ADMIN, "Да, отправить 7 людям")


async def test_a_few_who_came_or_went_ask_nothing_anew(town: Town, draft: Callable[[str], str]) -> None:
    assert draft("yes")
    await subscribe(town, first=6, last=20)
    await asked(town, "Отправить 20 людям")
    await subscribe(town, first=21, last=21)
    assert "Получат: 21 человек" in await town.tap(ADMIN, "Да, отправить 20 людям")


async def test_nobody_left_is_told(town: Town, draft: Callable[[str], str]) -> None:
    assert draft("yes")
    await asked(town)
    for number in range(1, 6):
        await town.people.consents.take_news(person(subscriber(number)), takes=False)
    assert "не подходит никто" in await town.tap(ADMIN, "Да, отправить 5 людям")


async def test_by_night_too(town: Town, draft: Callable[[str], str], clock: Clock) -> None:
    clock.at = CLOSED
    await asked(town)
    await press(town, draft("nobutton"))
    assert CHANGED in await town.tap(ADMIN, "Да, отправить сейчас")
    await town.do_duty("broadcasts")
    assert copies(town) == [0, 0, 0, 0, 0]
    assert "Рассылка №1 началась" in await town.tap(ADMIN, "Да, отправить сейчас")
    await town.do_duty("broadcasts")
    assert copies(town) == [1, 1, 1, 1, 1]


async def test_a_choice_that_changes_nothing_asks_nothing_anew(
    town: Town, draft: Callable[[str], str]
) -> None:
    await asked(town)
    await press(town, draft("days"))
    assert "Рассылка №1 началась" in await town.tap(ADMIN, "Да, отправить 5 людям")
