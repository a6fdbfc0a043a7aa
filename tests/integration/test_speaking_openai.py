"""The speech endpoint over real HTTP, with a server on loopback that speaks its protocol."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

pytest.importorskip("pydub", reason="the extra `voice` is not installed")

from bot.errors import SpeechError
from bot.voice.levelling import wav_of
from bot.voice.speaking.openai_speech import OpenAISpeaker
from tests.sounds import tone


@dataclass
class Server:
    url: str = ""
    status: int = 200
    sound: bytes = b""
    delay_s: float = 0.0
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def speak(self, request: web.Request) -> web.Response:
        self.asked.append({"key": request.headers["Authorization"], **await request.json()})
        await asyncio.sleep(self.delay_s)
        if self.status != 200:
            return web.json_response({"error": {"message": "sk-1 is bad", "code": "odd"}}, status=self.status)
        return web.Response(body=self.sound, content_type="audio/wav")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server(sound=wav_of(tone(2)))
    application = web.Application()
    application.router.add_post("/v1/audio/speech", server.speak)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield server
    await runner.cleanup()


@pytest.fixture
async def speaker(server: Server) -> AsyncIterator[OpenAISpeaker]:
    speaker = OpenAISpeaker(base_url=server.url, api_key=SecretStr("sk-1"), voice="nova", deadline_s=5)
    yield speaker
    await speaker.close()


async def test_the_text_goes_out_and_a_voice_note_comes_back(server: Server, speaker: OpenAISpeaker) -> None:
    note = await speaker.speak("Пять рублей.", "ru")
    assert note.duration_s == pytest.approx(2, abs=0.1)
    assert note.content.startswith(b"OggS")
    [asked] = server.asked
    assert (asked["key"], asked["input"], asked["voice"]) == ("Bearer sk-1", "Пять рублей.", "nova")
    assert (asked["model"], asked["response_format"]) == ("gpt-4o-mini-tts", "wav")


async def test_a_stream_that_does_not_know_its_length_is_heard_whole(
    server: Server, speaker: OpenAISpeaker
) -> None:
    """The server begins to send before it knows how long the sound will be."""
    server.sound = server.sound[:4] + b"\xff" * 4 + server.sound[8:40] + b"\xff" * 4 + server.sound[44:]
    assert (await speaker.speak("Да.", "ru")).duration_s == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(
    ("status", "permanent"), [(400, True), (401, True), (429, False), (500, False), (503, False)]
)
async def test_a_refusal_says_whether_to_try_again(
    server: Server, speaker: OpenAISpeaker, status: int, permanent: bool
) -> None:
    server.status = status
    with pytest.raises(SpeechError, match=f"HTTP {status}") as caught:
        await speaker.speak("Да.", "ru")
    assert caught.value.permanent is permanent
    assert "sk-1" not in str(caught.value)


@pytest.mark.parametrize("sound", [b"", b"<html>", b"RIFF"])
async def test_what_is_no_sound_is_told(server: Server, speaker: OpenAISpeaker, sound: bytes) -> None:
    server.sound = sound
    with pytest.raises(SpeechError):
        await speaker.speak("Да.", "ru")


async def test_a_server_that_is_away_or_slow_is_given_up(server: Server) -> None:
    away = OpenAISpeaker(base_url="http://127.0.0.1:9/v1", api_key=None)
    with pytest.raises(SpeechError):
        await away.speak("Да.", "ru")
    server.delay_s = 1.0
    slow = OpenAISpeaker(base_url=server.url, api_key=None, deadline_s=0.1)
    with pytest.raises(SpeechError, match=r"more than 0\.1 s"):
        await slow.speak("Да.", "ru")
    await away.close()
    await slow.close()
