from datetime import UTC, datetime, timedelta

import pytest

from bot.dialogue.bursts import MOST_UTTERANCES, Burst, gather
from bot.domain import ChannelName, ChatRef, Utterance, UtteranceKind
from bot.recordings import AudioKind, AudioRef

NOTE = AudioRef(file_id="f", kind=AudioKind.VOICE)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def said(
    text: str, seconds_ago: float, kind: UtteranceKind = UtteranceKind.TEXT, person: str = "1"
) -> Utterance:
    return Utterance(
        update_id=f"{text}{seconds_ago}",
        chat=ChatRef(channel=ChannelName.TELEGRAM, chat_id="1"),
        person_id=person,
        kind=kind,
        text=text,
        audio=NOTE if kind is UtteranceKind.VOICE else None,
        received_at=NOW - timedelta(seconds=seconds_ago),
    )


def gathered(*waiting: Utterance) -> Burst:
    return gather(waiting, window_s=1.5, now=NOW)


def test_an_unfinished_message_waits_for_the_rest_of_the_window() -> None:
    assert gathered(said("Здравствуйте", 0.5)) == Burst(count=1, wait_s=1.0)


def test_each_new_message_opens_the_window_again() -> None:
    assert gathered(said("Здравствуйте", 1.6), said("хочу узнать", 0.0)).wait_s == pytest.approx(1.5)


def test_silence_joins_what_arrived() -> None:
    assert gathered(said("Здравствуйте", 4), said("хочу узнать", 3), said("про GLE", 2)) == Burst(
        count=3, wait_s=0
    )


def test_a_whole_question_is_not_held_back() -> None:
    assert gathered(said("Есть ли у вас тест-драйв?", 0)) == Burst(count=1, wait_s=0)


def test_somebody_who_never_stops_is_answered_all_the_same() -> None:
    assert gathered(said("а", 6.1), said("б", 0)).wait_s == 0


def test_a_command_stands_alone_and_ends_the_burst_before_it() -> None:
    command = said("/new", 0, UtteranceKind.NEW)
    assert gathered(command, said("привет", 0)) == Burst(count=1, wait_s=0)
    assert gathered(said("привет", 0), command) == Burst(count=1, wait_s=0)


def test_people_in_a_group_are_answered_apart() -> None:
    assert gathered(said("привет", 0, person="1"), said("и мне", 0, person="2")).count == 1


def test_a_flood_is_cut_into_turns() -> None:
    assert gathered(*(said(str(number), 0) for number in range(100))).count == MOST_UTTERANCES


def test_long_texts_are_cut_into_turns() -> None:
    assert gathered(*(said("щ" * 4096, 0) for _ in range(5))).count == 2


def test_an_empty_inbox_makes_no_turn() -> None:
    assert gathered() == Burst(count=0, wait_s=0)


def test_a_clock_that_runs_ahead_elsewhere_costs_one_window_at_most() -> None:
    assert gathered(said("привет", -30)).wait_s == 1.5


def test_a_recording_is_joined_and_never_taken_for_the_last_word() -> None:
    note = said("Когда хлеб свежий?", 0.5, UtteranceKind.VOICE)
    assert gathered(said("Здравствуйте", 1.0), note) == Burst(count=2, wait_s=1.0)
    assert gathered(note, said("/help", 0.0, UtteranceKind.HELP)) == Burst(count=1, wait_s=0)
    assert gathered(note, said("Когда хлеб свежий сегодня?", 0.0)) == Burst(count=2, wait_s=0)
