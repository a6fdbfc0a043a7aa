import pytest

from bot.people.callbacks.phones import PhoneFault, masked_phone, read_phone, shared_phone, shown_phone

RUSSIAN = "+79161234567"


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("8 916 123 45 67", RUSSIAN),
        ("+7 (916) 123-45-67", RUSSIAN),
        ("79161234567", RUSSIAN),
        ("9161234567", RUSSIAN),
        ("8.916.123.45.67", RUSSIAN),
        ("мой 8-916-123-45-67, Анна", RUSSIAN),
        ("８９１６１２３４５６７", RUSSIAN),
        ("8️⃣9️⃣1️⃣6️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣", RUSSIAN),
        ("8 916\u00a0123\u201145\u201167", RUSSIAN),
        ("+380 44 123 45 67", "+380441234567"),
        ("+49 30 901820", "+4930901820"),
        ("+1 415 555 2671", "+14155552671"),
        ("8-800-555-35-35", "+78005553535"),
    ],
)
def test_a_number_is_read_however_it_is_written(written: str, phone: str) -> None:
    assert read_phone(written, "RU") == phone


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("плюс семь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь", PhoneFault.IN_WORDS),
        ("plus seven nine one six one two three four five six seven", PhoneFault.IN_WORDS),
        ("плюс семь девятьсот шестнадцать", PhoneFault.IN_WORDS),
        ("мой номер восемь девятьсот шестнадцать", PhoneFault.IN_WORDS),
        ("плюс семь 916 сто двадцать три", PhoneFault.IN_WORDS),
        ("nine one six", PhoneFault.IN_WORDS),
        ("112", PhoneFault.SHORT),
        ("8 916 123", PhoneFault.SHORT),
        ("123-45-67", PhoneFault.SHORT),
        ("89161234567890123", PhoneFault.LONG),
        ("8 916 123 45 67 доб. 12", PhoneFault.EXTENSION),
        ("8 916 123 45 67 #12", PhoneFault.EXTENSION),
        ("8 916 123 45 67 или 8 903 765 43 21", PhoneFault.SEVERAL),
        ("+7 000 000 00 00", PhoneFault.NO_SUCH),
        ("8 495 000-12-34", PhoneFault.OWN),
    ],
)
def test_what_cannot_be_called_says_why(written: str, fault: PhoneFault) -> None:
    assert read_phone(written, "RU", own={"74950001234"}) is fault


@pytest.mark.parametrize(
    "written",
    ["", "сколько стоит GLE 450?", "позвоните", "кредит 5000000 рублей на 60 месяцев", "два",
     "в субботу в десять", "есть три машины до миллиона", "двадцать пятого"],
)  # fmt: skip
def test_talk_is_no_number(written: str) -> None:
    assert read_phone(written, "RU") is None


def test_a_number_of_another_country_is_read_by_its_region() -> None:
    assert read_phone("030 901820", "DE") == "+4930901820"


def test_a_shared_number_may_lack_its_plus() -> None:
    assert shared_phone("79161234567") == shared_phone(RUSSIAN) == RUSSIAN
    assert shared_phone("88801234567") is shared_phone("") is None


def test_a_number_is_shown_whole_or_masked() -> None:
    assert (masked_phone(RUSSIAN), shown_phone(RUSSIAN)) == ("+7 916 ***-**-67", "+7 916 123-45-67")
