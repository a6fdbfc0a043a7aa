"""Callback cards driven by taps in the staff's room: as operators, as one who was revoked, and forged."""

from collections.abc import AsyncIterator

import pytest
from cryptography.fernet import Fernet
from redis.asyncio import Redis
from sqlalchemy import Engine, delete, select, update

from bot.domain import ChannelName
from bot.store.callbacks import CALLBACKS
from bot.store.sealing import Sealer
from bot.store.staff import ACTS
from tests.fakes.telegram import FakeTelegram
from tests.integration.cards_kit import ADMIN, ANNA, CUSTOMER, GROUP, OLEG, OUTSIDER, Shift, open_shift


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
async def shift(telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Shift]:
    async with open_shift(telegram, redis, prefix, engine) as shift:
        yield shift


async def test_a_card_says_who_waits_for_what_and_until_when(shift: Shift) -> None:
    await shift.request()
    (card,) = shift.texts()
    for said in (
        "Заявка на звонок № 1",
        "Позвонить: в среду, 25 ноября до 12:30",
        "Мария, +7 916 ***-**-67",
        "Вопрос: торт на субботу",
        "Удобное время: после обеда",
        "Ждёт с 12:00 (25.11)",
        "Интересуют: Торт (82 %)",
        "Настроение: недовольство",
        "— Сколько стоит торт?",
        "Диалог 3fa9c1",
    ):
        assert said in card
    assert "1234567" not in card


async def test_a_name_cannot_put_marks_or_links_on_a_card(shift: Shift) -> None:
    await shift.request(name="**Мария** [вход](http://evil.example)")
    (message,) = shift.town.telegram.messages(GROUP)
    assert "**Мария** [вход](http://evil.example), +7 916 ***-**-67" in message.text
    assert all(entity["type"] == "bold" for entity in message.entities)


async def test_what_was_talked_about_is_on_the_card(shift: Shift) -> None:
    await shift.town.say(CUSTOMER, "Вы вчера продали мне чёрствый хлеб, это безобразие!")
    callback = await shift.request(told=False)
    portrait = await shift.town.people.cards.portrait(callback.chat)
    assert portrait.said == ("Вы вчера продали мне чёрствый хлеб, это безобразие!",)
    assert portrait.mood == "angry"


async def test_the_first_who_taps_has_it_and_the_other_reads_who(shift: Shift) -> None:
    await shift.request()
    assert await shift.tap("Беру", OLEG) == "Заявка ваша."
    assert await shift.forge("card:take:1", ANNA) == "Уже взял(а) Олег."
    assert "В работе: Олег" in shift.texts()[0]


async def test_the_customer_hears_that_somebody_took_it_once(shift: Shift) -> None:
    await shift.request()
    for _ in range(2):
        await shift.forge("card:take:1", OLEG)
    taken = [text for text in shift.texts(CUSTOMER) if "взяли" in text]
    assert len(taken) == 1


async def test_a_number_is_shown_to_the_tapper_alone_and_written_down(shift: Shift, engine: Engine) -> None:
    await shift.request()
    assert await shift.tap("Показать номер", ANNA) == "Мария: +7 916 123-45-67"
    assert all("123-45-67" not in text for text in shift.texts())
    with engine.connect() as connection:
        acts = connection.execute(select(ACTS.c.actor, ACTS.c.subject).where(ACTS.c.act == "phone_shown"))
        assert [tuple(act) for act in acts] == [(f"telegram:{ANNA}", "callback:1")]


async def test_a_call_that_was_made_is_closed_with_its_result(shift: Shift) -> None:
    callback = await shift.request()
    for label in ("Беру", "Поговорили", "Договорились"):
        await shift.tap(label, OLEG)
    assert await shift.state(callback) == "done"
    (message,) = shift.town.telegram.messages(GROUP)
    assert "Готово: Договорились. Олег, 12:00 (25.11)" in message.text
    assert message.reply_markup is None
    assert "+7 916" not in message.text


async def test_a_result_in_own_words_is_masked_and_noted(shift: Shift) -> None:
    callback = await shift.request()
    for label in ("Беру", "Поговорили", "Другое, напишу"):
        await shift.tap(label, OLEG)
    await shift.town.say(GROUP, "Ждёт торт, второй номер +7 916 765-43-21", person_id=OLEG)
    found = await shift.town.people.callbacks.find(callback.callback_id)
    assert found is not None
    assert (found.status, found.result) == ("done", "Ждёт торт, второй номер [телефон]")


@pytest.mark.parametrize(
    ("written", "said"), [("я" * 301, "до 300 знаков"), ("/cancel", "ничего не записано")]
)
async def test_words_that_are_no_result_close_nothing(shift: Shift, written: str, said: str) -> None:
    callback = await shift.request()
    for label in ("Беру", "Поговорили", "Другое, напишу"):
        await shift.tap(label, OLEG)
    await shift.town.say(GROUP, written, person_id=OLEG)
    assert said in shift.texts()[-1]
    assert await shift.state(callback) == "taken"


