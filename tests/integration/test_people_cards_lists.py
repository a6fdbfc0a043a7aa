"""What operators type about requests and dialogues: lists, help, and whom they look for."""

from collections.abc import AsyncIterator

import pytest
from cryptography.fernet import Fernet
from redis.asyncio import Redis
from sqlalchemy import Engine, delete, update

from bot.store.callbacks import CALLBACKS
from bot.store.sealing import Sealer
from tests.fakes.telegram import FakeTelegram
from tests.integration.cards_kit import ADMIN, CUSTOMER, OLEG, OUTSIDER, Shift, open_shift


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
async def shift(telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Shift]:
    async with open_shift(telegram, redis, prefix, engine) as shift:
        yield shift


async def test_operators_list_who_waits_and_turn_the_pages(shift: Shift) -> None:
    for person in range(10, 17):
        await shift.request(person=person, name=f"Клиент {person}")
        shift.clock.go_on(minutes=1)
    await shift.town.say(OLEG, "/callbacks")
    listed = shift.texts(OLEG)[-1]
    assert "Ждут звонка: 7" in listed
    assert "№ 1 Клиент 10. Позвонить: в среду, 25 ноября до 12:30. Ждёт 7 мин, свободна" in listed
    assert "Страница 1 из 2" in listed
    await shift.town.tap(OLEG, "›")
    assert "Страница 2 из 2" in shift.texts(OLEG)[-1]
    await shift.town.tap(OLEG, "№ 7")
    assert "Заявка на звонок № 7" in shift.texts(OLEG)[-1]
    await shift.town.tap(OLEG, "Беру")
    assert "В работе: Олег" in shift.texts()[6]


async def test_an_empty_list_is_told_in_words(shift: Shift) -> None:
    await shift.town.say(OLEG, "/callbacks")
    assert shift.texts(OLEG)[-1] == "Звонков никто не ждёт."


async def test_the_list_is_not_shown_where_others_read(shift: Shift) -> None:
    await shift.request()
    shift.town.telegram.inject.open_chat(-88, title="Друзья")
    await shift.town.say(-88, "/callbacks", person_id=OLEG)
    assert shift.texts(-88)[-1] == "Эта команда работает в личном чате с ботом и в рабочей группе."


@pytest.mark.parametrize("command", ["/callbacks", "/callback Мария", "/staff_help"])
async def test_an_outsider_who_types_a_command_learns_nothing(shift: Shift, command: str) -> None:
    await shift.request()
    shift.town.telegram.inject.open_chat(OUTSIDER)
    await shift.town.say(OUTSIDER, command)
    told = shift.town.telegram.screen(OUTSIDER).replace(command, "")
    assert "not know" in told or "Не знаю" in told
    assert not any(word in told for word in ("Мария", "Заявка", "/callbacks", "№"))


@pytest.mark.parametrize(("person", "names_mode"), [(OLEG, False), (ADMIN, True)])
async def test_help_names_the_commands_of_ones_role(shift: Shift, person: int, names_mode: bool) -> None:
    await shift.town.say(person, "/staff_help")
    told = shift.texts(person)[-1]
    assert "/callbacks" in told
    assert ("/mode" in told) is names_mode


async def test_a_number_that_no_key_opens_is_told_to_be_unreadable(shift: Shift, engine: Engine) -> None:
    callback = await shift.request()
    sealed = Sealer([Fernet.generate_key().decode()]).seal("+79161234567")
    with engine.begin() as connection:
        connection.execute(update(CALLBACKS).values(phone_sealed=sealed))
    assert (await shift.tap("Показать номер", OLEG)).startswith("Номер не читается")
    await shift.town.people.cards.refresh(callback)
    await shift.town.settle()
    assert "номер не читается" in shift.texts()[0]


async def test_what_is_erased_while_its_card_is_told_stands_nowhere(shift: Shift, engine: Engine) -> None:
    callback = await shift.request(told=False)
    with engine.begin() as connection:
        connection.execute(delete(CALLBACKS))
    await shift.town.people.cards.announce(callback)
    await shift.town.settle()
    assert shift.texts() == ["Данные удалены по просьбе клиента."]


async def test_an_operator_finds_a_dialogue_and_what_it_was_about(shift: Shift) -> None:
    await shift.town.say(CUSTOMER, "Когда хлеб свежий?", name="Мария Котова")
    await shift.request()
    await shift.town.say(OLEG, "/callback котова")
    shown = shift.texts(OLEG)[-1]
    assert "Мария Котова" in shown
    assert "Ждёт звонка: заявка № 1" in shown
    assert "— Когда хлеб свежий?" in shown


async def test_of_several_who_fit_one_is_chosen(shift: Shift) -> None:
    for person, name in ((8, "Мария Котова"), (9, "Мария Белова")):
        await shift.town.say(person, "Когда хлеб свежий?", name=name)
    await shift.town.say(OLEG, "/callback мария")
    assert shift.texts(OLEG)[-1] == "Подходят несколько клиентов. Кто нужен?"
    await shift.town.tap(OLEG, "Мария Котова · 8")
    assert "Мария Котова" in shift.texts(OLEG)[-1]


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("", "Напишите, кого найти"),
        (" Никто", "Никого не нашлось"),
        (" %", "Никого не нашлось"),
        (" 999999999999999999999999", "Никого не нашлось"),
        (" " + "я" * 3000, "Никого не нашлось"),
    ],
)
async def test_nobody_who_fits_is_told_in_words(shift: Shift, who: str, said: str) -> None:
    await shift.town.say(CUSTOMER, "Когда хлеб свежий?", name="Мария")
    await shift.town.say(OLEG, f"/callback{who}")
    assert said in shift.texts(OLEG)[-1]


async def test_an_operator_comes_into_the_dialogue_that_was_found(shift: Shift) -> None:
    await shift.town.say(CUSTOMER, "Когда хлеб свежий?", name="Мария")
    await shift.town.say(OLEG, f"/callback {CUSTOMER}")
    await shift.town.tap(OLEG, "Подключиться")
    assert await shift.town.people.handoffs.is_held(f"telegram:{CUSTOMER}")


async def test_colleagues_are_called_to_the_dialogue_that_was_found(shift: Shift) -> None:
    await shift.town.say(CUSTOMER, "Когда хлеб свежий?", name="Мария")
    await shift.town.say(OLEG, "/callback мария")
    await shift.town.tap(OLEG, "Позвать коллег")
    assert shift.town.telegram.toasts(OLEG)[-1].text.startswith("Коллегам отправлена карточка")
    assert any("Мария" in text for text in shift.texts())


@pytest.mark.parametrize("data", ["card:who:31337", "card:call:31337", "card:who:", "card:call:abc"])
async def test_a_forged_choice_finds_nobody(shift: Shift, data: str) -> None:
    await shift.request()
    assert await shift.forge(data, OLEG) in (
        "Никого не нашлось. Проверьте имя, номер в Telegram или ключ диалога с карточки.",
        "Эта кнопка уже не действует.",
    )
