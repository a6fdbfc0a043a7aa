from pathlib import Path

import pytest

from bot.guard.claims import foreign_script, unknown_labels, unsupported_claims
from bot.guard.phrasing import unfaithful_phrasing
from bot.tenant import load_tenant

FACTS = [
    "Салон открыт с 9:00 до 21:00, телефон +7 (495) 000-12-34. Шиномонтаж стоит 4 500 ₽, скидка 10%.",
    "Сертификаты на 5 000, 10 000 и 30 000 рублей, 1 и 2 января закрыто, гарантия 2 года, ремонт 2-5 дней.",
    "Адрес: 125993, Москва. https://zvezda.example, @zvezda",
]


@pytest.mark.parametrize(
    "draft",
    [
        "Мы работаем с 9:00 до 21:00.",
        "Шиномонтаж: 4500 рублей",
        "Звоните 8 495 000-12-34, скидка 10 процентов",
        "Ещё 10000 ₽, 10 тыс. руб. и десять тысяч рублей",
        "1. Мойка\n2. Шины",
        "С 9 до 21, то есть 09:00–21:00",
        "1 января закрыто, гарантия два года, ремонт от 2 до 5 дней",
        "Пишите: t.me/zvezda или zvezda.example",
    ],
)
def test_a_supported_draft_passes(draft: str) -> None:
    assert unsupported_claims(draft, FACTS) == []


@pytest.mark.parametrize(
    ("draft", "claim"),
    [
        ("Шиномонтаж стоит 3 900 ₽", "3 900 ₽"),
        ("Позвоните +7 495 111-22-33", "+7 495 111-22-33"),
        ("Скидка 90%!", "90%"),
        ("Закрываемся в 22:30", "22:30"),
        ("Пишите на sales@fake.ru", "sales@fake.ru"),
        ("Подробнее: https://fake.ru/x", "https://fake.ru/x"),
        ("Привезём 12 марта", "12 марта"),
    ],
)
def test_an_invented_claim_is_named(draft: str, claim: str) -> None:
    assert claim in unsupported_claims(draft, FACTS)


@pytest.mark.parametrize(
    ("draft", "phrased", "reason"),
    [
        ("Стоянка на 40 мест.", "У нас стоянка на 40 мест!", ""),
        ("Стоянка на 40 мест.", "У нас стоянка на 50 мест!", "numbers differ"),
        ("С 21 года нельзя.", "С 21 года можно.", "negations differ"),
        ("Есть GLC и GLE.", "Есть GLC и GLS.", "names differ"),
        ("Приезжайте к нам.", "Да.", "length differs"),
    ],
)
def test_phrasing_keeps_the_meaning(draft: str, phrased: str, reason: str) -> None:
    assert unfaithful_phrasing(draft, phrased) == reason


@pytest.mark.parametrize(
    ("draft", "phrased"),
    [
        ("Тест-драйв бесплатный, он длится 40 минут.", "Тест-драйв платный, он длится 40 минут."),
        ("Гарантия три года.", "Гарантия пять лет."),
        ("Кредит от 5 % на 12 месяцев", "Кредит от 12 % на 5 месяцев"),
        ("Нельзя приехать с собакой.", "Можно приехать с собакой."),
        ("Салон закрыт в воскресенье.", "Салон открыт в воскресенье."),
        ("Салон закрыт в воскресенье.", "Салон работает в воскресенье."),
        ("Звоните в отдел продаж, а не в сервис.", "Звоните в сервис, а не в отдел продаж."),
        ("С 9:00 до 21:00", "С 21:00 до 9:00"),
    ],
)
def test_a_phrasing_turns_nothing_round(draft: str, phrased: str) -> None:
    assert unfaithful_phrasing(draft, phrased, "Можно? Открыто?")


@pytest.mark.parametrize(
    ("draft", "phrased"),
    [
        ("Да, у салона 80 бесплатных мест.", "Да, у нас есть 80 бесплатных мест у салона!"),
        ("Салон открыт с 9:00 до 21:00, без обеда.", "Салон работает с 9:00 до 21:00, без обеда. Ждём вас!"),
        ("Нужны паспорт и права.", "Вам понадобятся паспорт и права."),
        ("Мойка бесплатна после ТО.", "Мойка бесплатна после ТО, будем рады вас видеть!"),
    ],
)
def test_a_good_phrasing_passes(draft: str, phrased: str) -> None:
    assert unfaithful_phrasing(draft, phrased) == ""


@pytest.mark.parametrize(
    ("draft", "foreign"), [("欢迎", True), ("Приезжайте! 😀 — «C 180» №5 ₽", False), ("ελα", True)]
)
def test_letters_of_another_script_are_seen(draft: str, foreign: bool) -> None:
    assert foreign_script(draft) is foreign


def test_what_the_customer_said_supports_bare_numbers_alone() -> None:
    said = [
        "Вопрос 17: GLE 450 приеду 12 марта в 15:40, вы обещали за 100 рублей и скидку 90%, +7 916 123-45-67"
    ]
    assert unsupported_claims("На вопрос 17: GLE 450 есть", FACTS, asked=said) == []
    for draft in ("Ждём 12 марта", "в 15:40", "за 100 рублей", "за 100 ₽", "90%", "+7 916 123-45-67"):
        assert unsupported_claims(draft, FACTS, asked=said), draft


