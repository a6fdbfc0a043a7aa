"""Answers by voice too: who gets them, when, and that nothing hangs on them."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

pytest.importorskip("av", reason="the extra `voice` is not installed")

from bot.dialogue.speaking import Voice
from bot.domain import ChannelName, UtteranceKind
from bot.errors import SettingsError, SpeechError
from bot.memory.voice_wishes import VoiceWishes
from bot.recordings import SpokenNote
from bot.settings import Settings
from bot.texts.catalogue import Text, load_texts
from bot.voice.speaking.wording import Wording
from bot.wiring.speaking import build_speaking
from tests.assistants import BREAD, SpokenModel, bakery
from tests.fakes.telegram import FakeTelegram, FaultKind
from tests.fakes.telegram.faults import Fault
from tests.integration.delivery_kit import open_channel
from tests.integration.hearing_kit import YES, open_hearing
from tests.integration.serving_kit import CHAT, TELEGRAM_CHAT, Desk


class Mouth:
    """A Speaker that notes what it was given."""

    name = "mouth"

    def __init__(self, *failures: SpeechError) -> None:
        self.failures = list(failures)
        self.said: list[str] = []

    def speaks(self, language: str) -> bool:
        return language == "ru"

    async def speak(self, text: str, language: str) -> SpokenNote:
        if self.failures:
            raise self.failures.pop(0)
        self.said.append(text)
        return SpokenNote(content=b"OggS" + text.encode(), duration_s=2.0)

    async def close(self) -> None: ...


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        telegram.inject.open_chat(7)
        yield telegram


@pytest.fixture
def mouth() -> Mouth:
    return Mouth()


@pytest.fixture
async def open_desk(
    telegram: FakeTelegram, redis: Redis, prefix: str, mouth: Mouth
) -> AsyncIterator[Callable[..., Desk]]:
    async with open_channel(redis, telegram, prefix) as channel:

        def open_desk(*, answers_voice: bool = False, has_voice: bool = True, **changes: Any) -> Desk:
            voice = Voice(speaker=mouth, wording=Wording(load_texts(), {}), answers_voice=answers_voice)
            options: dict[str, Any] = {"model": SpokenModel(YES), "chat": TELEGRAM_CHAT, **changes}
            channels = {ChannelName.TELEGRAM: channel}
            voices = voice if has_voice else None
            return Desk(redis=redis, prefix=prefix, channels=channels, voice=voices, **options)

        yield open_desk


def kinds(telegram: FakeTelegram) -> list[str]:
    return [message.kind for message in telegram.messages(7) if message.from_bot]


def last_text(telegram: FakeTelegram) -> str:
    return [message.text for message in telegram.messages(7) if message.from_bot and message.text][-1]


async def said(desk: Desk, text: str = BREAD, kind: UtteranceKind = UtteranceKind.TEXT) -> None:
    await desk.hear(text, kind)
    await desk.serve()


async def test_who_has_asked_for_it_hears_the_answer_after_the_text(
    open_desk: Callable[..., Desk], telegram: FakeTelegram, mouth: Mouth
) -> None:
    desk = open_desk()
    await said(desk)
    assert kinds(telegram) == ["text"]
    await said(desk, kind=UtteranceKind.SPEAK)
    await said(desk, "А утром хлеб есть?")
    assert kinds(telegram) == ["text", "text", "text", "voice"]
    assert mouth.said == ["Да, в девять часов."]


async def test_who_has_had_enough_reads_again(open_desk: Callable[..., Desk], telegram: FakeTelegram) -> None:
    desk = open_desk()
    for _ in range(2):
        await said(desk, kind=UtteranceKind.SPEAK)
    assert last_text(telegram) == load_texts().say(Text.VOICE_OUT_OFF, "ru")
    await said(desk)
    assert "voice" not in kinds(telegram)


@pytest.mark.parametrize(("answers_voice", "spoken"), [(True, 1), (False, 0)])
async def test_who_speaks_is_spoken_to_where_the_tenant_wants_that(
    open_desk: Callable[..., Desk],
    telegram: FakeTelegram,
    redis: Redis,
    prefix: str,
    tmp_path: Path,
    answers_voice: bool,
    spoken: int,
) -> None:
    desk = open_desk(answers_voice=answers_voice)
    async with open_hearing(redis, prefix, telegram, tmp_path) as hearing:
        await desk.hear_note(hearing.record(BREAD))
        await hearing.work_off()
        await desk.serve()
        assert kinds(telegram).count("voice") == spoken
        await said(desk)
        assert kinds(telegram).count("voice") == spoken


@pytest.mark.parametrize("kind", [UtteranceKind.HELP, UtteranceKind.START, UtteranceKind.NEW])
async def test_commands_are_answered_in_writing(
    open_desk: Callable[..., Desk], telegram: FakeTelegram, kind: UtteranceKind
) -> None:
    desk = open_desk()
    await said(desk, kind=UtteranceKind.SPEAK)
    await said(desk, kind=kind)
    assert kinds(telegram) == ["text", "text"]


@pytest.mark.parametrize(("has_voice", "chat"), [(False, TELEGRAM_CHAT), (True, CHAT)])
async def test_where_nobody_speaks_the_command_says_so_and_help_is_silent(
    open_desk: Callable[..., Desk], telegram: FakeTelegram, has_voice: bool, chat: Any
) -> None:
    desk = open_desk(has_voice=has_voice, chat=chat)
    await said(desk, kind=UtteranceKind.SPEAK)
    await said(desk, kind=UtteranceKind.HELP)
    shown = [message.text for message in telegram.messages(7) if message.from_bot] or await desk.answers()
    assert shown[0] == load_texts().say(Text.VOICE_OUT_NONE, "ru")
    assert "/voice" not in shown[1]


async def test_help_names_the_command_where_it_does_something(
    open_desk: Callable[..., Desk], telegram: FakeTelegram
) -> None:
    await said(open_desk(), kind=UtteranceKind.HELP)
    assert load_texts().say(Text.VOICE_OUT_HELP, "ru") in last_text(telegram)


@pytest.mark.parametrize("kind", [UtteranceKind.START, UtteranceKind.HELP])
@pytest.mark.parametrize(("hears", "chat"), [(True, TELEGRAM_CHAT), (False, TELEGRAM_CHAT), (True, CHAT)])
async def test_who_may_speak_is_told_so(
    open_desk: Callable[..., Desk], telegram: FakeTelegram, kind: UtteranceKind, hears: bool, chat: Any
) -> None:
    desk = open_desk(has_voice=False, chat=chat, policy={"hears": hears})
    await said(desk, kind=kind)
    shown = last_text(telegram) if chat is TELEGRAM_CHAT else (await desk.answers())[0]
    assert ("голос" in shown) is (hears and chat is TELEGRAM_CHAT)


async def test_a_voice_that_fails_leaves_the_text(
    open_desk: Callable[..., Desk], telegram: FakeTelegram, mouth: Mouth
) -> None:
    desk = open_desk()
    await said(desk, kind=UtteranceKind.SPEAK)
    mouth.failures = [SpeechError("no voice")]
    await said(desk)
    assert last_text(telegram) == YES
    assert "voice" not in kinds(telegram)
    assert len(await desk.records()) == 2


async def test_who_takes_no_voice_notes_is_still_answered(
    open_desk: Callable[..., Desk], telegram: FakeTelegram
) -> None:
    desk = open_desk()
    await said(desk, kind=UtteranceKind.SPEAK)
    telegram.faults.add(Fault(kind=FaultKind.ERROR, methods=("sendVoice",), status=400))
    await said(desk)
    await said(desk, "А вечером хлеб есть?")
    assert kinds(telegram) == ["text", "text", "text"]


async def test_the_same_update_served_twice_switches_once(redis: Redis, prefix: str) -> None:
    wishes = VoiceWishes(redis, prefix=prefix)
    assert await wishes.wish("telegram:7") is None
    assert [await wishes.toggle("telegram:7", update) for update in ("1", "1", "2", "2", "3")] == [
        True, True, False, False, True,
    ]  # fmt: skip
    assert await wishes.wish("telegram:7") is True
    assert await wishes.wish("telegram:8") is None


@pytest.mark.parametrize("policy", ["off", "on_request", "voice_for_voice"])
async def test_a_tenant_that_wants_what_is_not_installed_does_without(
    redis: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    tenant, texts, _ = bakery()
    settings = Settings.model_validate({"local": {"XDG_CACHE_HOME": str(tmp_path)}})
    speaking = build_speaking(settings, tenant.model_copy(update={"voice_out": policy}), texts, redis)
    assert speaking.speaker is None
    await speaking.close()


async def test_a_program_that_was_named_and_is_not_there_stops_the_start(redis: Redis) -> None:
    tenant, texts, _ = bakery()
    settings = Settings.model_validate({"voice": {"festival": "/nowhere/text2wave"}})
    with pytest.raises(SettingsError, match="VOICE_FESTIVAL"):
        build_speaking(settings, tenant.model_copy(update={"voice_out": "on_request"}), texts, redis)
