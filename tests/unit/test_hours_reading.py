from datetime import UTC, datetime

import pytest

from bot.computing.hours_places import Place
from bot.computing.hours_reading import HoursQuestion, HoursReading

TUESDAY_NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
READING = HoursReading(
    {
        "": Place(names=["Тёплый хлеб", "Warm Bread"], does="пекарня, хлеб и пироги на заказ"),
        "Заказы": Place(names=["Заказы", "стол заказов", "orders"], does="торты и пироги на заказ"),
        "Охрана": Place(names=["Охрана", "guards"], does="ворота и стоянка"),
        "Кафе": Place(names=["Кафе", "cafe"], does="завтраки"),
    },
    {"День хлеба": (10, 16)},
)


def read(text: str, *, leans: bool = False) -> HoursQuestion | None:
    return READING.read(text, TUESDAY_NOON, leans=leans)


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("до скольки стол заказов", "Заказы"),
        ("кафе во сколько открывается", "Кафе"),
        ("завтраки с какого часа", "Кафе"),
        ("стоянка круглосуточно работает?", "Охрана"),
        ("пекарня до скольки", ""),
        ("до скольки вы", ""),
        ("when does the cafe open", "Кафе"),
        ("are the guards there at night, round the clock?", "Охрана"),
    ],
)
def test_a_department_is_named_by_what_only_it_has(text: str, department: str) -> None:
    asked = read(text)
    assert asked is not None
    assert asked.department == department


@pytest.mark.parametrize(
    "text",
    [
        "до скольки работает прачечная",
        "график лифта",
        "тренажёрный зал до скольки",
        "бассейн, во сколько открывается?",
        "часы работы банкомата",
        "расписание автобусов",
        "what are the hours of the pool",
        "is your gym open",
    ],
)
def test_a_stranger_has_no_hours_here(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "девушка, до скольки вы сегодня",
        "можно приехать за тортом в субботу",
        "можно приехать с ребёнком в субботу",
        "до скольки можно забрать торт сегодня",
        "сломалась духовка, до скольки вы",
        "Есть вопрос по торту. До скольки вы сегодня?",
    ],
)
def test_what_one_comes_for_is_no_stranger(text: str) -> None:
    assert read(text) is not None


@pytest.mark.parametrize(
    ("text", "is_now", "is_lunch"),
    [
        ("вы открыты?", True, False),
        ("вы сейчас работаете?", True, False),
        ("скоро закрываетесь?", True, False),
        ("когда вы открыты?", False, False),
        ("до скольки открыто", False, False),
        ("открыты в субботу?", False, False),
        ("открыты в праздники?", False, False),
        ("когда обед", False, True),
        ("есть перерыв?", False, True),
        ("после обеда работаете?", False, False),
        ("is it open", True, False),
        ("when is lunch break", False, True),
        ("open after lunch?", True, False),
    ],
)
def test_now_and_lunch_are_asked_apart(text: str, is_now: bool, is_lunch: bool) -> None:
    asked = read(text)
    assert asked is not None
    assert (asked.now, asked.lunch) == (is_now, is_lunch)


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("до скольки вы сегодня работаете", True),
        ("здравствуйте, подскажите пожалуйста, вы завтра работаете?", True),
        ("кафе в субботу", True),
        ("кафе в субботу купить круассан со сливками и кофе", False),
        ("кафе", False),
        ("в субботу", False),
        ("как работает закваска", False),
        ("работаете с юрлицами?", False),
        ("how does it work", False),
        ("хлеб есть?", False),
    ],
)
def test_only_a_question_of_hours_is_surely_one(text: str, certain: bool) -> None:
    asked = read(text)
    assert (asked is not None and asked.certainty >= 0.5) is certain


def test_after_a_question_of_hours_a_day_is_enough() -> None:
    assert read("а в субботу?") is None
    asked = read("а в субботу?", leans=True)
    assert asked is not None
    assert [day.isoformat() for day in asked.days] == ["2026-11-28"]
    assert read("а почём хлеб?", leans=True) is None


def test_a_holiday_of_the_tenant_is_a_day() -> None:
    asked = read("работаете в день хлеба?")
    assert asked is not None
    assert [day.isoformat() for day in asked.days] == ["2027-10-16"]


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("приеду завтра в полвторого", 13 * 60 + 30),
        ("успею завтра к пол седьмого?", 18 * 60 + 30),
        ("вы завтра откроетесь к половине девятого?", 8 * 60 + 30),
        ("are you open tomorrow at half past six", 18 * 60 + 30),
        ("can i pop in tomorrow around noon", 12 * 60),
    ],
)
def test_halves_of_hours_are_read(text: str, minute: int) -> None:
    asked = read(text)
    assert asked is not None
    assert asked.at_min == minute
