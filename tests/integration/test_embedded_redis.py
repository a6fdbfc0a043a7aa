import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from bot.embedded.redis import EmbeddedRedis, watch
from bot.errors import ServiceError


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "с пробелом"


@pytest.fixture
def server(data_dir: Path) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(data_dir)
    server.start()
    yield server
    server.stop()


def test_it_answers_at_its_address(server: EmbeddedRedis) -> None:
    with _client(server) as client:
        client.set("key", "значение")
        assert client.get("key") == "значение".encode()


def test_a_second_start_attaches(server: EmbeddedRedis, data_dir: Path) -> None:
    with _client(server) as client:
        client.set("key", 1)
    assert not EmbeddedRedis(data_dir).start()
    with _client(server) as client:
        assert client.get("key") == b"1"


def test_of_many_starts_at_once_one_starts_it(data_dir: Path) -> None:
    started: list[bool] = []
    servers = [EmbeddedRedis(data_dir) for _ in range(4)]
    threads = [threading.Thread(target=lambda s=server: started.append(s.start())) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    for server in servers:
        server.stop()
    assert sorted(started) == [False, False, False, True]


def test_nothing_acknowledged_is_lost_when_it_is_killed(server: EmbeddedRedis) -> None:
    acknowledged = 0
    for _ in range(3):
        pid = _pid(server)
        threading.Timer(0.3, os.kill, (pid, signal.SIGKILL)).start()
        with _client(server) as client:
            try:
                while True:
                    acknowledged = client.rpush("list", "x" * 100)
            except redis.ConnectionError:
                _until(lambda: not server.is_running())
        server.start()
        with _client(server) as client:
            assert client.llen("list") >= acknowledged
    assert acknowledged > 100


def test_the_watcher_starts_it_again(data_dir: Path) -> None:
    server = EmbeddedRedis(data_dir)
    stop = threading.Event()
    watching = threading.Thread(
        target=watch, args=(server, stop), kwargs={"every_s": 0.02, "flush_every_s": 0}
    )
    watching.start()
    try:
        _until(lambda: _answers(server))
        assert not EmbeddedRedis(data_dir).start()  # waits until the watcher is through with starting it
        first = _pid(server)
        with _client(server) as client:
            client.set("key", 1)
        os.kill(first, signal.SIGKILL)
        _until(lambda: _answers(server) and _pid(server) != first)
        with _client(server) as client:
            assert client.get("key") == b"1"
    finally:
        stop.set()
        watching.join(20)
    assert not server.is_running()


def test_whoever_did_not_start_it_can_stop_it(server: EmbeddedRedis, data_dir: Path) -> None:
    EmbeddedRedis(data_dir).stop()
    _until(lambda: not server.is_running())
    assert not _answers(server)


def test_a_server_that_is_busy_is_not_replaced(server: EmbeddedRedis, data_dir: Path) -> None:
    pid = _pid(server)
    os.kill(pid, signal.SIGSTOP)
    try:
        assert not EmbeddedRedis(data_dir).start()
    finally:
        os.kill(pid, signal.SIGCONT)
    assert _pid(server) == pid


def test_it_never_evicts(server: EmbeddedRedis) -> None:
    with _client(server) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}


def test_a_broken_file_is_told_with_the_servers_own_words(server: EmbeddedRedis, data_dir: Path) -> None:
    with _client(server) as client:
        client.set("key", 1)
    server.stop()
    [manifest] = (data_dir / "redis" / "appendonlydir").glob("*.manifest")
    manifest.write_text("nonsense\n")
    with pytest.raises(ServiceError, match="did not start"):
        server.start()


def _client(server: EmbeddedRedis) -> Any:
    return redis.Redis.from_url(server.url, retry=None)


def _pid(server: EmbeddedRedis) -> int:
    with _client(server) as client:
        return int(client.info("server")["process_id"])


def _answers(server: EmbeddedRedis) -> bool:
    try:
        return _pid(server) > 0
    except redis.RedisError:
        return False


def _until(condition: Callable[[], bool], within_s: float = 20) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)
