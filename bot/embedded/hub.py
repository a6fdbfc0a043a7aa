"""A GGUF from a model hub: resumed where it was cut, checked by the hash that the hub gives."""

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Self

import httpx

from bot.embedded.files import locked
from bot.embedded.progress import Report
from bot.embedded.weights import clear_disk_errors, is_proven, require_room, stamp_file
from bot.errors import ServiceError, SettingsError

_REFERENCE = re.compile(r"(?P<owner>[\w.-]+)/(?P<name>[\w.-]+):(?P<file>[\w.-]+(?:/[\w.-]+)*\.gguf)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PAUSES_S = (1.0, 2.0, 4.0, 8.0)
"""Between tries; a try that brought something starts the row again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HubFile:
    """A file of a hub's repository, written ``owner/name:file.gguf``."""

    owner: str
    name: str
    file: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None if the text does not look like a hub's file."""
        match = _REFERENCE.fullmatch(text)
        if match is None or ".." in re.split("[/:]", text):
            return None
        return cls(**match.groupdict())

    def path_in(self, folder: Path) -> Path:
        return folder / "hub" / self.owner / self.name / self.file

    def url_at(self, hub_url: str) -> str:
        return f"{hub_url.rstrip('/')}/{self.owner}/{self.name}/resolve/main/{self.file}"


def fetch_from_hub(
    wanted: HubFile,
    folder: Path,
    hub_url: str,
    report: Report,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """The file in `folder`, fetched unless it is there. Raises SettingsError if the hub has no such file."""
    path = wanted.path_in(folder)
    if is_proven(path):
        return path
    with clear_disk_errors(path.parent), locked(path.with_name(f"{path.name}.lock")):
        if is_proven(path):
            return path
        draft = _Draft(path)
        pauses = list(_PAUSES_S)
        while True:
            size_before = draft.size
            try:
                sha256 = _continue(draft, wanted, hub_url, report)
                break
            except httpx.TransportError as error:
                pauses = list(_PAUSES_S) if draft.size > size_before else pauses
                if not pauses:
                    raise ServiceError(
                        f"the hub cannot be reached or breaks off ({error}); what was fetched is kept"
                    ) from error
                sleep(pauses.pop(0))
        draft.become(path, sha256)
    return path


class _Draft:
    """What has been fetched so far, with the tag of the version that it belongs to."""

    def __init__(self, path: Path) -> None:
        self.file = path.with_name(f"{path.name}.part")
        self._tag_file = path.with_name(f"{path.name}.part.tag")

    @property
    def size(self) -> int:
        return self.file.stat().st_size if self.file.exists() else 0

    @property
    def tag(self) -> str:
        return self._tag_file.read_text(encoding="utf-8") if self._tag_file.exists() else ""

    def begin(self, tag: str) -> None:
        self.file.unlink(missing_ok=True)
        self._tag_file.write_text(tag, encoding="utf-8")

    def discard(self) -> None:
        self.file.unlink(missing_ok=True)
        self._tag_file.unlink(missing_ok=True)

    def become(self, path: Path, sha256: str | None) -> None:
        with self.file.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256 not in (None, actual):
            self.discard()
            raise ServiceError("what the hub sent does not have the hash that it names; start again")
        self.file.replace(path)
        self._tag_file.unlink()
        stamp_file(path, actual)


def _continue(draft: _Draft, wanted: HubFile, hub_url: str, report: Report) -> str | None:
    """Fetch what is missing; the sha256 that the hub names, or None."""
    headers = {"Accept-Encoding": "identity"}
    if draft.size and draft.tag:
        headers["Range"] = f"bytes={draft.size}-"
    url = wanted.url_at(hub_url)
    with httpx.stream("GET", url, headers=headers, follow_redirects=True, timeout=30) as response:
        # The hub describes the file in the redirect; the storage behind it only serves bytes.
        described = (response.history or [response])[0].headers
        tag = described.get("x-linked-etag", described.get("etag", "")).strip('"')
        if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and tag == draft.tag:
            return tag if _SHA256.fullmatch(tag) else None  # it was whole already
        _refuse_bad_status(response, wanted)
        if response.status_code != HTTPStatus.PARTIAL_CONTENT or tag != draft.tag:
            resumed = response.status_code == HTTPStatus.PARTIAL_CONTENT
            draft.begin(tag)
            if resumed:  # a piece of another version
                return _continue(draft, wanted, hub_url, report)
        _append(draft, response, wanted, report)
    return tag if _SHA256.fullmatch(tag) else None


def _append(draft: _Draft, response: httpx.Response, wanted: HubFile, report: Report) -> None:
    total = draft.size + int(response.headers.get("content-length", 0))
    require_room(draft.file.parent, total - draft.size)
    with draft.file.open("ab") as target:
        for piece in response.iter_raw():  # in pieces of a size, what a cut leaves of one would be lost
            target.write(piece)
            report(f"fetching {wanted.file}", target.tell(), total)


def _refuse_bad_status(response: httpx.Response, wanted: HubFile) -> None:
    status = response.status_code
    if status == HTTPStatus.NOT_FOUND:
        raise SettingsError(f"LOCAL_MODEL: the hub has no {wanted.owner}/{wanted.name}:{wanted.file}")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise SettingsError(
            f"LOCAL_MODEL: the hub asks for permission to read {wanted.owner}/{wanted.name}; "
            "fetch the file yourself and set LOCAL_MODEL to its path"
        )
    if response.is_error:
        raise ServiceError(f"the hub answered {status}; try later")
