"""What a refresh takes over, what it leaves out, and what stays when the source is bad."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from bot.errors import StockError
from bot.queue.inbox import Inbox
from bot.stock.reading_table import TableRefused
from bot.store.stock import StockStore
from bot.wiring.upkeep import process_duties
from tests.stocks import NOON, edit_table, refresher


def test_a_refresh_puts_the_table_in_service(stock: StockStore) -> None:
    refresher(stock).refresh()
    state = stock.state()
    assert (state.row_count, state.as_of, state.failing_since) == (8, NOON, None)
    columns, rows = stock.rows(state.version_id or 0)
    assert dict(zip(columns, rows[2], strict=True))["price"] == 1200.5
    assert dict(zip(columns, rows[6], strict=True))["price"] == "on request"


def test_the_same_table_again_only_moves_its_moment(stock: StockStore) -> None:
    refresher(stock).refresh()
    first = stock.state()
    later = NOON + timedelta(hours=1)
    refresher(stock, now=lambda: later).refresh()
    assert (stock.state().version_id, stock.state().as_of) == (first.version_id, later)


def test_old_versions_go(stock: StockStore, bookshop: Path, engine: Engine) -> None:
    for price in range(700, 706):
        edit_table(bookshop, lambda table, price=price: table.replace("450", str(price)))  # type: ignore[misc]
        refresher(stock, bookshop).refresh()
        edit_table(bookshop, lambda table, price=price: table.replace(str(price), "450"))  # type: ignore[misc]
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM stock_versions")) == 3
        assert connection.scalar(text("SELECT count(*) FROM stock_rows")) == 24


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda table: "", "stock.csv: the table is empty"),
        (lambda table: table.splitlines()[0], "stock.csv: the table has no rows"),
        (lambda table: table.replace(",price,", ",cost,"), 'stock.csv:1: the column "price" is missing'),
        (lambda table: "\n".join(table.splitlines()[:3]), "there are only 2 rows, and there were 8"),
        (lambda table: table.replace("роман", ""), "3 of 8 rows are faulty"),
        (lambda table: table.replace("650 ₽", '"650'), "this is not CSV"),
        (lambda table: "\x00" + table, "this is not text"),
    ],
)
def test_a_bad_table_leaves_the_old_one_and_says_why(
    stock: StockStore, bookshop: Path, edit: Callable[[str], str], reason: str
) -> None:
    refresher(stock, bookshop).refresh()
    before = stock.state()
    edit_table(bookshop, edit)
    with capture_logs() as logs, pytest.raises(TableRefused, match=reason):
        refresher(stock, bookshop).refresh()
    after = stock.state()
    assert (after.version_id, after.row_count) == (before.version_id, 8)
    assert after.failing_since == NOON
    assert [entry["event"] for entry in logs] == ["stock_refresh_failed"]
    assert not stock.refreshes()[0].succeeded
    assert reason in "\n".join(stock.refreshes()[0].faults)


def test_a_good_refresh_ends_the_failing(stock: StockStore, bookshop: Path) -> None:
    edit_table(bookshop, lambda table: "")
    with pytest.raises(StockError):
        refresher(stock, bookshop).refresh()
    refresher(stock).refresh()
    assert stock.state().failing_since is None


def test_a_few_bad_rows_are_left_out_and_named(stock: StockStore, bookshop: Path) -> None:
    schema = bookshop / "stock.yaml"
    schema.write_text("most_faulty_share: 0.5\n" + schema.read_text("utf-8"), encoding="utf-8")
    edit_table(
        bookshop,
        lambda table: table.replace("390", "дорого").replace("b-105", "b-104").replace("2019", "1019"),
    )
    table = refresher(stock, bookshop).refresh()
    assert len(table.rows) == 5
    assert [str(fault).rpartition("stock.csv")[2] for fault in table.faults] == [
        ':3: price: "дорого" is not a number',
        ':6: isbn: "b-104" is already on line 5',
        ':7: year: "1019" is not a year',
    ]


def test_of_many_schedulers_one_refreshes(stock: StockStore) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = [table for table in pool.map(lambda _: refresher(stock).refresh_if_due(), range(8)) if table]
    assert len(done) == 1
    assert len(stock.refreshes()) == 1


async def test_the_clocks_duty_outlives_a_bad_source(
    stock: StockStore, bookshop: Path, redis: Redis, prefix: str
) -> None:
    edit_table(bookshop, lambda table: "")
    await process_duties(Inbox(redis, prefix=prefix), refresher(stock, bookshop))["stock"]()
    assert not stock.refreshes()[0].succeeded
