"""Where recordings lie while they are heard, and from where they are gone at once."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TextIO

from bot.embedded.files import locked, try_lock

_LOCK = "lock"


class NoteFolder:
    """A folder of this process alone. What a killed process has left in its own is swept at `open`.

    Processes tell one another's life by a lock, which works across containers that share the disk too.
    """

    def __init__(self, path: Path, lock: TextIO) -> None:
        self._path = path
        self._lock = lock

    @classmethod
    def open(cls, parent: Path) -> Self:
        with locked(parent.with_name(f"{parent.name}.lock")):  # nobody sweeps what is not locked yet
            sweep(parent)
            path = parent / f"{os.getpid()}-{secrets.token_hex(4)}"
            lock = try_lock(path / _LOCK)
        assert lock is not None, "nobody else knows this name"
        return cls(path, lock)

    @contextmanager
    def file(self) -> Iterator[Path]:
        """A name for one recording; whatever stands there is gone when the block ends."""
        path = self._path / secrets.token_hex(8)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def close(self) -> None:
        shutil.rmtree(self._path, ignore_errors=True)
        self._lock.close()


def sweep(parent: Path) -> int:
    """Remove the folders of processes that are no more. Returns how many there were."""
    swept = 0
    for folder in parent.iterdir() if parent.is_dir() else ():
        lock = try_lock(folder / _LOCK) if folder.is_dir() else None
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            lock.close()
            swept += 1
    return swept
