"""What people send, as polling hands it over, and what is in the inbox afterwards."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.domain import UtteranceKind
from bot.queue.inbox import Inbox
from tests.fakes.telegram import FakeTelegram
from tests.integration.receiving_kit import Ears, polling

EMOJI = "👨‍👩‍👧‍👦"


@pytest.fixture
def ears(redis: Redis, prefix: str) -> Ears:
    return Ears(inbox=Inbox(redis, prefix=prefix, limit=100))


@pytest.fixture
async def polled(telegram: FakeTelegram, ears: Ears) -> AsyncIterator[Ears]:
    async with polling(telegram, ears):
        yield ears


async def test_a_text_reaches_the_inbox(telegram: FakeTelegram, polled: Ears) -> None:
    telegram.inject.message(7, "Когда вы открыты?", name="Анна", language="en")
    await polled.texts(1)
    (waiting,) = await polled.inbox.waiting("telegram:7")
    assert (waiting.text, waiting.person_name, waiting.language) == ("Когда вы открыты?", "Анна", "en")
    assert polled.noted == [("telegram:7", waiting.message_id)]


@pytest.mark.parametrize(
    "text",
    [
        "😀" * 2_048,
        EMOJI * 372,
        "я" * 4_096,
        " \n\t ",
        "\u202eстолько сколько\u202c \u200f?",
        "\u200b\u2060",
        "Z\u0300\u0301\u0302\u0303" * 400,
        "/" * 300,
        "@",
        "NULL\x00byte",
    ],
)
async def test_no_text_is_too_odd(telegram: FakeTelegram, polled: Ears, text: str) -> None:
    telegram.inject.message(7, text)
    assert await polled.texts(1) == [text]


async def test_half_a_sign_costs_neither_its_message_nor_the_next(
    telegram: FakeTelegram, polled: Ears
) -> None:
    telegram.inject.message(7, "Сколько стоит\ud83d GLE?", name="\udc00Анна")
    telegram.inject.message(7, "Здравствуйте")
    first, second = await polled.texts(2)
    assert first.replace("\ufffd", "") == "Сколько стоит GLE?"
    assert second == "Здравствуйте"


async def test_everything_else_gets_its_kind(telegram: FakeTelegram, polled: Ears) -> None:
    telegram.inject.photo(7, caption="Такая есть?")
    telegram.inject.voice(7)
    telegram.inject.sticker(7)
    telegram.inject.document(7, b"%PDF", file_name="договор.pdf")
    telegram.inject.location(7, 55.7, 37.6)
    telegram.inject.contact(7, "+79135554433")
    telegram.inject.content(7, {"dice": {"emoji": "🎲", "value": 2}})
    await polled.texts(7)
    details = [utterance.detail for utterance in polled.heard]
    assert details == ["photo", "voice", "sticker", "document", "location", "contact", "other"]
    assert {utterance.kind for utterance in polled.heard} == {UtteranceKind.UNREADABLE}


@pytest.mark.parametrize(
    "update",
    [
        {"brand_new_kind": {"text": "тайна"}},
        {"message": {"message_id": "не число", "chat": 5, "text": "тайна"}},
        {
            "message": {
                "message_id": 1,
                "date": 0,
                "chat": {"id": 7, "type": "private"},
                "hologram": {"тайна": 1},
            }
        },
        {"message": "тайна"},
        {"callback_query": {"id": "1", "data": "тайна"}},
        {"edited_message": {"тайна": []}},
        {},
    ],
)
async def test_an_update_that_nobody_knows_is_passed_over_without_its_text(
    telegram: FakeTelegram, polled: Ears, update: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    telegram.inject.raw(update)
    telegram.inject.message(7, "Здравствуйте")
    assert await polled.texts(1) == ["Здравствуйте"]
    printed = capsys.readouterr()
    assert "тайна" not in printed.out + printed.err


async def test_a_message_with_fields_of_a_later_api_is_read(telegram: FakeTelegram, polled: Ears) -> None:
    telegram.inject.message(7, "Здравствуйте", extra={"mood": {"level": [1, None]}, "paid_stars_2": "x"})
    assert await polled.texts(1) == ["Здравствуйте"]


async def test_a_reply_to_a_deleted_message_is_a_message(telegram: FakeTelegram, polled: Ears) -> None:
    first = telegram.inject.message(7, "Первое")
    assert first.message_id is not None
    telegram.inject.delete(7, first.message_id)
    telegram.inject.message(7, "Второе", reply_to=first.message_id)
    assert await polled.texts(2) == ["Первое", "Второе"]


async def test_a_redelivered_update_is_heard_once(telegram: FakeTelegram, ears: Ears) -> None:
    async with polling(telegram, ears):
        first = telegram.inject.message(7, "Первое")
        await ears.texts(1)
    telegram.inject.redeliver(first.update_id)
    async with polling(telegram, ears):  # also across a restart
        telegram.inject.message(7, "Второе")
        assert await ears.texts(2) == ["Первое", "Второе"]
    assert len(await ears.inbox.waiting("telegram:7")) == 2


async def test_a_correction_is_asked_anew_and_one_of_a_command_is_not(
    telegram: FakeTelegram, polled: Ears
) -> None:
    question = telegram.inject.message(7, "Сколько стоит GLC?")
    command = telegram.inject.message(7, "/new")
    assert question.message_id is not None
    assert command.message_id is not None
    telegram.inject.edited_message(7, command.message_id, "/help")
    telegram.inject.edited_message(7, question.message_id, "Сколько стоит GLE?")
    assert await polled.texts(3) == ["Сколько стоит GLC?", "", "Сколько стоит GLE?"]


async def test_in_a_group_only_what_is_addressed_is_heard(telegram: FakeTelegram, polled: Ears) -> None:
    telegram.inject.message(-1_001, "Кто куда?", person_id=7)
    telegram.inject.message(-1_001, f"@{telegram.username} когда открыты?", person_id=7)
    telegram.inject.message(-1_001, "Понятно", person_id=8)
    telegram.inject.message(7, "Конец")
    assert await polled.texts(2) == ["когда открыты?", "Конец"]
    assert (polled.heard[0].chat.private, polled.heard[0].person_id) == (False, "7")


async def test_a_flood_beyond_the_limit_is_refused_with_one_sentence_and_others_are_unharmed(
    telegram: FakeTelegram, polled: Ears
) -> None:
    for number in range(120):
        telegram.inject.message(7, f"Вопрос {number}")
    telegram.inject.message(8, "Здравствуйте")
    await polled.until(lambda: bool(polled.heard) and polled.heard[-1].text == "Здравствуйте")
    await polled.until(lambda: bool(polled.refused))
    assert len(polled.heard) == 101
    assert len(polled.refused) == 1


async def test_nothing_is_confirmed_or_lost_while_redis_is_away(telegram: FakeTelegram, polled: Ears) -> None:
    polled.away = True
    updates = [telegram.inject.message(7, f"Вопрос {number}").update_id for number in range(5)]
    await polled.until(lambda: polled.refusals >= 2)
    assert sorted(telegram.updates.pending) == updates
    polled.away = False
    assert await polled.texts(5) == [f"Вопрос {number}" for number in range(5)]
