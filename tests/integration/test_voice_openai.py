"""The transcription endpoint over real HTTP, with a server on loopback that speaks its protocol."""

import io
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

pytest.importorskip("pydub", reason="the extra `voice` is not installed")

from bot.errors import AudioError, AudioFault, SpeechError
from bot.voice.openai_endpoint import OpenAITranscriber
from bot.voice.transcriber import Hints
from tests.sounds import tone

SEGMENT = {
    "id": 0, "seek": 0, "tokens": [], "temperature": 0.0, "text": " Где вы?", "start": 0.0, "end": 2.0,
    "avg_logprob": -0.25, "no_speech_prob": 0.02, "compression_ratio": 1.0,
}  # fmt: skip
WHOLE = {"text": " Где вы? ", "language": "russian", "duration": 2.0, "segments": [SEGMENT]}


@dataclass
class Server:
    url: str = ""
    status: int = 200
    answer: dict[str, Any] = field(default_factory=lambda: WHOLE)
    knows_segments: bool = True
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def transcribe(self, request: web.Request) -> web.Response:
        form = await request.post()
        asked: dict[str, Any] = {"key": request.headers["Authorization"]}
        for name, value in form.items():
            asked[name] = value.file.read() if isinstance(value, web.FileField) else value
        self.asked.append(asked)
        if not self.knows_segments and form["response_format"] == "verbose_json":
            return web.json_response({"error": {"message": "no", "code": "unsupported_value"}}, status=400)
        return web.json_response(self.answer, status=self.status)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    application = web.Application()
    application.router.add_post("/v1/audio/transcriptions", server.transcribe)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield server
    await runner.cleanup()


@pytest.fixture
async def ear(server: Server) -> AsyncIterator[OpenAITranscriber]:
    ear = OpenAITranscriber(base_url=server.url, api_key=SecretStr("sk-1"), deadline_s=5)
    yield ear
    await ear.close()


async def test_the_answer_carries_how_sure_the_server_is(server: Server, ear: OpenAITranscriber) -> None:
    told: list[float] = []
    heard = await ear.transcribe(tone(2), Hints(languages=("ru",), hotwords="гелик"), told.append)
    assert (heard.text, heard.language, heard.model) == ("Где вы?", "ru", "openai whisper-1")
    assert heard.segments[0].avg_logprob == -0.25
    assert told == [2.0]


async def test_the_server_gets_the_sound_the_language_and_the_names(
    server: Server, ear: OpenAITranscriber
) -> None:
    await ear.transcribe(tone(2), Hints(languages=("ru",), hotwords="гелик", context="Здравствуйте"))
    [asked] = server.asked
    assert (asked["key"], asked["language"], asked["prompt"]) == ("Bearer sk-1", "ru", "гелик Здравствуйте")
    with wave.open(io.BytesIO(asked["file"])) as file:
        assert (file.getframerate(), file.getnframes()) == (16_000, 32_000)


async def test_of_several_languages_the_server_chooses(server: Server, ear: OpenAITranscriber) -> None:
    await ear.transcribe(tone(1), Hints(languages=("ru", "en")))
    assert "language" not in server.asked[0]


async def test_a_server_that_knows_only_text_is_asked_for_that(
    server: Server, ear: OpenAITranscriber
) -> None:
    server.knows_segments, server.answer = False, {"text": "Где вы?"}
    for _ in range(2):
        heard = await ear.transcribe(tone(1), Hints(languages=("ru",)))
        assert (heard.text, heard.language) == ("Где вы?", "ru")
        assert heard.segments[0].avg_logprob is None
    assert [asked["response_format"] for asked in server.asked] == ["verbose_json", "json", "json"]


@pytest.mark.parametrize(
    ("status", "permanent"), [(401, True), (400, True), (413, True), (429, False), (500, False), (503, False)]
)
async def test_a_refusal_says_whether_to_try_again(
    server: Server, ear: OpenAITranscriber, status: int, permanent: bool
) -> None:
    server.status, server.answer = status, {"error": {"message": "sk-1 is bad", "code": "odd"}}
    with pytest.raises(SpeechError, match=f"HTTP {status}") as caught:
        await ear.transcribe(tone(1))
    assert caught.value.permanent is permanent
    assert "sk-1" not in str(caught.value)


async def test_a_server_that_is_away_or_slow_is_told_apart(server: Server) -> None:
    away = OpenAITranscriber(base_url="http://127.0.0.1:9/v1", api_key=None)
    with pytest.raises(SpeechError):
        await away.transcribe(tone(1))
    slow = OpenAITranscriber(base_url=server.url, api_key=None, deadline_s=1e-6)
    with pytest.raises(AudioError) as caught:
        await slow.transcribe(tone(1))
    assert caught.value.reason == AudioFault.TOO_SLOW
    await away.close()
    await slow.close()
