"""Which dialogues leave: whole ones of people who agree, whatever a purge does meanwhile."""

from datetime import datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine, delete

from bot.domain import ChannelName, ChatRef
from bot.domain.consents import Person
from bot.domain.ratings import RatingKind
from bot.store.consents import ConsentStore
from bot.store.exporting import ExportStore
from bot.store.people_tables import CallbackRow, RatingRow
from bot.store.purging import PurgeStore
from bot.store.review_tables import MarkRow, ProposalRow
from bot.store.rows import TURNS, table_of
from bot.store.sealing import Sealer
from bot.store.turns import TurnStore
from tests.integration.retention_kit import plant
from tests.records import NOON, turn_record

ANNA = Person(channel=ChannelName.TELEGRAM, external_id="42", name="Анна")
LATER = NOON + timedelta(days=1)
SEALER = Sealer([Fernet.generate_key().decode()])


def exported(engine: Engine, since: datetime = NOON, version: str | None = None) -> dict[str, list[str]]:
    """The questions of each dialogue that leaves."""
    store = ExportStore(engine, "mercedes", SEALER, version=version)
    return {
        found.dialogue_id: [turn.question for turn in found.turns] for found in store.dialogues(since, LATER)
    }


def talk(engine: Engine, *numbers: int, chat: str = "42", dialogue: str = "d1") -> None:
    where = ChatRef(channel=ChannelName.TELEGRAM, chat_id=chat)
    TurnStore(engine).record(
        [
            turn_record(
                number, turn_id=f"{dialogue}:{number}", chat=where, person_id=chat, dialogue_id=dialogue
            )
            for number in numbers
        ]
    )


def test_a_dialogue_leaves_with_all_its_turns_in_their_order(engine: Engine) -> None:
    talk(engine, 2, 1, 3)
    talk(engine, 2, chat="43", dialogue="d2")
    assert exported(engine) == {"d2": ["Вопрос 2"], "d1": ["Вопрос 1", "Вопрос 2", "Вопрос 3"]}


def test_one_that_began_before_the_day_stays(engine: Engine) -> None:
    talk(engine, 1, 3)
    assert exported(engine, NOON + timedelta(minutes=2)) == {}


def test_many_are_read_page_by_page_each_once(engine: Engine) -> None:
    for number in range(120):
        talk(engine, 1, chat=str(number), dialogue=f"d{number}")
    assert len(exported(engine)) == 120


def test_only_who_agrees_to_the_terms_of_today_is_there(engine: Engine) -> None:
    talk(engine, 1)
    consents = ConsentStore(engine, "mercedes")
    assert exported(engine, version="2") == {}
    consents.give(ANNA, "1", keeps_summary=False, at=NOON)
    assert exported(engine, version="2") == {}
    consents.give(ANNA, "2", keeps_summary=False, at=NOON)
    assert list(exported(engine, version="2")) == ["d1"]
    consents.withdraw(ANNA, at=NOON)
    assert exported(engine, version="2") == {}


def test_a_group_in_which_somebody_has_not_agreed_stays(engine: Engine) -> None:
    talk(engine, 1)
    group = turn_record(2, turn_id="g", person_id="43", dialogue_id="d1")
    TurnStore(engine).record([group])
    ConsentStore(engine, "mercedes").give(ANNA, "2", keeps_summary=False, at=NOON)
    assert exported(engine, version="2") == {}


def test_one_of_which_a_purge_took_the_beginning_stays(engine: Engine) -> None:
    talk(engine, 1, 5)
    talk(engine, 5, 6, chat="43", dialogue="d2")
    PurgeStore(engine, "mercedes").purge(NOON + timedelta(minutes=3))
    assert list(exported(engine)) == ["d2"]


def test_what_a_purge_takes_between_two_pages_is_whole_or_absent(engine: Engine) -> None:
    for number in range(60):
        talk(engine, number + 1, number + 70, chat=str(number), dialogue=f"d{number:02}")
    store = ExportStore(engine, "mercedes", SEALER, version=None)
    reading = store.dialogues(NOON, LATER)
    found = [next(reading)]
    with engine.begin() as connection:
        connection.execute(delete(TURNS).where(TURNS.c.received_at < NOON + timedelta(minutes=60)))
    found += list(reading)
    assert {len(dialogue.turns) for dialogue in found} == {2}
    assert len(found) == 51  # a page is one state of the database


@pytest.fixture
def judged(engine: Engine) -> Engine:
    """A dialogue with everything that can be said of it."""
    talk(engine, 1)
    with engine.connect() as connection:
        turn = connection.execute(TURNS.select()).one()
    about = {"tenant": "mercedes", "person_id": turn.person_id, "reasons": ["slow"], "words": "так себе"}
    rated = {"d1": (RatingKind.CSAT, 7), "d1:1": (RatingKind.THUMB, -1)}
    for subject, (kind, score) in rated.items():
        plant(engine, table_of(RatingRow), NOON, subject=subject, kind=kind.value, score=score, **about)
    plant(
        engine, table_of(MarkRow), NOON, tenant="mercedes", answer_key=f"turn:{turn.id}", score=4, tester="t"
    )
    for status in ("accepted", "rejected"):
        answer = {"answer": f"{status}!", "status": status, "turn_id": "d1:1", "tenant": "mercedes"}
        plant(engine, table_of(ProposalRow), NOON, **answer)
    callback = {"tenant": "mercedes", "person_id": turn.person_id, "name": "Аня"}
    plant(engine, table_of(CallbackRow), NOON, phone_sealed=SEALER.seal("+79161234567"), **callback)
    return engine


def test_what_is_said_of_it_leaves_with_it(judged: Engine) -> None:
    (dialogue,) = ExportStore(judged, "mercedes", SEALER, version=None).dialogues(NOON, LATER)
    (turn,) = dialogue.turns
    assert dialogue.rating is not None
    assert turn.thumb is not None
    assert (dialogue.rating.score, dialogue.rating.words, turn.thumb.score) == (7, "так себе", -1)
    assert (turn.marks, turn.correction, turn.prompt) == ((4,), "accepted!", "v1")


def test_names_and_phones_are_known_to_the_mask(judged: Engine) -> None:
    (dialogue,) = ExportStore(judged, "mercedes", SEALER, version=None).dialogues(NOON, LATER)
    assert dialogue.known.names == {"Анна", "Аня"}
    assert dialogue.known.numbers == {"42", "+79161234567"}
