"""/mark: testers see answers one by one; and which they see."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, delete

from bot.store.marks import MarkStore, NewItem
from bot.store.rows import TURNS
from bot.store.turns import TurnStore
from tests.fakes.telegram import FakeTelegram
from tests.integration.oversight_kit import CUSTOMER, OPERATOR, QUESTION, TESTER, open_bakery, toast
from tests.integration.town_kit import Town
from tests.records import answer, turn_record

AT = datetime(2026, 11, 25, 5, tzinfo=UTC)


def items(count: int) -> list[NewItem]:
    return [
        NewItem(
            answer_key=f"golden:{number}:x",
            kind="fact",
            model="local",
            version="v1",
            question=f"Вопрос {number}?",
            answer=f"Ответ {number}.",
        )
        for number in range(count)
    ]


class TestStore:
    """Runs on both databases."""

    def test_each_tester_sees_each_answer_once(self, engine: Engine) -> None:
        store = MarkStore(engine, "bakery")
        store.prepare(items(5), AT)
        seen = []
        while (item := store.next("telegram:1", AT)) is not None:
            seen.append(item.answer_key)
            assert store.mark("telegram:1", item.item_id, 4, AT)
        assert sorted(seen) == [f"golden:{number}:x" for number in range(5)]

    def test_what_is_in_hand_is_shown_again_until_it_is_marked(self, engine: Engine) -> None:
        store = MarkStore(engine, "bakery")
        store.prepare(items(3), AT)
        assert store.next("telegram:1", AT) == store.next("telegram:1", AT)

    def test_testers_share_answers_before_they_begin_new_ones(self, engine: Engine) -> None:
        store = MarkStore(engine, "bakery")
        store.prepare(items(30), AT)
        counts: Counter[str] = Counter()
        for tester in (f"telegram:{number}" for number in range(6)):
            for _ in range(5):
                item = store.next(tester, AT)
                assert item is not None
                store.mark(tester, item.item_id, 3, AT)
                counts[item.answer_key] += 1
        assert set(counts.values()) == {3}

    def test_nobody_marks_what_is_not_in_their_hand_or_marks_twice(self, engine: Engine) -> None:
        store = MarkStore(engine, "bakery")
        store.prepare(items(1), AT)
        item = store.next("telegram:1", AT)
        assert item is not None
        assert not store.mark("telegram:2", item.item_id, 5, AT)
        assert store.mark("telegram:1", item.item_id, 5, AT)
        assert not store.mark("telegram:1", item.item_id, 0, AT)
        assert [mark.score for mark in store.marks()] == [5]

    def test_prepared_twice_an_answer_is_there_once(self, engine: Engine) -> None:
        store = MarkStore(engine, "bakery")
        assert (store.prepare(items(2), AT), store.prepare(items(3), AT)) == (2, 1)

    def test_words_of_the_log_go_with_it(self, engine: Engine) -> None:
        store, turns = MarkStore(engine, "mercedes"), TurnStore(engine)
        turns.record([turn_record(1, answer=answer("Первый")), turn_record(2, answer=answer("Второй"))])
        store.prepare(store.logged(10), AT)
        shown = store.next("telegram:1", AT)
        assert shown is not None
        assert shown.answer in ("Первый", "Второй")
        with engine.begin() as connection:
            connection.execute(delete(TURNS))
        assert store.next("telegram:1", AT) is None

    def test_the_same_question_is_taken_once(self, engine: Engine) -> None:
        TurnStore(engine).record([turn_record(number, question="Сколько?") for number in range(1, 4)])
        assert len(MarkStore(engine, "mercedes").logged(10)) == 1

    def test_tenants_do_not_see_each_others(self, engine: Engine) -> None:
        MarkStore(engine, "bakery").prepare(items(1), AT)
        assert MarkStore(engine, "other").next("telegram:1", AT) is None


class TestChat:
    @pytest.fixture
    def database_url(self, sqlite_url: str) -> str:
        return sqlite_url

    @pytest.fixture
    async def town(self, redis: Redis, prefix: str, engine: Engine, tmp_path: Path) -> AsyncIterator[Town]:
        async with (
            FakeTelegram() as telegram,
            open_bakery(telegram, redis, prefix, engine, tmp_path) as town,
        ):
            town.people.oversight.marking.store.prepare(items(2), AT)
            yield town

    async def test_a_mark_brings_the_next_answer_until_all_are_seen(self, town: Town) -> None:
        assert "1 из 2" in await town.say(TESTER, "/mark")
        assert "2 из 2" in await town.tap(TESTER, "5")
        assert "Оценок: 1, пропущено: 1" in await town.tap(TESTER, "Пропустить")
        assert [mark.score for mark in town.people.oversight.marking.store.marks()] == [5]

    async def test_a_double_tap_marks_once_and_shows_the_next_once(self, town: Town) -> None:
        await town.say(TESTER, "/mark")
        town.telegram.inject.press_text(TESTER, "0")
        town.telegram.inject.press_text(TESTER, "4")
        screen = await town.screen(TESTER)
        assert screen.count("2 из 2") == 1
        assert [mark.score for mark in town.people.oversight.marking.store.marks()] == [0]

    async def test_words_can_be_added_to_a_mark(self, town: Town) -> None:
        await town.say(TESTER, "/mark")
        await town.tap(TESTER, "3")
        await town.tap(TESTER, "Добавить пару слов")
        assert "нет слов" in await town.say(TESTER, "!!")
        assert "Записали" in await town.say(TESTER, "Сухо, но верно.")
        (mark,) = town.people.oversight.marking.store.marks()
        assert mark.words == "Сухо, но верно."

    async def test_stopped_it_goes_on_where_it_was(self, town: Town) -> None:
        await town.say(TESTER, "/mark")
        await town.tap(TESTER, "5")
        assert "на сегодня всё" in await town.say(TESTER, "/mark stop")
        assert (await town.say(TESTER, "/mark")).count("2 из 2") == 2

    async def test_with_nothing_prepared_it_says_so(self, town: Town) -> None:
        with town.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM mark_items")
        assert "пока нет" in await town.say(TESTER, "/mark")

    @pytest.mark.parametrize("who", [CUSTOMER, OPERATOR])
    async def test_only_testers_mark(self, town: Town, who: int) -> None:
        assert "1 из 2" not in await town.say(who, "/mark")
        town.telegram.inject.press_forged(who, "mark:s:5:1")
        await town.settle()
        assert town.people.oversight.marking.store.marks() == []

    @pytest.mark.parametrize("data", ["mark:s:6:1", "mark:s:-1:1", "mark:s:5:999", "mark:skip:x", "mark:s:5"])
    async def test_forged_marks_count_for_nothing(self, town: Town, data: str) -> None:
        await town.say(TESTER, "/mark")
        town.telegram.inject.press_forged(TESTER, data)
        await town.settle()
        assert toast(town.telegram, TESTER) == "Эта кнопка уже не действует."
        assert town.people.oversight.marking.store.marks() == []

    async def test_a_question_of_a_tester_is_answered_meanwhile(self, town: Town) -> None:
        await town.say(TESTER, "/mark")
        assert "Свежий хлеб в 9:00" in await town.say(TESTER, QUESTION)
