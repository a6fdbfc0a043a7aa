"""How other processes find the local model, and the real server once, where its weights are at hand."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.embedded.files import write_whole
from bot.embedded.model_server import (
    is_healthy,
    read_model_url,
    read_running_model,
    wait_for_model,
)
from bot.embedded.weights import PACKAGED_MODEL, is_proven
from bot.errors import ServiceError
from bot.settings import LocalModelSettings

WEIGHTS = LocalModelSettings().cache_home.expanduser() / "dezhurny" / "models" / PACKAGED_MODEL.file_name


def record(data_dir: Path, *, pid: int, url: str = "http://127.0.0.1:1/v1") -> None:
    write_whole(data_dir / "run" / "model.json", json.dumps({"url": url, "model": "qwen", "pid": pid}))


def test_no_server_has_no_url(tmp_path: Path) -> None:
    assert read_model_url(tmp_path) is None


def test_a_running_server_has_its_url(tmp_path: Path) -> None:
    record(tmp_path, pid=os.getpid())
    assert read_model_url(tmp_path) == "http://127.0.0.1:1/v1"


def test_what_a_killed_server_left_behind_is_not_believed(tmp_path: Path) -> None:
    record(tmp_path, pid=2**22 + 1)
    assert read_model_url(tmp_path) is None


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
async def test_health_is_what_the_server_says(status: int, healthy: bool) -> None:
    async def health(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/health", health)
    async with TestServer(app) as server:
        assert await is_healthy(f"{server.make_url('')}/v1") is healthy


async def test_nobody_there_is_not_healthy() -> None:
    assert not await is_healthy("http://127.0.0.1:1/v1")


async def test_waiting_for_a_model_ends(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="not ready after 0 s"):
        await wait_for_model(tmp_path, within_s=0.2)


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from bot.embedded.model_server import ModelServerOptions, serve_model\n"
        "from bot.errors import ServiceError\n"
        "folder = Path(sys.argv[1])\n"
        "try:\n"
        "    serve_model(ModelServerOptions(model=folder / 'a.gguf', data_dir=folder, context_tokens=1024))\n"
        "except ServiceError as error:\n"
        "    sys.exit(str(error))\n"
    )
    (tmp_path / "a.gguf").write_bytes(b"GGUF but no more")
    result = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "a.gguf cannot be loaded" in result.stderr
    assert read_running_model(tmp_path) is None


@pytest.mark.local_model
@pytest.mark.skipif(not is_proven(WEIGHTS, PACKAGED_MODEL.sha256), reason="the local model is not fetched")
async def test_the_local_model_answers_and_leaves_at_once(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from bot.embedded.model_server import ModelServerOptions, serve_model\n"
        "model, folder = map(Path, sys.argv[1:])\n"
        "serve_model(ModelServerOptions(model=model, data_dir=folder, context_tokens=1024))\n"
    )
    server = await asyncio.create_subprocess_exec(sys.executable, "-c", program, str(WEIGHTS), str(tmp_path))
    try:
        url = await wait_for_model(tmp_path, within_s=60)
        request = {
            "messages": [{"role": "user", "content": "Сколько будет 2+2? Одно число."}],
            "max_tokens": 8,
        }
        async with (
            aiohttp.ClientSession() as client,
            client.post(f"{url}/chat/completions", json=request) as answer,
        ):
            body = await answer.json()
        said = body["choices"][0]["message"]["content"].lower()
        assert "4" in said or "четыре" in said
    finally:
        server.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(server.wait(), 5) == 0
    assert not (tmp_path / "run" / "model.json").exists()
