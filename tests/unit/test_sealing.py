"""What is sealed opens with its key and with no other, and all processes have the same."""

import threading
from pathlib import Path

import pytest

from bot.errors import SealBroken, SettingsError
from bot.store.sealing import Sealer, key_file, keys_in_file, new_key

PHONE = "+79161234567"


def test_what_is_sealed_is_opened_and_not_read() -> None:
    sealer = Sealer([new_key()])
    sealed = sealer.seal(PHONE)
    assert sealer.open(sealed) == PHONE
    assert PHONE not in sealed
    assert sealer.seal(PHONE) != sealed


@pytest.mark.parametrize("sealed", ["", PHONE, "gAAAA", "ключ"])
def test_what_no_key_opens_is_a_sentence_without_the_secret(sealed: str) -> None:
    with pytest.raises(SealBroken, match="DATA_KEYS") as caught:
        Sealer([new_key()]).open(sealed)
    assert caught.value.permanent
    assert PHONE not in str(caught.value)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        Sealer([new_key()]).open(Sealer([new_key()]).seal(PHONE))


def test_the_first_key_seals_and_all_open() -> None:
    old, new = new_key(), new_key()
    sealed = Sealer([old]).seal(PHONE)
    both = Sealer([new, old])
    assert both.open(sealed) == PHONE
    assert Sealer([new]).open(both.seal(PHONE)) == PHONE


def test_rotation_makes_the_old_key_superfluous() -> None:
    old, new = new_key(), new_key()
    both = Sealer([new, old])
    rotated = both.rotate(Sealer([old]).seal(PHONE))
    assert Sealer([new]).open(rotated) == PHONE
    assert both.rotate(rotated) == rotated


@pytest.mark.parametrize("keys", [[], ["short"], ["k" * 43 + "=", "ключ"]])
def test_what_is_no_key_is_refused(keys: list[str]) -> None:
    with pytest.raises(SettingsError, match="python -m bot keys new"):
        Sealer(keys)


def test_the_file_is_the_owners_alone_and_stays(tmp_path: Path) -> None:
    keys = keys_in_file(tmp_path)
    assert keys_in_file(tmp_path) == keys
    assert key_file(tmp_path).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["data.key"]


def test_all_who_start_at_once_have_one_key(tmp_path: Path) -> None:
    start, found = threading.Barrier(8), []

    def begin() -> None:
        start.wait()
        found.append(tuple(keys_in_file(tmp_path)))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\n"])
def test_a_spoilt_file_is_told_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    key_file(tmp_path).write_bytes(content)
    with pytest.raises(SettingsError, match=r"data\.key"):
        keys_in_file(tmp_path)
    assert key_file(tmp_path).read_bytes() == content
