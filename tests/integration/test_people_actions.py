"""Files and cost sheets: read back, confirmed, sent once; and the words that lead there."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pypdf import PdfReader
from redis.asyncio import Redis
from sqlalchemy import Engine, text

from bot.dialogue.answering import Question
from bot.domain import Outcome
from bot.guard.claims import unsupported_claims
from tests.actions import bakery_with_actions
from tests.assistants import SpokenModel, assistant_of
from tests.fakes.telegram import FakeTelegram, Fault, FaultKind, SeenMessage
from tests.integration.town_kit import Town, open_town


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        telegram.inject.open_chat(7, name="Анна")
        yield telegram


@pytest.fixture
async def town(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> AsyncIterator[Town]:
    folder = bakery_with_actions(tmp_path)
    async with open_town(telegram, redis, prefix, engine, folder=folder) as town:
        assert town.people.stock is not None
        town.people.stock.check()
        yield town


def files(town: Town) -> list[SeenMessage]:
    return [message for message in town.telegram.messages(7) if message.kind == "document"]


def page(town: Town) -> str:
    """The words of the last file that was sent."""
    content = town.telegram.file(files(town)[-1].file_id or "")
    return PdfReader(io.BytesIO(content)).pages[0].extract_text().replace("\xa0", " ")


def runs(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM action_runs")).scalar_one())


async def press(town: Town, data: str) -> str:
    if not town.telegram.messages(7):
        await town.say(7, "/files")
    town.telegram.inject.press_forged(7, data)
    return await town.screen(7)


async def test_a_file_is_confirmed_first_and_sent_as_a_page(town: Town) -> None:
    await town.say(7, "/files")
    assert "Прислать сюда файлом" in await town.tap(7, "Хлеб")
    assert files(town) == []
    await town.tap(7, "Прислать")
    (sent,) = files(town)
    assert (sent.file_name, sent.text) == ("bread.pdf", "Меню: Хлеб")
    assert "Ржаной: 90 ₽" in page(town)


async def test_what_is_no_markdown_is_sent_as_it_is(town: Town) -> None:
    await press(town, "file:ok:menu:price")
    (sent,) = files(town)
    assert town.telegram.file(sent.file_id or "") == "Ржаной 90".encode()


async def test_declined_means_that_nothing_is_sent(town: Town, engine: Engine) -> None:
    await press(town, "file:d:menu:bread")
    assert "ничего не отправлено" in await town.tap(7, "Не нужно")
    assert (files(town), runs(engine)) == ([], 0)


async def test_tapped_thrice_it_is_sent_once(town: Town, engine: Engine) -> None:
    await press(town, "file:d:menu:bread")
    for _ in range(3):
        town.telegram.inject.press_text(7, "Прислать")
    await town.settle()
    assert (len(files(town)), runs(engine)) == (1, 1)


async def test_a_file_whose_send_was_cut_off_stands_in_the_chat_once(town: Town) -> None:
    await press(town, "file:d:menu:bread")
    town.telegram.faults.add(Fault(kind=FaultKind.DROP_AFTER, methods=("sendDocument",), times=1))
    await town.tap(7, "Прислать")
    assert len(files(town)) >= 1


@pytest.mark.parametrize(
    "data", ["file:ok:menu:cake", "file:d:menu:cake", "file:ok:menu:../tenant", "file:a:nothing"]
)
async def test_a_file_that_is_not_named_is_not_sent(town: Town, data: str) -> None:
    screen = await press(town, data)
    said = [toast.text for toast in town.telegram.toasts(7)]
    assert "больше нет" in screen or "Этого здесь больше нет." in said
    assert files(town) == []


async def test_a_file_that_cannot_be_opened_is_said(town: Town) -> None:
    (town.folder / "bread.md").unlink()
    assert "не открывается" in await press(town, "file:ok:menu:bread")
    assert files(town) == []


async def test_a_sum_is_made_by_taps_and_sent_with_the_same_figures(town: Town) -> None:
    await town.say(7, "/cost")
    await town.tap(7, "Булгаков")
    await town.tap(7, "390")
    for label in ("Обёртка", "Лента"):
        screen = await town.tap(7, label)
    assert "Итого: 540 ₽" in screen.replace("\xa0", " ")
    assert "Цена предварительная" in await town.tap(7, "Готово")
    assert files(town) == []
    await town.tap(7, "Прислать")
    assert [told in page(town) for told in ("390 ₽", "100 ₽", "50 ₽", "540 ₽")] == [True] * 4


async def test_conflicting_options_are_told_and_change_nothing(town: Town) -> None:
    await town.say(7, "/cost")
    for label in ("Булгаков", "390", "Обёртка"):
        await town.tap(7, label)
    screen = await town.tap(7, "Пакет")
    assert "вместе выбрать нельзя" in (town.telegram.toasts(7)[-1].text or "")
    assert "Итого: 490 ₽" in screen.replace("\xa0", " ")


async def test_a_price_that_changed_meanwhile_is_shown_before_anything_is_sent(town: Town) -> None:
    await town.say(7, "/cost")
    for label in ("Булгаков", "390", "Готово"):
        await town.tap(7, label)
    stock = town.folder / "stock.csv"
    stock.write_text(stock.read_text(encoding="utf-8").replace(",390,", ",395,"), encoding="utf-8")
    assert town.people.stock is not None
    town.people.stock.check()
    screen = await town.tap(7, "Прислать")
    assert "цена в таблице изменилась" in screen
    assert files(town) == []
    await town.tap(7, "Прислать")
    assert "395 ₽" in page(town)


async def test_buttons_of_other_options_begin_anew(town: Town) -> None:
    await town.say(7, "/cost")
    for label in ("Булгаков", "390", "Обёртка"):
        await town.tap(7, label)
    data = next(
        button["callback_data"]
        for row in (town.telegram.messages(7)[-1].reply_markup or {})["inline_keyboard"]
        for button in row
        if "Готово" in button["text"]
    )
    verb, action, code, _, mask = data.split(":")[1:6]
    screen = await press(town, f"cost:{verb}:{action}:{code}:ffff:{mask}")
    assert "Итого: 390 ₽" in screen.replace("\xa0", " ")


async def test_a_row_that_is_sold_leads_back_to_what_there_is(town: Town) -> None:
    assert "в таблице уже нет" in await press(town, "cost:o:cost:deadbeef:0000:0")


async def test_a_table_that_is_away_is_said(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    folder = bakery_with_actions(tmp_path)
    async with open_town(telegram, redis, prefix, engine, folder=folder) as town:
        (folder / "stock.csv").unlink()
        assert "сейчас недоступна" in await town.say(7, "/cost")


async def test_words_lead_to_the_button_that_does_it(town: Town) -> None:
    assert "Могу прислать файл" in await town.say(7, "Пришлите меню хлеба")
    assert files(town) == []
    await town.tap(7, "Прислать")
    assert len(files(town)) == 1


async def test_an_answer_about_an_action_carries_the_way_into_it_and_stays(town: Town) -> None:
    question = "Меню: когда хлеб свежий?"
    assert "[Прислать файлом: Меню]" in await town.say(7, question)
    screen = await town.tap(7, "Прислать файлом: Меню")
    assert "9:00" in screen
    assert "Какой файл прислать" in screen


async def test_the_menu_leads_to_every_kind(town: Town) -> None:
    assert "Что выбираете" in await town.say(7, "Мастер-класс")
    assert "Какой файл прислать" in await town.say(7, "Меню")
    assert "Что считаем" in await town.say(7, "Набор с книгой")


@pytest.mark.parametrize(
    "draft",
    [
        "Записала вас на мастер-класс завтра в 11:00.",
        "Вы записаны на завтра.",
        "Готово, запись подтверждена, ждём вас завтра.",
        "Отправила вам меню файлом.",
        "Меню отправлено вам в чат.",
        "Прикрепила файл с меню.",
        "Файл уже у вас в чате.",
        "Ваш расчёт отправлен.",
        "Я отменила вашу запись.",
        "Перенесла вашу запись на пятницу.",
        "I have booked you for tomorrow.",
        "You are booked for tomorrow.",
        "I have sent you the menu.",
        "I've cancelled your booking.",
        "The menu has been sent.",
    ],
)
def test_no_answer_of_a_model_may_say_that_it_was_done(draft: str) -> None:
    assert unsupported_claims(draft, ["Свежий хлеб в 9:00 и в 15:00. Меню есть в пекарне."])


@pytest.mark.parametrize(
    "draft",
    [
        "Записаться можно по телефону.",
        "Меню можно прислать файлом.",
        "Отправьте нам фото, и мы посмотрим.",
        "You can book a class by phone.",
        "We send the menu on request.",
    ],
)
def test_what_can_be_done_may_be_said(draft: str) -> None:
    assert unsupported_claims(draft, ["Свежий хлеб."]) == []


async def test_a_model_that_says_it_booked_is_not_believed() -> None:
    model = SpokenModel("Свежий хлеб в 9:00 и в 15:00. Я записала вас на мастер-класс.")
    answer = await assistant_of(model).answer(Question(text="Когда хлеб свежий?"))
    assert "записала" not in answer.text
    assert answer.outcome in (Outcome.ANSWERED, Outcome.UNKNOWN)
