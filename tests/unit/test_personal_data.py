import time

import pytest

from bot.guard.personal_data import mask, named_labels

VISA = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    "secret",
    [
        "+7 916 123-45-67",
        "8(916)1234567",
        "89161234567",
        "ivan.petrov@example.ru",
        VISA,
        "5555555555554444",
        "9161234567",
        "916 123-45-67",
        "+7\xa0916\xa0123\xa045\xa067",
        "8 (916) 123–45–67",
        "+7.916.123.45.67",
        "8-916-12-34-567",
        "+375 29 123-45-67",
        "+44 20 7946 0958",
        "+7 9 1 6 1 2 3 4 5 6 7",
        "+7\u200b9161234567",
        "8\u200d9161234567",
        "+7_916_123_45_67",
        "８９１６１２３４５６７",
        "+7/916/123-45-67",
        "ivan @ mail.ru",
        "ivan@почта.рф",
        "ivan(at)mail.ru",
        "4111\xa01111\xa01111\xa01111",
        "4111.1111.1111.1111",
        "112-233-445 95",
    ],
)
def test_personal_data_is_hidden(secret: str) -> None:
    masked = mask(f"Запишите: {secret}, жду")
    assert secret not in masked.text
    assert masked.restore(masked.text) == f"Запишите: {secret}, жду"


@pytest.mark.parametrize(
    "innocent",
    [
        "C 180",
        "6 990 000 ₽",
        "2024 год",
        "4111 1111 1111 1112",
        "с 9:00 до 21:00",
        "7 500 000 - 8 000 000 ₽",
        "от 300 000 до 400 000 км",
        "с 12.03.2026 по 15.04.2026",
        "№ 8 в 2024, 500 л.с.",
    ],
)
def test_innocent_numbers_stay(innocent: str) -> None:
    assert mask(innocent).text == innocent


def test_the_same_phone_gets_the_same_label() -> None:
    assert mask("89161234567 или 89161234567").text == "[PHONE_1] или [PHONE_1]"


def test_the_business_own_phone_stays_in_any_spelling() -> None:
    assert mask("8 (495) 000-12-34", keep=frozenset({"+7 495 000 12 34"})).text == "8 (495) 000-12-34"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("тел89161234567", "тел[PHONE_1]"),
        ("паспорт 4509 123456", "паспорт [PASSPORT_1]"),
        ("Паспорт серия 45 09 № 123456", "Паспорт серия [PASSPORT_1]"),
        ("ИНН 770123456789", "ИНН [INN_1]"),
        ("СНИЛС: 11223344595", "СНИЛС: [SNILS_1]"),
        ("карта 4111 1111 1111 1111 12/26", "карта [CARD_1] 12/26"),
    ],
)
def test_what_stands_beside_personal_data_is_kept(text: str, masked: str) -> None:
    assert mask(text).text == masked


def test_a_label_loses_its_number_where_it_would_mean_another() -> None:
    assert named_labels("[PHONE_1] и [EMAIL_2], [GLE_1]") == "[телефон] и [почта], [GLE_1]"


@pytest.mark.parametrize(
    ("text", "looked_up"),
    [
        ("моя карта 4111 1111 1111 1111, можно ей оплатить?", "можно ей оплатить?"),
        ("СНИЛС 112-233-445 95. Какие документы нужны?", "Какие документы нужны?"),
        ("до скольких вы сегодня? +7 916 123-45-67 это мой номер", "до скольких вы сегодня?"),
        ("Меня зовут Мария Петрова, живу на Ленина 5, доставка есть?", "доставка есть?"),
        ("паспорт 4509 123456, мне 25 лет, стаж 3.5 года", "мне 25 лет, стаж 3.5 года"),
        ("мой телефон 89161234567", "мой телефон"),
        ("сколько стоит доставка на улицу Ленина, дом 5?", "сколько стоит доставка на  ?"),
    ],
)
def test_the_question_beside_personal_data_is_what_is_looked_up(text: str, looked_up: str) -> None:
    assert mask(text).without_labels.strip() == looked_up


@pytest.mark.parametrize("sign", ["а-", "1.", "а точка "])
def test_a_long_run_of_signs_is_read_at_once(sign: str) -> None:
    started = time.perf_counter()
    mask(sign * 6_000)
    assert time.perf_counter() - started < 3


def test_an_address_that_is_said_after_a_long_run_is_masked() -> None:
    assert "EMAIL" in mask("а-" * 500 + " пишите на иван точка петров собака мэйл точка ру").text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("тел 3331122", "тел [PHONE_1]"),
        ("мой телефон 333-11-22, жду", "мой телефон [PHONE_1], жду"),
        ("перезвоните на 333 11 22", "перезвоните на [PHONE_1]"),
        ("позвоните мне по 3331122", "позвоните мне по [PHONE_1]"),
        ("номер для связи: 3331122", "номер для связи: [PHONE_1]"),
        ("3331122 мой номер", "[PHONE_1] мой номер"),
        ("my phone is 3331122", "my phone is [PHONE_1]"),
        ("@ivan_petrov мой телеграм", "[HANDLE_1] мой телеграм"),
        ("мой тг: @ivan_petrov", "мой тг: [HANDLE_1]"),
        ("напишите мне @ivan_petrov", "напишите мне [HANDLE_1]"),
        ("my telegram is @ivan_petrov", "my telegram is [HANDLE_1]"),
        ("мой телеграм ivan_petrov", "мой телеграм [HANDLE_1]"),
        ("вот мой t.me/ivan_petrov", "вот мой [HANDLE_1]"),
    ],
)
def test_a_contact_that_a_word_beside_it_tells_is_hidden(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "есть за 3331122 рубля?",
        "номер заказа 3331122",
        "позвоните, если будет до 3500000 руб",
        "машина за 3331122",
        "ваш телеграм @zvezda?",
        "у вас канал @zvezda, я подписан",
        "подскажите телеграм вашего салона @zvezda",
        "что такое @zvezda",
        "мой телеграм не работает",
    ],
)
def test_what_is_no_contact_of_the_customer_stays(text: str) -> None:
    assert mask(text).text == text


@pytest.mark.parametrize(
    ("text", "own"),
    [("мне писать в телеграм @zvezda?", "@zvezda"), ("телефон 0001234?", "+7 495 000-12-34")],
)
def test_a_contact_of_the_business_stays_beside_any_word(text: str, own: str) -> None:
    assert mask(text, keep=frozenset({own})).text == text
