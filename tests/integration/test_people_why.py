"""«Почему?» and /why: what staff read of an answer, and that nobody else reads it."""

from dataclasses import replace

import pytest
from sqlalchemy import delete

from bot.domain import Light, TurnRecord, Verdict
from bot.store.rows import TURNS
from bot.store.turns import TurnStore
from tests.integration.oversight_kit import (
    CUSTOMER,
    OPERATOR,
    QUESTION,
    TESTER,
    chat,
    toast,
)
from tests.integration.town_kit import Town
from tests.records import answer, turn_record

PERSONAL = "Мой телефон +7 913 222 33 44, есть ли ржаной?"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def town(town_with_staff: Town) -> Town:
    return town_with_staff


async def asked(town: Town, question: str = QUESTION) -> TurnRecord:
    await town.say(CUSTOMER, question)
    return TurnStore(town.engine).recent(chat(CUSTOMER), 1)[0]


async def test_an_operator_reads_sources_with_scores_checks_and_versions(town: Town) -> None:
    record = await asked(town)
    screen = await town.say(OPERATOR, f"/why {record.turn_id}")
    for part in ("Когда хлеб свежий? — 0.94", "✓ цены, числа", "Модель:", "версия подсказки", "Время, с:"):
        assert part in screen
    assert len(town.telegram.sent(OPERATOR)) == 1


async def test_what_was_masked_is_told_by_kind_and_never_by_value(town: Town) -> None:
    record = await asked(town, PERSONAL)
    screen = await town.say(OPERATOR, f"/why {record.turn_id}")
    assert "телефон × 1" in screen
    assert "913" not in screen


async def test_it_is_told_in_the_language_of_the_one_who_asks(town: Town) -> None:
    record = await asked(town)
    screen = await town.say(OPERATOR, f"/why {record.turn_id}", language="en")
    assert "Why this answer" in screen


@pytest.mark.parametrize("who", [CUSTOMER, TESTER])
async def test_to_everybody_else_it_is_a_text_like_any_other(town: Town, who: int) -> None:
    record = await asked(town)
    screen = await town.say(who, f"/why {record.turn_id}")
    assert "Источники" not in screen
    town.telegram.inject.press_forged(who, f"why:{record.turn_id}")
    await town.settle()
    assert toast(town.telegram, who) == "Эта кнопка уже не действует."


@pytest.mark.parametrize("forged", ["", "telegram:7:1", "telegram:9:x' OR 1=1", "mercedes", "\x00"])
async def test_a_turn_that_is_not_there_is_answered_by_a_sentence(town: Town, forged: str) -> None:
    await asked(town)
    await town.say(OPERATOR, "/why telegram:0:0")
    town.telegram.inject.press_forged(OPERATOR, f"why:{forged}")
    await town.settle()
    assert "больше нет" in toast(town.telegram, OPERATOR)


async def test_a_purged_turn_says_so(town: Town) -> None:
    record = await asked(town)
    with town.engine.begin() as connection:
        connection.execute(delete(TURNS))
    assert "вышел срок хранения" in await town.say(OPERATOR, f"/why {record.turn_id}")


async def test_of_another_tenant_nothing_is_told(town: Town) -> None:
    TurnStore(town.engine).record([turn_record(tenant="mercedes")])
    assert "Такого ответа в журнале нет" in await town.say(OPERATOR, "/why telegram:42:1")


async def test_without_a_turn_it_says_how_to_ask(town: Town) -> None:
    assert "на карточку" in await town.say(OPERATOR, "/why")


async def test_the_longest_turn_fits_into_one_message(town: Town) -> None:
    verdicts = tuple(Verdict(check="claims", passed=False, detail="*_[x]" * 300 + str(n)) for n in range(30))
    sources = tuple(f"Документ {n} > {'очень ' * 100}" for n in range(20))
    long = answer("`*_слово_*` " * 900, light=Light.RED, verdicts=verdicts, sources=sources)
    record = replace(turn_record(tenant="bakery", answer=long), question="Вопрос? " * 500)
    TurnStore(town.engine).record([record])
    await town.say(OPERATOR, f"/why {record.turn_id}")
    (message,) = town.telegram.sent(OPERATOR)
    assert len(message.text) <= 4_096
    assert "🔴" in message.text
