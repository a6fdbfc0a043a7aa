"""What staff see of whoever was forgotten, and what the law does not let go."""

from pathlib import Path

import pytest

from bot.store.callbacks import CALLBACKS
from bot.store.holds import HoldStore
from bot.store.turns import TurnStore
from tests.fakes.telegram import Fault, FaultKind
from tests.integration.consent_kit import QUESTION
from tests.integration.forget_kit import (
    MARKS,
    NAME,
    PHONE,
    WORD,
    everything,
    forget,
    live,
    places,
)
from tests.integration.handoff_kit import OLEG, ROOM, staff_town, take, write
from tests.integration.town_kit import Town


@pytest.fixture
def town(town_with_terms: Town) -> Town:
    return town_with_terms


async def test_the_staff_see_that_all_is_erased(town: Town, tmp_path: Path) -> None:
    await staff_town(town)
    await live(town)
    await take(town, 7)
    topic = max(town.telegram.book.chats[ROOM].topics)
    await write(town, f"Здравствуйте, {WORD}.", thread=topic)
    callback = subject_of_callback(town)
    await town.people.posts.tell(callback, f"Перезвонить: {NAME}, {PHONE}", name="test")
    await town.settle()
    assert PHONE in town.telegram.screen(ROOM)
    await forget(town)
    room = town.telegram.screen(ROOM)
    assert PHONE not in room
    assert WORD not in room
    assert "данные удалены по просьбе клиента" in room.lower()
    assert town.telegram.book.chats[ROOM].topics[topic].deleted
    assert places(await everything(town, tmp_path), *MARKS) == []


async def test_an_operator_in_their_own_chat_reads_that_the_dialogue_is_over(
    town: Town, tmp_path: Path
) -> None:
    await staff_town(town, topics=False)
    await town.say(7, QUESTION, name=NAME)
    await take(town, 7, where=OLEG)
    await forget(town)
    screen = await town.screen(OLEG)
    assert screen.count("попросил стереть все свои данные, поэтому диалог закончен") == 1
    assert "Не отправлено" in await town.say(OLEG, "А ещё приходите завтра")
    assert "приходите завтра" not in town.telegram.screen(7)
    assert places(await everything(town, tmp_path), NAME) == []


async def test_a_topic_that_must_stay_is_closed_without_a_name(town: Town) -> None:
    await staff_town(town)
    await town.say(7, QUESTION, name=NAME)
    await take(town, 7)
    topic = max(town.telegram.book.chats[ROOM].topics)
    town.telegram.faults.add(Fault(kind=FaultKind.ERROR, methods=("deleteForumTopic",), times=1, status=400))
    await forget(town)
    kept = town.telegram.book.chats[ROOM].topics[topic]
    assert (kept.name, kept.closed) == ("Данные удалены по просьбе клиента", True)


def subject_of_callback(town: Town) -> str:
    """What cards of the person's request to be called are about."""
    with town.engine.begin() as connection:
        return f"callback:{connection.execute(CALLBACKS.select()).first().id}"  # type: ignore[union-attr]


async def test_what_the_law_needs_stays_and_people_are_told_why(town: Town) -> None:
    await town.say(7, QUESTION)
    await town.say(7, "/forget")
    holds = HoldStore(town.engine, town.people.tenant.name)
    (known,) = holds.find("7")
    holds.place(known.row_id, "спор о *возврате*", by="telegram:1", at=town.people.now())
    assert "Причина: спор о *возврате*." in await town.tap(7, "Да, стереть всё")
    assert "Стереть всё сейчас нельзя" in await town.say(7, "забудь меня")
    assert TurnStore(town.engine).counts().turns == 1