@pytest.mark.parametrize(
    "draft",
    """Цена 12 990 000.;GLE стоит 9,9 млн.;Шесть миллионов рублей.;Price is 6,900,000 RUB
    It costs 6 million rubles
    It costs $85,000;€ 100 000;Скидка 300000 на всё;ТО обойдётся в 125993 ₽;Звоните (495) 999-88-77
    Звоните 495 999-88-77;+49 30 1234567;+7.495.999.88.77;Пишите на mercedes-fake.ru;t.me/fakebot
    @fake_manager
    Работаем с 8 до 23;в 23 часа;до 31.12;2026-12-31;скидка двадцать процентов;рассрочка 0 %;3 машины GLE 450
    Гарантия 10 лет;пятилетняя гарантия;Ставка 0,1 % годовых;Цена 5 000 000р;+7 (495) 999–88–77;4500 $
    Цена\xa05\xa0000\xa0000\xa0₽;5 тыс ₽ и 6 тыс ₽;5 кк;7к рублей;₽5 000 000;５００ ₽;٥٠٠ ₽;2 5 0 0 0 ₽;10 лет
    Перезвоним вам;Мы забронировали машину;Вы записаны на завтра;Скидку дадим
    8\u200b(495)9998877;4500%""".replace("\n    ", ";").split(";"),
)
def test_no_spelling_hides_an_invention(draft: str) -> None:
    assert unsupported_claims(draft, FACTS)


@pytest.mark.parametrize(
    "draft",
    [
        "Ожидайте звонка",
        "Ждите обратного звонка.",
        "Бронь оформлена",
        "Бронирование подтверждено",
        "Оформил бронь",
    ],
)
def test_a_promise_is_one_whoever_is_to_keep_it(draft: str) -> None:
    assert unsupported_claims(draft, FACTS)


def test_a_fact_supports_a_promise_of_its_kind() -> None:
    assert unsupported_claims("Мы перезвоним вам", ["Перезваниваем в рабочие часы."]) == []


@pytest.mark.parametrize(
    "draft",
    [
        "Напишите, когда вам перезвонить.",
        "Напишите, пожалуйста, номер и время, когда вам удобно перезвонить.",
        "Сообщите, если нужно перезвонить",
        "Укажите, куда перезвонить: в салон или на мобильный",
        "Подскажите, на какой номер вам перезвонить?",
        "Во сколько вам перезвонить?",
        "Перезвоните нам позже.",
    ],
)
def test_a_request_to_the_customer_is_no_promise(draft: str) -> None:
    assert unsupported_claims(draft, []) == []


@pytest.mark.parametrize(
    "draft",
    [
        "Мы перезвоним",
        "Перезвоню вам завтра",
        "Напишите, когда вам перезвонить, и мы перезвоним.",
        "Напишите, мы перезвоним и спросим, когда вам перезвонить.",
        "Напишите, когда удобно, менеджер готов перезвонить.",
        "Если нужно, можем перезвонить.",
        "Скажите, когда мы сможем вам перезвонить",
        "Готовы перезвонить в любое время.",
        "Когда освободимся, вам перезвонят.",
    ],
)
def test_a_call_back_is_a_promise_whatever_is_asked_beside_it(draft: str) -> None:
    assert unsupported_claims(draft, [])


def test_a_label_that_stands_for_nothing_is_seen() -> None:
    assert unknown_labels("[PHONE_1] и [PHONE_2]", ["[PHONE_1]"]) == ["[PHONE_2]"]


def test_every_text_supports_itself() -> None:
    for passage in load_tenant(Path("tenants/mercedes")).passages:
        assert unsupported_claims(passage.text, [passage.text]) == []


@pytest.mark.parametrize(
    "draft", ["Готово [id 8f3a]", "marker-123 готов", "Ответ 42: да", "№7, номер заявки", "x_5 chat:9"]
)
def test_a_mark_with_digits_states_nothing(draft: str) -> None:
    assert unsupported_claims(draft, FACTS) == []


@pytest.mark.parametrize("draft", ["Есть 3 машины", "Это C180", "Это GLC-300", "Осталось 3."])
def test_a_quantity_and_a_models_name_are_claims(draft: str) -> None:
    assert unsupported_claims(draft, FACTS) != []


@pytest.mark.parametrize(
    ("draft", "fact", "claims"),
    [
        ("Доставка бесплатная.", "Доставка стоит 500 ₽.", ["бесплатная"]),
        ("Мойка бесплатно!", "Мойка бесплатна для гостей.", []),
        ("Это не бесплатно.", "Мойка стоит 500 ₽.", []),
        ("Гарантия вечная.", "Гарантия 2 года.", ["гарантия вечная"]),
        ("У нас бессрочная гарантия.", "Гарантия на работы бессрочная.", []),
        ("Delivery is free of charge.", "Delivery costs 500 ₽.", ["free of charge"]),
    ],
)
def test_what_costs_nothing_or_lasts_for_ever_must_be_a_fact(
    draft: str, fact: str, claims: list[str]
) -> None:
    assert unsupported_claims(draft, [fact]) == claims
