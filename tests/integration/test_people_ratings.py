"""People rate a talk and the business: once, by themselves, and only if they want to."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, delete, update

from bot.cli import ratings as ratings_command
from bot.settings import Settings
from bot.store.ratings import RATINGS
from bot.store.rows import DIALOGUES, PEOPLE
from tests.fakes.telegram import FakeTelegram
from tests.integration.people_rating_kit import BYE, QUESTION, ratings, rows, talk, turn_clock
from tests.integration.town_kit import KEY, Town, open_town

OPEN = datetime(2026, 11, 25, 5, tzinfo=UTC)
"""A Wednesday noon in Novosibirsk."""
TOO_LATE = "Эту оценку поставить нельзя: она не ваша или время для неё прошло."


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        telegram.inject.open_chat(7)
        yield telegram


@pytest.fixture
async def town(telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    async with open_town(telegram, redis, prefix, engine) as town:
        yield town


def csat_data(town: Town, rest: str) -> str:
    ((dialogue_id,),) = rows(town, RATINGS.c.subject, kind="csat")
    return f"csat:{dialogue_id}:{rest}"


async def toast_of(town: Town, data: str, *, user_id: int = 7) -> str:
    town.telegram.inject.press_forged(7, data, user_id=user_id)
    await town.settle()
    return town.telegram.toasts(user_id)[-1].text


async def test_a_talk_is_rated_with_reasons_and_masked_words(town: Town) -> None:
    await talk(town)
    await town.tap(7, "4")
    await town.tap(7, "Долго")
    screen = await town.say(7, "Отвечали медленно, мой номер +7 916 123-45-67")
    assert ratings(town, "csat") == [(4, ["slow"], "Отвечали медленно, мой номер [PHONE_1]")]
    assert screen.endswith("Спасибо, передадим коллегам.")


async def test_the_scale_stands_in_two_rows(town: Town) -> None:
    screen = await talk(town)
    assert "[1] [2] [3] [4] [5]\n    [6] [7] [8] [9] [10]\n" in screen


async def test_nobody_rates_a_talk_without_an_answer(town: Town) -> None:
    await town.say(7, "Привет")
    assert "Оцените" not in await town.say(7, BYE)
    assert ratings(town, "csat") == []


async def test_a_talk_in_which_nobody_knew_is_rated_too(town: Town) -> None:
    await town.say(7, "Сколько весит луна зимой?")
    assert "Оцените" in await town.say(7, BYE)


async def test_who_says_in_words_that_they_were_not_helped_is_shown_the_way_to_a_person(town: Town) -> None:
    await talk(town)
    await town.tap(7, "2")
    assert "[Перезвоните мне]" in await town.say(7, "ничего не понятно")


async def test_the_last_score_counts_with_the_reasons_for_it(town: Town) -> None:
    await talk(town)
    await town.tap(7, "3")
    await town.tap(7, "Ответ неверный")
    await town.tap(7, "Изменить оценку")
    assert "[Понятно]" in await town.tap(7, "9")
    assert ratings(town, "csat") == [(9, [], "")]


async def test_a_reason_is_taken_back_by_another_tap(town: Town) -> None:
    await talk(town)
    await town.tap(7, "10")
    assert "[✓ Быстро]" in await town.tap(7, "Быстро")
    assert "[Быстро]" in await town.tap(7, "✓ Быстро")
    screen = await town.tap(7, "Готово")
    assert screen.endswith("Dezhurny: Ваша оценка: 10 из 10. Спасибо, мы её учтём.")


async def test_who_was_not_helped_is_shown_the_way_to_a_person(town: Town) -> None:
    await talk(town)
    await town.tap(7, "6")
    screen = await town.tap(7, "Готово")
    assert "+7 (383) 000-11-22" in screen
    assert screen.endswith("[Перезвоните мне]")


async def test_whoever_goes_on_talking_is_answered_and_may_rate_later(town: Town) -> None:
    await talk(town)
    await town.tap(7, "8")
    screen = await town.say(7, "А есть ли ржаной?")
    assert screen.endswith("Да, каждый день.")
    await town.tap(7, "Вежливо")
    assert ratings(town, "csat") == [(8, ["polite"], "")]


async def test_words_are_awaited_for_ten_minutes(town: Town) -> None:
    await talk(town)
    await town.tap(7, "8")
    turn_clock(town, minutes=10, seconds=1)
    await town.say(7, "всё было быстро")
    assert ratings(town, "csat") == [(8, [], "")]


async def test_words_that_are_delivered_twice_are_taken_once(town: Town) -> None:
    await talk(town)
    await town.tap(7, "8")
    injected = town.telegram.inject.message(7, "было приятно")
    screen = await town.screen(7)
    town.telegram.inject.redeliver(injected.update_id)
    assert await town.screen(7) == screen


@pytest.mark.parametrize("data", ["csat:0123456789abcdef01234567:9", "nps:2026-01-01:9"])
async def test_a_forged_score_changes_nothing(town: Town, data: str) -> None:
    await talk(town)
    assert await toast_of(town, data) == TOO_LATE
    assert [row[0] for row in ratings(town, "csat")] == [None]


@pytest.mark.parametrize("rest", ["11", "0", "010", "-1", "+polite", "x"])
async def test_a_forged_button_changes_nothing(town: Town, rest: str) -> None:
    await talk(town)
    assert await toast_of(town, csat_data(town, rest)) in (TOO_LATE, "Эта кнопка уже не действует.")
    assert ratings(town, "csat") == [(None, [], "")]


async def test_a_reason_of_the_other_kind_is_none(town: Town) -> None:
    await talk(town)
    await town.tap(7, "10")
    assert await toast_of(town, csat_data(town, "+slow")) == TOO_LATE


async def test_somebody_else_cannot_rate(town: Town) -> None:
    await talk(town)
    town.telegram.inject.open_chat(8)
    assert await toast_of(town, csat_data(town, "9"), user_id=8) == TOO_LATE
    assert ratings(town, "csat") == [(None, [], "")]


async def test_a_rating_after_the_data_was_erased_is_refused(town: Town) -> None:
    await talk(town)
    with town.engine.begin() as connection:
        connection.execute(delete(RATINGS))
    await town.tap(7, "9")
    assert town.telegram.toasts(7)[-1].text == TOO_LATE
    assert ratings(town, "csat") == []


async def test_months_later_a_tap_is_refused(town: Town) -> None:
    await talk(town)
    message = town.telegram.messages(7)[-1]
    turn_clock(town, days=90)
    town.telegram.inject.press_old(7, message.message_id, csat_data(town, "9"))
    await town.settle()
    assert town.telegram.toasts(7)[-1].text == TOO_LATE
    assert ratings(town, "csat") == [(None, [], "")]


async def test_who_does_not_want_to_be_asked_is_not(town: Town) -> None:
    await talk(town)
    assert "/rate" in await town.tap(7, "Больше не спрашивать")
    assert "Оцените" not in await talk(town)
    await town.say(7, "/rate")
    assert "Оцените" in await talk(town)


async def test_a_group_is_not_asked(town: Town) -> None:
    town.telegram.inject.open_chat(-5, title="Семья")
    for text in (QUESTION, BYE):
        await town.say(-5, f"@{town.telegram.username} {text}", person_id=7)
    assert ratings(town, "csat") == []


async def nps_after(town: Town, **later: float) -> str:
    turn_clock(town, **later)
    await town.do_duty("ask_nps")
    return await town.screen(7)


async def test_the_nps_follows_a_rating_but_not_at_once(town: Town) -> None:
    await talk(town)
    await town.tap(7, "9")
    assert "посоветуете" not in await nps_after(town, seconds=30)
    screen = await nps_after(town, seconds=90)
    assert "[0] [1] [2] [3] [4] [5]\n    [6] [7] [8] [9] [10]\n" in screen
    await town.tap(7, "10")
    assert ratings(town, "nps") == [(10, [], "")]


async def test_who_did_not_rate_is_asked_on_a_later_day_while_it_is_open(town: Town) -> None:
    await talk(town)
    with town.engine.begin() as connection:
        connection.execute(update(RATINGS).values(created_at=OPEN - timedelta(hours=4)))
    town.now = lambda: OPEN
    await town.do_duty("ask_nps")
    assert ratings(town, "nps") == []
    for at, asked in ((OPEN + timedelta(hours=15), 0), (OPEN + timedelta(days=1), 1)):
        town.now = lambda at=at: at  # type: ignore[misc]
        await town.do_duty("ask_nps")
        assert len(ratings(town, "nps")) == asked


async def test_the_nps_is_asked_once_in_ninety_days(town: Town) -> None:
    await talk(town)
    await town.tap(7, "9")
    await nps_after(town, seconds=90)
    ((asked_at,),) = rows(town, RATINGS.c.created_at, kind="nps")
    for since, count in ((timedelta(days=90, microseconds=-1), 1), (timedelta(days=90), 2)):
        now = asked_at + since
        town.now = lambda now=now: now  # type: ignore[misc]
        with town.engine.begin() as connection:
            rated = update(RATINGS).where(RATINGS.c.kind == "csat")
            connection.execute(rated.values(answered_at=now - timedelta(minutes=2)))
        await town.do_duty("ask_nps")
        await town.do_duty("ask_nps")
        assert len(ratings(town, "nps")) == count


@pytest.mark.parametrize("why", ["off", "blocked"])
async def test_the_nps_is_not_asked_of_who_is_closed(town: Town, why: str) -> None:
    await talk(town)
    await town.tap(7, "9")
    if why == "off":
        await town.say(7, "/norate")
    else:
        with town.engine.begin() as connection:
            connection.execute(update(PEOPLE).values(blocked_at=datetime.now(UTC)))
    await nps_after(town, seconds=90)
    assert ratings(town, "nps") == []


async def test_an_old_end_asks_for_nothing(town: Town) -> None:
    await town.say(7, QUESTION)
    with town.engine.begin() as connection:
        connection.execute(update(DIALOGUES).values(last_at=datetime.now(UTC) - timedelta(days=3)))
    turn_clock(town, minutes=31)
    await town.do_duty("close_silent")
    assert ratings(town, "csat") == []


async def test_the_owner_sees_what_it_all_comes_to(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    for score in ("9", "8"):
        await talk(town)
        await town.tap(7, score)
    await nps_after(town, seconds=90)
    await town.tap(7, "10")
    url = town.engine.url.render_as_string(hide_password=False)
    settings = Settings.model_validate({"tenant": str(town.folder), "database_url": url, "data_keys": KEY})
    capsys.readouterr()
    assert await asyncio.to_thread(ratings_command.run, settings) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("bakery: CSAT 8.5, the goal of 8 is reached")
    assert printed.splitlines()[-2].split()[:3] == ["all", "8.5", "[8.0;"]
    assert "+100 n=1" in printed
