"""The files of an export: JSON lines and Parquet, written as a stream, whole or not at all."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from bot.errors import ExportFailed, SettingsError

Record = dict[str, Any]
OpenDraft = Callable[[Path], BinaryIO]
_ROWS_AT_ONCE = 200


class TooLarge(ExportFailed):
    """The file would be larger than it may be."""


class DialogueFile(Protocol):
    """A file that is there, with all that was added, once its block ends without a failure."""

    path: Path

    def add(self, record: Record) -> None: ...

    def written(self) -> AbstractContextManager[None]:
        """The block within which records are added."""


def open_draft(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")


class JsonLines:
    """A dialogue a line, in the chat format. `most_bytes`: TooLarge is raised beyond it."""

    def __init__(self, path: Path, *, most_bytes: int | None = None, opens: OpenDraft = open_draft) -> None:
        self.path = path
        self._most_bytes = most_bytes
        self._opens = opens
        self._file: BinaryIO | None = None
        self._size = 0

    def add(self, record: Record) -> None:
        line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
        self._size += len(line)
        if self._most_bytes is not None and self._size > self._most_bytes:
            raise TooLarge(f"{self.path.name}: more than {self._most_bytes} bytes")
        if self._file is not None:
            self._file.write(line)

    @contextmanager
    def written(self) -> Iterator[None]:
        with _whole(self.path, self._opens) as self._file:
            yield


class Parquet:
    """A dialogue a row, with the names of the JSON lines, the metadata's beside the messages."""

    def __init__(self, path: Path, *, opens: OpenDraft = open_draft) -> None:
        self.path = path
        self._opens = opens
        self._rows: list[Record] = []
        self._write: Callable[[Sequence[Record]], None] | None = None

    def add(self, record: Record) -> None:
        self._rows.append({"messages": record["messages"], **record["metadata"]})
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._flush()

    @contextmanager
    def written(self) -> Iterator[None]:
        expect_parquet()
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = _schema()
        with _whole(self.path, self._opens) as file:
            writer = pq.ParquetWriter(file, schema, compression="zstd")
            try:
                self._write = lambda rows: writer.write_table(pa.Table.from_pylist(rows, schema=schema))
                yield
                self._flush()
            finally:
                writer.close()

    def _flush(self) -> None:
        if self._write is not None and self._rows:
            self._write(self._rows)
        self._rows = []


def expect_parquet() -> None:
    """Raises SettingsError where the package for it was left out."""
    if find_spec("pyarrow") is None:
        raise SettingsError(
            "pyarrow is missing, which writes Parquet; install it with: pip install 'dezhurny[export]', "
            "or leave it out with: --format jsonl"
        )


@contextmanager
def all_written(files: Sequence[DialogueFile]) -> Iterator[None]:
    """The block of all of them."""
    with ExitStack() as stack:
        for file in files:
            stack.enter_context(file.written())
        yield


@contextmanager
def _whole(path: Path, opens: OpenDraft) -> Iterator[BinaryIO]:
    """A file that takes its name only when all is in it and on the disk."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with opens(draft) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise ExportFailed(f"{path}: the export cannot be written: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _schema() -> Any:
    import pyarrow as pa

    text = pa.string()
    opinion = pa.struct([("score", pa.int32()), ("reasons", pa.list_(text)), ("words", text)])
    turn = pa.struct(
        [
            *((name, text) for name in ("outcome", "light", "model", "prompt")),
            ("thumb", pa.int32()),
            ("error", opinion),
            ("marks", pa.list_(pa.int32())),
            ("correction", text),
        ]
    )
    message = pa.struct([("role", text), ("content", text)])
    return pa.schema(
        [
            ("messages", pa.list_(message)),
            *((name, text) for name in ("dialogue", "person", "tenant", "language", "day", "end")),
            ("rating", opinion),
            ("turns", pa.list_(turn)),
        ]
    )