async def test_no_answer_is_tried_again_and_given_up_in_the_end(shift: Shift) -> None:
    callback = await shift.request()
    for _ in range(3):
        await shift.tap("Беру", OLEG)
        await shift.tap("Не отвечает", OLEG)
    assert await shift.state(callback) == "given_up"
    assert "Дозвониться не удалось, попыток: 3" in shift.texts()[0]
    assert "так и не дозвонились" in shift.texts(CUSTOMER)[-1]
    assert "+7 (383) 000-11-22" in shift.texts(CUSTOMER)[-1]


async def test_what_is_given_back_is_offered_to_all_again(shift: Shift) -> None:
    callback = await shift.request()
    await shift.tap("Беру", OLEG)
    assert await shift.tap("Вернуть", OLEG) == "Заявка снова свободна."
    assert await shift.state(callback) == "new"
    assert "снова свободна" in shift.texts()[-1]
    assert await shift.tap("Беру", ANNA) == "Заявка ваша."
    assert shift.texts()[-1] == "Заявка № 1 в работе: Анна."


@pytest.mark.parametrize("action", ["talked", "silent", "back", "result", "words", "look"])
async def test_only_who_has_it_may_go_on_with_it(shift: Shift, action: str) -> None:
    callback = await shift.request()
    await shift.tap("Беру", OLEG)
    extra = ":agreed" if action == "result" else ""
    assert await shift.forge(f"card:{action}:1{extra}", ANNA) == "С этой заявкой работает Олег."
    assert await shift.state(callback) == "taken"


async def test_nothing_can_be_done_before_it_is_taken(shift: Shift) -> None:
    callback = await shift.request()
    assert await shift.forge("card:result:1:agreed", ANNA) == "Сначала нажмите «Беру»."
    assert await shift.state(callback) == "new"


@pytest.mark.parametrize("person", [OUTSIDER, OLEG])
async def test_one_who_does_not_work_here_learns_nothing_from_a_card(shift: Shift, person: int) -> None:
    callback = await shift.request()
    await shift.town.people.staff.revoke(ChannelName.TELEGRAM, str(OLEG))
    for label in ("Беру", "Показать номер"):
        assert await shift.tap(label, person) == "Эта кнопка для сотрудников."
    assert await shift.state(callback) == "new"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("card:take:999", "Такой заявки нет, или её данные удалены."),
        ("card:phone:999", "Такой заявки нет, или её данные удалены."),
        ("card:open:999", "Такой заявки нет, или её данные удалены."),
        ("card:take:-1", "Эта кнопка уже не действует."),
        ("card:take:1e5", "Эта кнопка уже не действует."),
        (f"card:take:{'9' * 40}", "Эта кнопка уже не действует."),
        ("card:take:٣", "Эта кнопка уже не действует."),
        ("card:result:1:nonsense", "Эта кнопка уже не действует."),
        ("card:", "Эта кнопка уже не действует."),
        ("card:page:99999", "Эта кнопка уже не действует."),
    ],
)
async def test_forged_data_change_nothing_and_are_told_in_a_line(shift: Shift, data: str, said: str) -> None:
    callback = await shift.request()
    assert await shift.forge(data, OLEG) == said
    assert await shift.state(callback) == "new"


async def test_a_button_of_months_ago_says_that_it_is_over(shift: Shift) -> None:
    callback = await shift.request()
    for label in ("Беру", "Поговорили", "Договорились"):
        await shift.tap(label, OLEG)
    shift.clock.go_on(days=90)
    for action in ("take", "talked", "silent", "back", "result:agreed"):
        name, _, extra = action.partition(":")
        data = f"card:{name}:{callback.callback_id}" + (f":{extra}" if extra else "")
        assert await shift.forge(data, ANNA, months_later=True) == "Эта заявка уже закрыта."


async def test_a_card_of_one_who_was_erased_tells_nothing(shift: Shift) -> None:
    callback = await shift.request()
    await shift.town.people.cards.erase(callback.callback_id)
    await shift.town.settle()
    (message,) = shift.town.telegram.messages(GROUP)
    assert (message.text, message.reply_markup) == ("Данные удалены по просьбе клиента.", None)


async def test_a_request_that_the_customer_cancels_leaves_the_card(shift: Shift) -> None:
    callback = await shift.request()
    await shift.town.people.callbacks.cancel(callback.callback_id, ChannelName.TELEGRAM, str(CUSTOMER))
    await shift.town.people.cards.refresh(callback)
    await shift.town.settle()
    (message,) = shift.town.telegram.messages(GROUP)
    assert "Клиент больше не ждёт звонка." in message.text
    assert message.reply_markup is None


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
