"""`transcribe` and `eval voice` as people call them, with a server on loopback that does the hearing."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

pytest.importorskip("av", reason="the extra `voice` is not installed")

from bot.__main__ import main
from tests.sounds import tone, write

HEARD = "сколько стоит цэ сто восемьдесят"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Settings with a transcription server that always hears the same."""
    ready, stop = threading.Event(), threading.Event()
    address = []

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        segment = {"id": 0, "seek": 0, "tokens": [], "temperature": 0, "text": HEARD, "start": 0, "end": 2}
        segment |= {"avg_logprob": -0.2, "no_speech_prob": 0.01, "compression_ratio": 1.0}
        return web.json_response({"text": HEARD, "language": "russian", "duration": 2, "segments": [segment]})

    async def serve() -> None:
        application = web.Application()
        application.router.add_post("/audio/transcriptions", answer)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address.append(runner.addresses[0][1])
        ready.set()
        while not stop.is_set():  # noqa: ASYNC110  of another thread
            await asyncio.sleep(0.02)
        await runner.cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait(10)
    monkeypatch.setenv("VOICE_TRANSCRIBER", "openai")
    monkeypatch.setenv("VOICE_BASE_URL", f"http://127.0.0.1:{address[0]}")
    monkeypatch.setenv("LLM_PROVIDER", "local")
    yield monkeypatch
    stop.set()
    thread.join()


@pytest.fixture
def note(tmp_path: Path) -> Path:
    return write(tmp_path / "note.ogg", tone(2), codec="libopus")


@pytest.mark.usefixtures("environment")
def test_a_recording_is_written_down_as_the_assistant_would_read_it(
    note: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["transcribe", str(note)]) == 0
    printed = capsys.readouterr()
    assert printed.out == "сколько стоит C 180\n"
    assert "ru, answer, 2.0 s" in printed.err


@pytest.mark.usefixtures("environment")
def test_a_bad_file_does_not_stop_the_others(
    note: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.ogg").touch()
    files = [tmp_path / "empty.ogg", note, tmp_path / "nowhere.mp3", note]
    assert main(["transcribe", "--json", *map(str, files)]) == 1
    printed = capsys.readouterr()
    lines = [json.loads(line) for line in printed.out.splitlines()]
    assert [line.get("error") for line in lines] == ["empty", None, "missing", None]
    assert (lines[1]["text"], lines[1]["heard"], lines[1]["trust"]) == (
        "сколько стоит C 180",
        HEARD,
        "answer",
    )
    assert lines[1]["timings"]["decode_s"] > 0
    assert "nowhere.mp3: there is no such file" in printed.err


def test_a_server_that_is_away_is_one_sentence(
    environment: pytest.MonkeyPatch, note: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("VOICE_BASE_URL", "http://127.0.0.1:9")
    assert main(["transcribe", str(note)]) == 1
    assert "openai whisper-1" in capsys.readouterr().err


@pytest.mark.usefixtures("environment")
def test_the_hearing_is_measured_against_texts(
    note: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "texts.tsv").write_text(
        f"note\t{HEARD.capitalize()}?\nnote.ogg\tсколько стоит цэ 200\n", encoding="utf-8"
    )
    assert main(["eval", "voice", "--set", str(tmp_path), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (figures["files"], figures["words"], figures["wer"]) == (2, 8, 0.125)
    assert figures["trust"] == {"answer": 2}
    assert figures["rtf"] > 0


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (None, "one table with the ending .tsv is wanted here"),
        ("nowhere\tтекст", "texts.tsv:1: there is no file nowhere"),
        ("note.ogg", "texts.tsv:1: a file, a tab and a text are wanted"),
        ("", "there is nothing to hear"),
    ],
)
def test_a_set_that_cannot_be_read_is_named(
    note: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str | None, sentence: str
) -> None:
    if table is not None:
        (tmp_path / "texts.tsv").write_text(table, encoding="utf-8")
    assert main(["eval", "voice", "--set", str(tmp_path)]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.usefixtures("environment")
def test_a_set_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "voice"]) == 2
    assert "--set DIR is wanted" in capsys.readouterr().err
