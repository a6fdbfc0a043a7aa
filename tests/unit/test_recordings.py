"""Which recordings are listened to, by what Telegram says of them."""

from typing import Any

import pytest
from aiogram.types import Message, User

from bot.domain import Utterance, UtteranceKind
from bot.handlers.utterances import utterance_from
from bot.recordings import AudioKind, AudioRef, RecordingLimits
from bot.settings import Settings
from bot.texts.catalogue import Text
from bot.wiring import build_texts
from bot.wiring.recordings import recording_limits
from tests.assistants import bakery

ME = User(id=42, is_bot=True, first_name="Dezhurny", username="dezhurny_bot")
FILE = {"file_id": "f", "file_unique_id": "u"}
LIMITS = RecordingLimits(max_seconds=600, max_bytes=20_000_000)


def sent(*, group: bool = False, limits: RecordingLimits | None = LIMITS, **content: Any) -> Utterance | None:
    chat = {"id": -100, "type": "supergroup", "title": "Клуб"} if group else {"id": 7, "type": "private"}
    person = {"id": 7, "is_bot": False, "first_name": "Анна"}
    raw = {"message_id": 1, "date": 1_790_000_000, "chat": chat, "from": person, **content}
    return utterance_from(Message.model_validate(raw), 99, ME, limits)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            {"voice": {**FILE, "duration": 4, "mime_type": "audio/ogg", "file_size": 9_000}},
            {"kind": AudioKind.VOICE, "duration_s": 4.0, "size_bytes": 9_000, "mime": "audio/ogg"},
        ),
        (
            {"audio": {**FILE, "duration": 90, "file_name": "вопрос.mp3"}},
            {"kind": AudioKind.AUDIO, "duration_s": 90.0, "file_name": "вопрос.mp3"},
        ),
        (
            {"video_note": {**FILE, "duration": 20, "length": 240}},
            {"kind": AudioKind.VIDEO_NOTE, "duration_s": 20.0},
        ),
        (
            {"document": {**FILE, "file_name": "a.wav", "mime_type": "audio/x-wav"}},
            {"kind": AudioKind.AUDIO, "file_name": "a.wav", "mime": "audio/x-wav"},
        ),
        (
            {"document": {**FILE, "file_name": "Запись 1.M4A"}},
            {"kind": AudioKind.AUDIO, "file_name": "Запись 1.M4A"},
        ),
        ({"audio": {**FILE, "duration": 0}}, {"kind": AudioKind.AUDIO, "duration_s": None}),
    ],
)
def test_a_recording_is_one_to_be_heard(content: dict[str, Any], expected: dict[str, Any]) -> None:
    utterance = sent(**content, caption="Подскажите")
    assert utterance is not None
    assert (utterance.kind, utterance.text) == (UtteranceKind.VOICE, "Подскажите")
    assert utterance.audio == AudioRef(file_id="f", **expected)
    assert Utterance.from_json(utterance.to_json()).audio == utterance.audio


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        ({"voice": {**FILE, "duration": 601}}, "too_long"),
        ({"audio": {**FILE, "duration": 60, "file_size": 20_000_001}}, "too_large"),
        ({"video": {**FILE, "width": 1, "height": 1, "duration": 1}}, "video"),
        ({"document": {**FILE, "mime_type": "application/pdf"}}, "document"),
        ({"document": FILE}, "document"),
        ({"document": {**FILE, "file_name": "voice.ogg", "mime_type": "image/png"}}, "document"),
    ],
)
def test_others_are_declined_before_anything_is_fetched(content: dict[str, Any], detail: str) -> None:
    utterance = sent(**content)
    assert utterance is not None
    assert (utterance.kind, utterance.detail, utterance.audio) == (UtteranceKind.UNREADABLE, detail, None)


def test_where_nothing_is_listened_to_it_says_so() -> None:
    utterance = sent(limits=None, voice={**FILE, "duration": 1})
    assert utterance is not None
    assert (utterance.kind, utterance.detail) == (UtteranceKind.UNREADABLE, "voice")


def test_in_a_group_only_an_answer_to_the_bot_is_heard() -> None:
    assert sent(group=True, voice={**FILE, "duration": 1}) is None
    reply = {"message_id": 2, "date": 1, "chat": {"id": -100, "type": "supergroup"}, "from": ME.model_dump()}
    utterance = sent(group=True, voice={**FILE, "duration": 1}, reply_to_message=reply)
    assert utterance is not None
    assert utterance.kind is UtteranceKind.VOICE


@pytest.mark.parametrize(
    ("api_base_url", "megabytes"),
    [("https://api.telegram.org", 20), ("https://api.telegram.org/", 20), ("http://own.example", 50)],
)
def test_no_more_is_promised_than_telegram_gives(api_base_url: str, megabytes: int) -> None:
    settings = Settings.model_validate(
        {"telegram": {"api_base_url": api_base_url}, "voice": {"enabled": True, "max_megabytes": 50}}
    )
    limits = recording_limits(settings)
    assert limits is not None
    assert limits.max_bytes == megabytes * 1_000_000
    tenant, _, _ = bakery()
    said = build_texts(tenant, settings).say(Text.UNREADABLE_TOO_LARGE, "ru")
    assert f"до {megabytes} МБ" in said


def test_voice_can_be_switched_off() -> None:
    assert recording_limits(Settings.model_validate({"voice": {"enabled": False}})) is None
