"""A GGUF from a hub: a server on loopback that redirects to its storage, cuts and resumes."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.embedded.hub import HubFile, fetch_from_hub
from bot.errors import ServiceError, SettingsError

CONTENT = b"GGUF" + bytes(range(256)) * 2_000
WANTED = HubFile(owner="Qwen", name="Some-GGUF", file="model.gguf")


@dataclass
class Hub:
    """What the server has, and how it misbehaves."""

    content: bytes = CONTENT
    sha256: str = field(default_factory=lambda: hashlib.sha256(CONTENT).hexdigest())
    status: int = 302
    cut_after: list[int] = field(default_factory=list)
    """How many bytes the next answers send before they break off."""
    ranges: list[str | None] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/Qwen/Some-GGUF/resolve/main/model.gguf":
                self.send_response(hub.status)
                self.send_header("X-Linked-Etag", f'"{hub.sha256}"')
                self.send_header("Location", "/storage/object")
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif self.path == "/storage/object":
                self._serve()
            else:
                self.send_error(404)

        def _serve(self) -> None:
            wanted = self.headers.get("Range")
            hub.ranges.append(wanted)
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
            if start >= len(hub.content):
                self.send_error(416)
                return
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(hub.content) - start))
            self.end_headers()
            end = start + hub.cut_after.pop(0) if hub.cut_after else None
            self.wfile.write(hub.content[start:end])

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    yield hub
    server.shutdown()
    thread.join(10)
    server.server_close()


def test_a_file_is_fetched_and_proven(hub: Hub, tmp_path: Path) -> None:
    assert fetch(hub, tmp_path).read_bytes() == CONTENT


def test_a_second_start_asks_nobody(hub: Hub, tmp_path: Path) -> None:
    fetch(hub, tmp_path)
    fetch(hub, tmp_path)
    assert len(hub.ranges) == 1


def test_a_cut_fetch_goes_on_where_it_was(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after = [200_000, 100_000]
    assert fetch(hub, tmp_path).read_bytes() == CONTENT
    assert hub.ranges == [None, "bytes=200000-", "bytes=300000-"]


def test_a_fetch_goes_on_in_the_next_start(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after = [200_000, 0, 0, 0, 0]
    with pytest.raises(ServiceError, match="what was fetched is kept"):
        fetch(hub, tmp_path)
    hub.ranges.clear()
    assert fetch(hub, tmp_path).read_bytes() == CONTENT
    assert hub.ranges == ["bytes=200000-"]


def test_a_new_version_is_fetched_from_its_start(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after = [200_000, 0, 0, 0, 0]
    with pytest.raises(ServiceError):
        fetch(hub, tmp_path)
    hub.content = CONTENT[::-1]
    hub.sha256 = hashlib.sha256(hub.content).hexdigest()
    assert fetch(hub, tmp_path).read_bytes() == hub.content


def test_a_wrong_hash_is_refused_and_leaves_nothing(hub: Hub, tmp_path: Path) -> None:
    hub.sha256 = "0" * 64
    with pytest.raises(ServiceError, match="does not have the hash"):
        fetch(hub, tmp_path)
    assert not list(tmp_path.rglob("*.gguf*.part*"))
    assert not list(tmp_path.rglob("*.gguf"))


def test_a_fetch_that_was_complete_is_only_checked(hub: Hub, tmp_path: Path) -> None:
    folder = WANTED.path_in(tmp_path).parent
    folder.mkdir(parents=True)
    (folder / "model.gguf.part").write_bytes(CONTENT)
    (folder / "model.gguf.part.tag").write_text(hub.sha256)
    assert fetch(hub, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(("status", "reason"), [(404, "the hub has no"), (401, "fetch the file yourself")])
def test_a_file_that_cannot_be_had_is_a_fault_of_the_setting(
    hub: Hub, tmp_path: Path, status: int, reason: str
) -> None:
    hub.status = status
    with pytest.raises(SettingsError, match=reason):
        fetch(hub, tmp_path)


def test_a_hub_that_is_down_is_told(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="cannot be reached"):
        fetch(Hub(url="http://127.0.0.1:1"), tmp_path)


def fetch(hub: Hub, folder: Path) -> Path:
    return fetch_from_hub(WANTED, folder, hub.url, lambda *_: None, sleep=lambda _: None)
