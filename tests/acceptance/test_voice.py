"""Recordings with the product's own processes: a worker is killed, and typed chats know nothing of it."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

pytest.importorskip("pydub", reason="the extra `voice` is not installed")

from tests.fakes.model import ScriptedModel
from tests.fakes.telegram import FakeTelegram
from tests.sounds import tone, write
from tests.stack import UNHURRIED, Stack, telegram_and_model


class Endpoint:
    """A server with OpenAI's /audio/transcriptions that hears the same in everything, when it may."""

    def __init__(self) -> None:
        self.asked = 0
        self.logprob = -0.2
        self.go_on = asyncio.Event()
        self.url = ""

    async def transcribe(self, request: web.Request) -> web.Response:
        await request.post()
        self.asked += 1
        await self.go_on.wait()
        segment = {
            "id": 0, "seek": 0, "tokens": [], "temperature": 0.0, "text": "Есть ли тест-драйв?", "start": 0.0,
            "end": 2.0, "avg_logprob": self.logprob, "no_speech_prob": 0.02, "compression_ratio": 1.0,
        }  # fmt: skip
        told = {"text": segment["text"], "language": "russian", "duration": 2.0, "segments": [segment]}
        return web.json_response(told)


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    endpoint = Endpoint()
    application = web.Application(client_max_size=10_000_000)
    application.router.add_post("/v1/audio/transcriptions", endpoint.transcribe)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield endpoint
    endpoint.go_on.set()
    await runner.cleanup()


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        yield telegram


@pytest.fixture
async def stack(telegram: FakeTelegram, endpoint: Endpoint, tmp_path: Path) -> AsyncIterator[Stack]:
    async with ScriptedModel(answer=lambda _: "Да, приезжайте!") as model:
        voice = {
            "VOICE_ENABLED": "true",
            "VOICE_TRANSCRIBER": "openai",
            "VOICE_BASE_URL": endpoint.url,
            "VOICE_API_KEY": "key",
        }
        settings = telegram_and_model(telegram, model) | UNHURRIED | voice
        async with Stack.open(tmp_path, **settings) as stack:
            await stack.start("bot", "worker", "voice")
            yield stack


@pytest.mark.parametrize("killed", ["voice", "worker"])
async def test_a_note_is_answered_once_though_its_worker_is_killed_in_the_middle(
    stack: Stack, telegram: FakeTelegram, endpoint: Endpoint, tmp_path: Path, killed: str
) -> None:
    note = write(tmp_path / "note.ogg", tone(2), codec="libopus").read_bytes()
    telegram.inject.voice(1, note, duration_s=2)
    await stack.until(lambda: endpoint.asked == 1, "the note is being heard")
    stack.stop(killed, signal.SIGKILL)
    telegram.inject.message(1, "Есть ли у вас кафе?")
    await stack.start(killed)
    if killed == "voice":
        await stack.until(lambda: endpoint.asked == 2, "the note is being heard again")
        telegram.inject.message(2, "Есть ли тест-драйв?")
        await telegram.wait_for_text(2, "приезжайте")
        assert not any("приезжайте" in message.text for message in telegram.sent(1))
    endpoint.go_on.set()
    await stack.until(lambda: _answers(telegram, 1) == 2, "the note and the text are answered", within_s=60)
    await stack.until(
        lambda: _questions(stack, 1) == ["Есть ли тест-драйв?", "Есть ли у вас кафе?"], "the log"
    )
    assert not [
        path for path in (stack.data_dir / "notes").rglob("*") if path.name != "lock" and path.is_file()
    ]


@pytest.mark.parametrize(
    ("file", "codec", "rate"), [("q.mp3", "libmp3lame", 44_100), ("q.mp4", "aac", 48_000)]
)
async def test_every_kind_of_recording_is_answered(
    stack: Stack, telegram: FakeTelegram, endpoint: Endpoint, tmp_path: Path, file: str, codec: str, rate: int
) -> None:
    sound = write(tmp_path / file, tone(2), codec=codec, rate=rate).read_bytes()
    endpoint.go_on.set()
    if codec == "aac":
        telegram.inject.video_note(1, sound, duration_s=2)
        await telegram.wait_for_text(1, "приезжайте")
        return
    telegram.inject.audio(1, sound, duration_s=2)
    telegram.inject.document(2, sound, file_name=file, mime_type="audio/mpeg")
    for chat_id in (1, 2):
        await telegram.wait_for_text(chat_id, "приезжайте")
    telegram.inject.audio(3, sound, duration_s=3_600)
    await telegram.wait_for_text(3, "до 10 минут")
    assert endpoint.asked == 2


async def test_a_doubtful_note_is_confirmed_by_a_tap(
    stack: Stack, telegram: FakeTelegram, endpoint: Endpoint, tmp_path: Path
) -> None:
    endpoint.logprob = -0.9
    endpoint.go_on.set()
    telegram.inject.voice(
        1, write(tmp_path / "note.ogg", tone(2), codec="libopus").read_bytes(), duration_s=2
    )
    asked = await telegram.wait_for_text(1, "Я расслышал так: «Есть ли тест-драйв?». Верно?")
    await stack.until(lambda: _buttons(telegram, asked.message_id) != [], "the buttons are there")
    assert _buttons(telegram, asked.message_id) == ["Да, верно", "Нет, скажу иначе"]
    telegram.inject.press(1, "say:0")
    await telegram.wait_for_text(1, "приезжайте")
    assert _buttons(telegram, asked.message_id) == []


async def test_where_nothing_is_listened_to_its_process_idles(tmp_path: Path) -> None:
    async with Stack.open(tmp_path, VOICE_ENABLED="false") as stack:
        with (tmp_path / "voice.log").open("wb") as output:
            stack.processes["voice"] = stack.spawn("voice", output)
        await stack.until(lambda: "voice_is_off" in stack.log("voice"), "it says so")
        assert stack.stop("voice") == 0


async def test_what_is_missing_is_named(tmp_path: Path) -> None:
    async with Stack.open(tmp_path, VOICE_ENABLED="true", VOICE_TRANSCRIBER="openai-whisper") as stack:
        status, said = await stack.refusal("voice")
    assert status == 2
    assert "whisper is missing; install it with" in said


def _buttons(telegram: FakeTelegram, message_id: int) -> list[str]:
    (message,) = [message for message in telegram.messages(1) if message.message_id == message_id]
    rows = (message.reply_markup or {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def _answers(telegram: FakeTelegram, chat_id: int) -> int:
    return len([message for message in telegram.sent(chat_id) if "обрабатывается" not in message.text])


def _questions(stack: Stack, chat_id: int) -> list[str]:
    return [question for chat, question, _ in stack._logged_turns() if chat == f"telegram:{chat_id}"]
