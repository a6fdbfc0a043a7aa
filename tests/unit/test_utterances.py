"""What becomes an utterance of the messages that Telegram may send."""

from typing import Any

import pytest
from aiogram.types import Message, User

from bot.domain import Utterance, UtteranceKind
from bot.handlers.utterances import utterance_from

ME = User(id=42, is_bot=True, first_name="Dezhurny", username="dezhurny_bot")
ANNA = {"id": 7, "is_bot": False, "first_name": "Анна", "language_code": "ru"}
FILE = {"file_id": "f", "file_unique_id": "u"}


def heard(sender: dict[str, Any] | None = None, *, group: bool = False, **content: Any) -> Utterance | None:
    chat = {"id": -100, "type": "supergroup", "title": "Клуб"} if group else {"id": 7, "type": "private"}
    raw = {"message_id": 1, "date": 1_790_000_000, "chat": chat, "from": sender or ANNA, **content}
    return utterance_from(Message.model_validate(raw), 99, ME)


def kind_of(**content: Any) -> tuple[UtteranceKind, str, str]:
    utterance = heard(**content)
    assert utterance is not None
    return utterance.kind, utterance.text, utterance.detail


def test_a_text_keeps_who_said_it_where() -> None:
    utterance = heard(text="Привет")
    assert utterance is not None
    assert (utterance.update_id, utterance.chat.key, utterance.person_id) == ("99", "telegram:7", "7")
    assert (utterance.person_name, utterance.language, utterance.message_id) == ("Анна", "ru", 1)
    assert utterance.received_at.tzinfo is not None


@pytest.mark.parametrize(
    ("text", "kind", "rest"),
    [
        ("/start", UtteranceKind.START, ""),
        ("/start promo1", UtteranceKind.START, "promo1"),
        ("/HELP", UtteranceKind.HELP, ""),
        ("/cancel@dezhurny_bot", UtteranceKind.CANCEL, ""),
        ("/voice", UtteranceKind.SPEAK, ""),
        ("/new сначала", UtteranceKind.NEW, "сначала"),
        ("/unknown", UtteranceKind.TEXT, "/unknown"),
        ("цена /help", UtteranceKind.TEXT, "цена /help"),
    ],
)
def test_commands_are_told_from_text(text: str, kind: UtteranceKind, rest: str) -> None:
    assert kind_of(text=text)[:2] == (kind, rest)


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        ({"photo": [{**FILE, "width": 1, "height": 1}]}, "photo"),
        ({"voice": {**FILE, "duration": 1}}, "voice"),
        ({"audio": {**FILE, "duration": 1}}, "audio"),
        ({"video": {**FILE, "width": 1, "height": 1, "duration": 1}}, "video"),
        ({"video_note": {**FILE, "length": 1, "duration": 1}}, "video"),
        ({"document": FILE}, "document"),
        ({"location": {"latitude": 55.7, "longitude": 37.6}}, "location"),
        ({"contact": {"phone_number": "+79135554433", "first_name": "Анна"}}, "contact"),
        ({"dice": {"emoji": "🎲", "value": 3}}, "other"),
        ({"something_of_next_year": {"a": 1}}, "other"),
        ({}, "other"),
    ],
)
def test_what_cannot_be_read_is_named(content: dict[str, Any], detail: str) -> None:
    assert kind_of(**content) == (UtteranceKind.UNREADABLE, "", detail)


def test_a_caption_is_kept() -> None:
    kind, text, _ = kind_of(photo=[{**FILE, "width": 1, "height": 1}], caption="Сколько такая стоит?")
    assert (kind, text) == (UtteranceKind.UNREADABLE, "Сколько такая стоит?")


@pytest.mark.parametrize(
    "content",
    [
        {"new_chat_members": [ANNA]},
        {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}}},
        {"group_chat_created": True},
        {"new_chat_title": "Клуб"},
        {"video_chat_started": {}},
        {"write_access_allowed": {"from_request": True}},
    ],
)
def test_service_messages_pass_in_silence(content: dict[str, Any]) -> None:
    assert heard(**content) is None


def test_bots_are_not_answered() -> None:
    assert heard({"id": 8, "is_bot": True, "first_name": "B"}, text="Привет") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@dezhurny_bot когда вы открыты?", "когда вы открыты?"),
        ("когда вы открыты, @Dezhurny_Bot", "когда вы открыты,"),
        ("/help", ""),
        ("/help@dezhurny_bot", ""),
        ("/help@another_bot", None),
        ("/play", None),
        ("когда вы открыты?", None),
    ],
)
def test_in_a_group_only_what_is_addressed_to_it_is_heard(text: str, said: str | None) -> None:
    utterance = heard(group=True, text=text)
    assert (utterance.text if utterance else None) == said


def test_in_a_group_a_reply_to_it_is_heard_and_a_reply_to_another_is_not() -> None:
    def reply_to(sender: dict[str, Any]) -> dict[str, Any]:
        chat = {"id": -100, "type": "supergroup", "title": "Клуб"}
        return {"message_id": 5, "date": 0, "chat": chat, "from": sender, "text": "да"}

    mine = reply_to({"id": 42, "is_bot": True, "first_name": "Dezhurny"})
    utterance = heard(group=True, text="точно?", reply_to_message=mine)
    assert utterance is not None
    assert not utterance.chat.private
    assert heard(group=True, text="точно?", reply_to_message=reply_to(ANNA)) is None


@pytest.mark.parametrize("text", ["a\ud83d", "\udc00", "\ud83d\ud83d ok"])
def test_halves_of_signs_are_left_out(text: str) -> None:
    utterance = heard(text=text)
    assert utterance is not None
    assert Utterance.from_json(utterance.to_json().encode()) == utterance


def test_a_name_that_no_text_can_hold_harms_nothing() -> None:
    utterance = heard({**ANNA, "first_name": "\ud83dА" * 300}, text="Привет")
    assert utterance is not None
    assert utterance.person_name == "А" * 100
