"""What a question gets of the table while it is first loaded, fails to load, or is stored otherwise."""

import threading
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.errors import StockError
from bot.stock.refreshing import StockRefresher
from bot.stock.table import StockTable
from bot.stock.vocabulary import Vocabulary
from tests.stocks import BOOKS, NOON, MemoryStore, book_schema, copy_of_books, refresher, stock_table

HOUR = 3600.0


class FarSource(StockRefresher):
    """A source on another machine, which answers when it is let, or fails."""

    file = None

    def __init__(self, store: MemoryStore, *, fails: bool = False) -> None:
        given: Any = {"read_secret": lambda _: None, "now": lambda: NOON}
        super().__init__(tenant="books", schema=book_schema(), folder=BOOKS, store=store, **given)
        self.fails = fails
        self.answers = threading.Event()
        self.threads: list[int] = []

    def refresh(self) -> Any:
        self.threads.append(threading.get_ident())
        if self.fails:
            raise StockError("away")
        assert self.answers.wait(10)
        return super().refresh()


class Ticks:
    """Seconds that pass when they are told to."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


def far_table(source: FarSource, store: MemoryStore, ticks: Ticks) -> StockTable:
    def words(snapshot: Any) -> Vocabulary:
        return Vocabulary(snapshot.schema, snapshot)

    return StockTable(source, store, words, check_every_s=2, now=lambda: NOON, ticks=ticks)


def in_background() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "stock"]


def test_a_question_never_waits_for_a_source_elsewhere() -> None:
    store, ticks = MemoryStore(), Ticks()
    source = FarSource(store)
    table = far_table(source, store, ticks)
    assert table.current() is None
    for ticks.at in (3.0, 6.0, 9.0):
        assert table.current() is None
    source.answers.set()
    for thread in in_background():
        thread.join(10)
    assert table.current() is not None
    assert len(source.threads) == 1
    assert threading.get_ident() not in source.threads


def test_a_question_takes_what_is_stored_at_once() -> None:
    store = MemoryStore()
    refresher(store).refresh()
    source = FarSource(store)
    assert far_table(source, store, Ticks()).current() is not None
    assert source.threads == []


def test_the_pauses_between_tries_grow_up_to_the_schemas() -> None:
    store, ticks = MemoryStore(), Ticks()
    source = FarSource(store, fails=True)
    table = far_table(source, store, ticks)
    tries = []
    for second in range(0, int(3 * HOUR), 10):
        ticks.at, before = float(second), len(source.threads)
        table.check()
        tries += [second] if len(source.threads) > before else []
    pauses = [later - sooner for sooner, later in pairwise(tries)]
    assert pauses[:6] == [30, 60, 120, 240, 480, 960]
    assert set(pauses[6:]) == {30 * 60}


def test_a_process_tries_no_more_where_another_has_just_tried() -> None:
    class Claimed(MemoryStore):
        def claim(self, now: Any, at_most_every: Any) -> bool:
            return False

    store, ticks = Claimed(), Ticks()
    source = FarSource(store, fails=True)
    table = far_table(source, store, ticks)
    for ticks.at in (0.0, 100.0, 1000.0):
        table.check()
    assert len(source.threads) == 1


def test_a_bad_file_is_recorded_once_until_it_changes(tmp_path: Path) -> None:
    folder, store = copy_of_books(tmp_path), MemoryStore()
    good = (folder / "stock.csv").read_text("utf-8")
    (folder / "stock.csv").write_text("nonsense", encoding="utf-8")
    table = stock_table(store, folder)
    for _ in range(5):
        table.check()
    assert table.current() is None
    assert len(store.failures) == 1
    (folder / "stock.csv").write_text(good, encoding="utf-8")
    table.check()
    assert table.current() is not None


def stored_without(column: str) -> MemoryStore:
    """The books as they were stored before the schema had a column."""
    store = MemoryStore()
    refresher(store).refresh()
    columns, rows = store.versions[0]
    place = list(columns).index(column)
    kept = [[cell for at, cell in enumerate(row) if at != place] for row in rows]
    store.versions[0] = ([name for name in columns if name != column], kept)
    store.current = replace(store.current, fingerprint="other")
    return store


def test_a_version_without_the_key_is_not_served_and_told_of_once() -> None:
    store = stored_without("isbn")
    source = FarSource(store, fails=True)
    ticks = Ticks()
    table = far_table(source, store, ticks)
    with capture_logs() as logs:
        for ticks.at in (0.0, 3.0, 6.0):
            assert table.current() is None
            for thread in in_background():
                thread.join(10)
    told = [entry for entry in logs if entry["event"] == "stock_version_unusable"]
    assert [(entry["version"], "isbn" in entry["reason"]) for entry in told] == [(1, True)]


@pytest.mark.parametrize("is_first_loaded", [True, False])
def test_a_version_without_the_key_is_refreshed_from_the_source(is_first_loaded: bool) -> None:
    store = stored_without("isbn")
    source = FarSource(store)
    source.answers.set()
    table = far_table(source, store, Ticks())
    if not is_first_loaded:
        assert table.current() is None
    table.check()
    in_service = table.current()
    assert in_service is not None
    assert in_service.snapshot.version == 2


def test_a_version_without_another_column_is_served() -> None:
    store = stored_without("pages")
    in_service = far_table(FarSource(store), store, Ticks()).current()
    assert in_service is not None
    assert in_service.snapshot.size == 8
