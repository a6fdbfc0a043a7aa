import pytest

from bot.guard.personal_data import mask

VISA = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    "secret",
    ["+7 916 123-45-67", "8(916)1234567", "89161234567", "ivan.petrov@example.ru", VISA, "5555555555554444"],
)
def test_personal_data_is_hidden(secret: str) -> None:
    masked = mask(f"Запишите: {secret}, жду")
    assert secret not in masked.text
    assert masked.restore(masked.text) == f"Запишите: {secret}, жду"


@pytest.mark.parametrize(
    "innocent", ["C 180", "6 990 000 ₽", "2024 год", "4111 1111 1111 1112", "с 9:00 до 21:00"]
)
def test_innocent_numbers_stay(innocent: str) -> None:
    assert mask(innocent).text == innocent


def test_the_same_phone_gets_the_same_label() -> None:
    assert mask("89161234567 или 89161234567").text == "[PHONE_1] или [PHONE_1]"


def test_the_business_own_phone_stays_in_any_spelling() -> None:
    assert mask("8 (495) 000-12-34", keep=frozenset({"+7 495 000 12 34"})).text == "8 (495) 000-12-34"
