"""The table that questions are answered from: loaded, renewed, and never seen half."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.stock.query import Filter
from bot.store.engine import open_engine
from bot.store.stock import StockStore
from tests.stocks import NOON, book_schema, edit_table, stock_table


def test_the_first_question_loads_the_table_by_itself(stock: StockStore) -> None:
    in_service = stock_table(stock).current()
    assert in_service is not None
    assert in_service.snapshot.size == 8


def test_a_file_that_has_changed_is_taken_up(stock: StockStore, bookshop: Path) -> None:
    table = stock_table(stock, bookshop)
    table.check()
    edit_table(
        bookshop, lambda text: text + "b-200,роман,Новая книга,Булгаков,мягкая,2026,300,нет,777,на полке\n"
    )
    table.check()
    in_service = table.current()
    assert in_service is not None
    assert in_service.snapshot.size == 9


def test_rows_are_read_anew_when_their_schema_has_changed(stock: StockStore, bookshop: Path) -> None:
    stock_table(stock, bookshop).check()
    schema = bookshop / "stock.yaml"
    schema.write_text(schema.read_text("utf-8").replace("детектив:", "Детектив:"), encoding="utf-8")
    os.utime(schema, (NOON.timestamp() + 60,) * 2)
    os.utime(bookshop / "stock.csv", (NOON.timestamp() - 60,) * 2)
    found = stock_table(stock, bookshop).current()
    assert found is not None
    assert "Детектив" in found.snapshot.texts("genre").values


def test_a_file_that_turns_bad_leaves_the_table_in_service(stock: StockStore, bookshop: Path) -> None:
    table = stock_table(stock, bookshop)
    table.check()
    (bookshop / "stock.csv").unlink()
    table.check()
    in_service = table.current()
    assert in_service is not None
    assert in_service.snapshot.size == 8
    assert stock.state().failing_since == NOON


def test_without_a_database_there_is_no_table_and_no_error(tmp_path: Path) -> None:
    away = open_engine("postgresql://nobody@127.0.0.1:1/none")
    assert stock_table(StockStore(away, "books")).current() is None
    away.dispose()


def test_a_question_never_sees_half_of_a_table(stock: StockStore) -> None:
    """Each version has 2,000 rows of one year; whoever reads while versions change sees one year only."""
    columns = ["isbn", *(column.name for column in book_schema().columns if column.name != "isbn")]

    def put(year: int) -> None:
        rows = [
            [f"b-{n}", "роман", "Т", "А", None, float(year), 1.0, None, 100.0, "на полке"]
            for n in range(2_000)
        ]
        stock.put(as_of=NOON, fingerprint=str(year), columns=columns, rows=rows)

    put(2000)
    table = stock_table(stock)
    table.check()
    seen: set[tuple[int, ...]] = set()
    stopped = threading.Event()

    def read() -> None:
        while not stopped.is_set():
            in_service = table.current()
            assert in_service is not None
            snapshot = in_service.snapshot
            every = snapshot.mask((Filter(column="genre", values=("роман",)),))
            years = {int(value) for value in set(snapshot.numbers("year").values[every])}
            seen.add((int(every.sum()), *sorted(years)))

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for year in range(2001, 2006):
            put(year)
            table.check()
        stopped.set()
        for reader in readers:
            reader.result()
    assert all(count == 2_000 and len(years) == 1 for count, *years in seen)
    in_service = table.current()
    assert in_service is not None
    assert in_service.snapshot.version == stock.state().version_id
