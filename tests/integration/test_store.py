from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, select

from bot.domain import ChannelName, ChatRef
from bot.errors import StoreError
from bot.store.engine import open_engine
from bot.store.rows import DIALOGUES, PEOPLE
from bot.store.turns import StoreCounts, TurnStore
from tests.records import CHAT, NOON, answer, turn_record

OTHER_CHAT = ChatRef(channel=ChannelName.WEB, chat_id="w1", private=False)


def test_a_turn_comes_back_as_it_was_recorded(store: TurnStore) -> None:
    record = turn_record(question="Сколько стоит «GLE»? 🚗", attempt=2, chat=OTHER_CHAT)
    store.record([record])
    assert store.turn(record.turn_id) == record
    assert store.turn("telegram:1:1") is None


def test_moments_come_back_in_utc_whatever_zone_they_had(store: TurnStore) -> None:
    moscow = datetime(2026, 11, 2, 15, 0, 0, 123456, tzinfo=timezone(timedelta(hours=3)))
    store.record([turn_record(received_at=moscow, answered_at=moscow)])
    kept = store.turn("telegram:42:1")
    assert kept is not None
    assert kept.received_at == moscow
    assert kept.received_at.tzinfo is UTC


def test_a_batch_that_is_recorded_again_adds_nothing(store: TurnStore) -> None:
    batch = [turn_record(number) for number in range(1, 101)]
    store.record(batch)
    store.record([*batch[50:], turn_record(101)])
    assert store.counts() == StoreCounts(people=1, dialogues=1, turns=101)


def test_a_turn_twice_in_one_batch_is_one_row(store: TurnStore) -> None:
    store.record([turn_record(1), turn_record(1, attempt=2)])
    assert store.counts().turns == 1


def test_an_empty_batch_is_no_work(store: TurnStore) -> None:
    store.record([])
    assert store.counts() == StoreCounts(people=0, dialogues=0, turns=0)


def test_a_batch_larger_than_a_statement_is_written_whole(store: TurnStore) -> None:
    store.record(
        [turn_record(number, person_id=str(number), dialogue_id=str(number)) for number in range(1, 2_101)]
    )
    assert store.counts() == StoreCounts(people=2_100, dialogues=2_100, turns=2_100)


def test_writers_at_the_same_time_do_not_disturb_one_another(store: TurnStore) -> None:
    def write(start: int) -> None:
        for number in range(start, start + 200, 20):
            people = [str(number % 7) for number in range(number, number + 20)]
            store.record(
                [
                    turn_record(number + at, person_id=person, dialogue_id=person)
                    for at, person in enumerate(people)
                ]
            )

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(write, (0, 100, 200, 300)))
    assert store.counts() == StoreCounts(people=7, dialogues=7, turns=500)


def test_recent_turns_are_those_of_the_chat_newest_first(store: TurnStore) -> None:
    store.record([turn_record(number) for number in (2, 3, 1)])
    store.record([turn_record(9, chat=OTHER_CHAT, person_id="w1", dialogue_id="d9")])
    assert [record.question for record in store.recent(CHAT, 2)] == ["Вопрос 3", "Вопрос 2"]


def test_a_person_keeps_the_latest_name_and_the_whole_span(store: TurnStore, engine: Engine) -> None:
    store.record([turn_record(5, person_name="Анна Б.")])
    store.record([turn_record(1, person_name="Анна")])
    with engine.connect() as connection:
        person = connection.execute(select(PEOPLE)).one()
    assert person.name == "Анна Б."
    assert (person.first_seen_at, person.last_seen_at) == (
        NOON + timedelta(minutes=1),
        NOON + timedelta(minutes=5),
    )


def test_a_dialogue_ends_when_the_next_one_begins(store: TurnStore, engine: Engine) -> None:
    store.record([turn_record(1), turn_record(2)])
    store.record([turn_record(3, dialogue_id="d2"), turn_record(4, dialogue_id="d3")])
    with engine.connect() as connection:
        rows = connection.execute(select(DIALOGUES.c.id, DIALOGUES.c.ended_at)).all()
    ends = {row.id: row.ended_at for row in rows}
    assert ends["d1"] == turn_record(2).answered_at
    assert ends["d2"] == turn_record(3).answered_at
    assert ends["d3"] is None


def test_signs_that_sql_cannot_hold_are_left_out(store: TurnStore) -> None:
    store.record([turn_record(question="a\x00b", answer=answer("в\ud83dг", trace={"raw": "\x00"}))])
    kept = store.turn("telegram:42:1")
    assert kept is not None
    assert (kept.question, kept.answer.text) == ("ab", "в?г")


def test_one_bad_record_keeps_its_whole_batch_out(store: TurnStore) -> None:
    with pytest.raises(StoreError) as refusal:
        store.record([turn_record(1), turn_record(2, attempt=2**70)])
    assert refusal.value.permanent
    assert store.counts() == StoreCounts(people=0, dialogues=0, turns=0)


def test_a_refusal_does_not_quote_what_people_said(store: TurnStore) -> None:
    with pytest.raises(StoreError) as refusal:
        store.record([turn_record(question="мой секрет", attempt=2**70)])
    assert "секрет" not in str(refusal.value)


def test_a_database_without_tables_is_a_failure_that_may_pass(database_url: str) -> None:
    engine = open_engine(database_url)
    with pytest.raises(StoreError) as failure:
        TurnStore(engine).record([turn_record()])
    engine.dispose()
    assert not failure.value.permanent


def test_who_blocked_the_bot_is_marked_until_they_write_again(store: TurnStore) -> None:
    store.record([turn_record(1)])
    store.mark_blocked(ChannelName.TELEGRAM, "42", turn_record(2).received_at)
    store.record([turn_record(1)])
    assert store.is_blocked(ChannelName.TELEGRAM, "42")
    store.record([turn_record(3)])
    assert not store.is_blocked(ChannelName.TELEGRAM, "42")


def test_somebody_who_was_never_logged_can_be_marked_as_blocked(store: TurnStore) -> None:
    store.mark_blocked(ChannelName.TELEGRAM, "42", NOON + timedelta(hours=1))
    store.record([turn_record(1)])
    assert store.is_blocked(ChannelName.TELEGRAM, "42")
    kept = store.turn("telegram:42:1")
    assert kept is not None
    assert kept.person_name == "Анна"
