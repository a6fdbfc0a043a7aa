"""Stock tables for the tests: a bookshop's, so that nothing depends on one trade."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.findings import Finding, Inquiry
from bot.stock.fetching import fetch
from bot.stock.reading_table import check_table
from bot.stock.refreshing import KeepsStock, StockRefresher
from bot.stock.snapshot import Snapshot
from bot.stock.source import StockSource
from bot.stock.table import StockTable
from bot.stock.vocabulary import Vocabulary
from bot.tenant.stock import StockSchema, read_stock_schema
from bot.texts.catalogue import load_texts

BOOKS = Path(__file__).parent / "fixtures" / "stock" / "books"
NOON = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


def book_schema(folder: Path = BOOKS) -> StockSchema:
    schema = read_stock_schema(folder / "stock.yaml")
    assert schema is not None
    return schema


def copy_of_books(folder: Path) -> Path:
    return Path(shutil.copytree(BOOKS, folder / "books"))


def edit_table(folder: Path, edit: Callable[[str], str], *, encoding: str = "utf-8") -> None:
    file = folder / "stock.csv"
    file.write_bytes(edit(file.read_text(encoding="utf-8")).encode(encoding))


def book_snapshot() -> Snapshot:
    table = check_table(fetch(book_schema(), BOOKS, lambda _: None), book_schema())
    return Snapshot(book_schema(), table.columns, table.rows, version=1)


@dataclass(frozen=True, kw_only=True)
class MemoryState:
    version_id: int | None = None
    as_of: datetime | None = None
    failing_since: datetime | None = None
    fingerprint: str = ""
    row_count: int = 0


@dataclass
class MemoryStore:
    """What `StockStore` does, without SQL."""

    current: MemoryState = MemoryState()
    versions: list[tuple[Sequence[str], Sequence[Sequence[Any]]]] = field(default_factory=list)
    failures: list[Sequence[str]] = field(default_factory=list)

    def state(self) -> MemoryState:
        return self.current

    def claim(self, now: datetime, at_most_every: timedelta) -> bool:
        return True

    def put(
        self,
        *,
        as_of: datetime,
        fingerprint: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        faults: Sequence[str] = (),
    ) -> int:
        self.versions.append((columns, rows))
        self.current = MemoryState(
            version_id=len(self.versions), as_of=as_of, fingerprint=fingerprint, row_count=len(rows)
        )
        return len(self.versions)

    def record_failure(self, at: datetime, faults: Sequence[str]) -> None:
        self.failures.append(faults)

    def rows(self, version_id: int) -> tuple[list[str], list[list[Any]]]:
        columns, rows = self.versions[version_id - 1]
        return list(columns), [list(row) for row in rows]


def refresher(store: KeepsStock, folder: Path = BOOKS, **options: Any) -> StockRefresher:
    given = {"read_secret": lambda _: None, "now": lambda: NOON} | options
    return StockRefresher(tenant="books", schema=book_schema(folder), folder=folder, store=store, **given)


def stock_table(store: KeepsStock, folder: Path = BOOKS, **options: Any) -> StockTable:
    now = options.pop("now", lambda: NOON)
    return StockTable(
        refresher(store, folder, now=now),
        store,
        lambda snapshot: Vocabulary(snapshot.schema, snapshot),
        check_every_s=options.pop("check_every_s", 3600),
        now=now,
    )


def book_source(folder: Path = BOOKS, **options: Any) -> StockSource:
    table = stock_table(MemoryStore(), folder, **options)
    return StockSource(table, load_texts(), ZoneInfo("Europe/Moscow"))


class Talk:
    """One customer's questions, each with what the answer before has left."""

    def __init__(self, source: StockSource, language: str = "ru") -> None:
        self._source = source
        self._language = language
        self._focus: Mapping[str, Any] = {}

    def ask(self, text: str) -> Finding | None:
        inquiry = Inquiry(text=text, asked_at=NOON, focus=self._focus, language=self._language)
        found = self._source.find(inquiry)
        self._focus = found.focus if found is not None else {}
        return found

    def told(self, text: str) -> str:
        found = self.ask(text)
        assert found is not None, text
        return found.text
