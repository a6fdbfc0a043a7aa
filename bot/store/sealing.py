"""What is kept encrypted in the database: phones, in the columns named `*_sealed`."""

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import SealBroken, SettingsError


class Sealer:
    """Fernet with several keys: the first one seals, each opens. Raises SettingsError for a bad key."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            fernets = [Fernet(key) for key in keys]
            self._all = MultiFernet(fernets)
        except ValueError:
            raise SettingsError(f"DATA_KEYS: {KEY_ADVICE}") from None
        self._first = fernets[0]

    def seal(self, text: str) -> str:
        """Another result each time, even for the same text: it cannot be searched for."""
        return self._first.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises SealBroken when no key fits, or it was never sealed."""
        return self._opened(self._all, sealed)

    def rotate(self, sealed: str) -> str:
        """The same under the first key; what is under it already stays as it is. Raises SealBroken."""
        try:
            self._opened(self._first, sealed)
        except SealBroken:
            return self.seal(self.open(sealed))
        return sealed

    @staticmethod
    def _opened(keys: Fernet | MultiFernet, sealed: str) -> str:
        try:
            return keys.decrypt(sealed).decode()
        except (InvalidToken, ValueError):
            raise SealBroken from None


KEY_ADVICE = "must be keys by commas, each as `python -m bot keys new` prints it"


def new_key() -> str:
    return Fernet.generate_key().decode()


def key_file(data_dir: Path) -> Path:
    return data_dir / "data.key"


def keys_in_file(data_dir: Path) -> list[str]:
    """The keys of `data_dir`, one a line; made at the first use, once for all processes.

    Raises SettingsError for a file that holds none, or cannot be read or made.
    """
    path = key_file(data_dir)
    try:
        if not path.exists():
            _make(path)
        keys = path.read_text(encoding="ascii").split()
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it holds no keys"
        raise SettingsError(f"{path}: the key of the sealed data cannot be read: {reason}") from None
    if not keys:
        raise SettingsError(f"{path}: is empty; put the key back, or what it has sealed cannot be read")
    return keys


def _make(path: Path) -> None:
    """Whoever links first has made the key; the file is whole from its first moment."""
    draft = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{new_key()}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
