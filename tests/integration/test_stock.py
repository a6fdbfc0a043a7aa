"""The stock table through real databases, files and HTTP."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from bot.__main__ import main
from bot.errors import StockError
from bot.queue.inbox import Inbox
from bot.stock.query import Filter
from bot.stock.reading_table import TableRefused
from bot.store.engine import open_engine
from bot.store.stock import StockStore
from bot.wiring.upkeep import process_duties
from tests.stocks import BOOKS, NOON, book_schema, copy_of_books, refresher, stock_table

BAKERY = BOOKS.parents[1] / "tenants" / "bakery"


@pytest.fixture
def stock(engine: Engine) -> StockStore:
    return StockStore(engine, "books")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_books(tmp_path)


def change(folder: Path, edit: Callable[[str], str], *, encoding: str = "utf-8") -> None:
    file = folder / "stock.csv"
    file.write_bytes(edit(file.read_text(encoding="utf-8")).encode(encoding))


def set_source(folder: Path, source: str) -> None:
    schema = folder / "stock.yaml"
    schema.write_text(schema.read_text("utf-8").replace("{csv: stock.csv}", source), encoding="utf-8")


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


def test_old_versions_go(stock: StockStore, folder: Path, engine: Engine) -> None:
    for price in range(700, 706):
        change(folder, lambda table, price=price: table.replace("450", str(price)))  # type: ignore[misc]
        refresher(stock, folder).refresh()
        change(folder, lambda table, price=price: table.replace(str(price), "450"))  # type: ignore[misc]
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
    stock: StockStore, folder: Path, edit: Callable[[str], str], reason: str
) -> None:
    refresher(stock, folder).refresh()
    before = stock.state()
    change(folder, edit)
    with capture_logs() as logs, pytest.raises(TableRefused, match=reason):
        refresher(stock, folder).refresh()
    after = stock.state()
    assert (after.version_id, after.row_count) == (before.version_id, 8)
    assert after.failing_since == NOON
    assert [entry["event"] for entry in logs] == ["stock_refresh_failed"]
    assert not stock.refreshes()[0].succeeded
    assert reason in "\n".join(stock.refreshes()[0].faults)


def test_a_good_refresh_ends_the_failing(stock: StockStore, folder: Path) -> None:
    change(folder, lambda table: "")
    with pytest.raises(StockError):
        refresher(stock, folder).refresh()
    refresher(stock).refresh()
    assert stock.state().failing_since is None


def test_a_few_bad_rows_are_left_out_and_named(stock: StockStore, folder: Path) -> None:
    schema = folder / "stock.yaml"
    schema.write_text("most_faulty_share: 0.5\n" + schema.read_text("utf-8"), encoding="utf-8")
    change(
        folder, lambda table: table.replace("390", "дорого").replace("b-105", "b-104").replace("2019", "1019")
    )
    table = refresher(stock, folder).refresh()
    assert len(table.rows) == 5
    assert [str(fault).rpartition("stock.csv")[2] for fault in table.faults] == [
        ':3: price: "дорого" is not a number',
        ':6: isbn: "b-104" is already on line 5',
        ':7: year: "1019" is not a year',
    ]


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("sign", [";", "\t", ","])
def test_encodings_and_separators_are_recognised(
    folder: Path, stock: StockStore, encoding: str, sign: str
) -> None:
    def edit(table: str) -> str:
        return table.replace(" ₽", "").replace('"1 200,50"', "1200.5").replace(",", sign)

    change(folder, edit, encoding=encoding)
    assert len(refresher(stock, folder).refresh().rows) == 8


def test_bytes_of_no_known_encoding_are_refused_by_line(folder: Path, stock: StockStore) -> None:
    (folder / "stock.csv").write_bytes(b"isbn,genre\n" + bytes(range(0x80, 0x100)) * 3)
    with pytest.raises(TableRefused, match=r"stock\.csv:2: the text is neither in UTF-8"):
        refresher(stock, folder).refresh()


@pytest.fixture
def web(folder: Path) -> Iterator[ThreadingHTTPServer]:
    """A server on loopback that gives the bookshop's table; /endless never stops, /away is not there."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = 404 if self.path == "/away" else 200
            self.send_response(status)
            self.end_headers()
            if self.path == "/endless":
                while True:
                    self.wfile.write(b"x" * 65_536)
            self.wfile.write((folder / "stock.csv").read_bytes())

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/stock.csv?key=secret", ""), ("/away", "the server answered 404"), ("/endless", "larger than 0.5 MB")],
)
def test_a_table_comes_from_an_address(
    stock: StockStore, folder: Path, web: ThreadingHTTPServer, path: str, reason: str
) -> None:
    set_source(folder, f"{{address: 'http://127.0.0.1:{web.server_port}{path}'}}\nlargest_mb: 0.5")
    if not reason:
        assert len(refresher(stock, folder).refresh().rows) == 8
        return
    with pytest.raises(StockError, match=reason) as refusal:
        refresher(stock, folder).refresh()
    assert "secret" not in str(refusal.value)


def test_a_table_comes_from_a_query(stock: StockStore, folder: Path, engine: Engine, tmp_path: Path) -> None:
    table = refresher(stock, folder).refresh()
    names = ", ".join(table.columns)
    cells = ", ".join(f":{name}" for name in table.columns)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE shop ({', '.join(f'{name} TEXT' for name in table.columns)})"))
        for row in table.rows[:5]:
            values = dict(
                zip(table.columns, (None if cell is None else str(cell) for cell in row), strict=True)
            )
            values["illustrated"] = "нет"
            connection.execute(text(f"INSERT INTO shop ({names}) VALUES ({cells})"), values)
    set_source(folder, "{sql: select * from shop, database: SHOP_DATABASE_URL}")
    address = SecretStr(engine.url.render_as_string(hide_password=False))
    given = {"SHOP_DATABASE_URL": address}
    assert len(refresher(stock, folder, read_secret=given.get).refresh().rows) == 5
    with pytest.raises(StockError, match="SHOP_DATABASE_URL is not set"):
        refresher(stock, folder).refresh()
    with pytest.raises(StockError) as refusal:
        refresher(stock, folder, read_secret=lambda _: SecretStr("nonsense://me:secret@x/y")).refresh()
    assert "secret" not in str(refusal.value)


def test_of_many_schedulers_one_refreshes(stock: StockStore) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = [table for table in pool.map(lambda _: refresher(stock).refresh_if_due(), range(8)) if table]
    assert len(done) == 1
    assert len(stock.refreshes()) == 1


async def test_the_clocks_duty_outlives_a_bad_source(
    stock: StockStore, folder: Path, redis: Redis, prefix: str
) -> None:
    change(folder, lambda table: "")
    await process_duties(Inbox(redis, prefix=prefix), refresher(stock, folder))["stock"]()
    assert not stock.refreshes()[0].succeeded


def test_the_first_question_loads_the_table_by_itself(stock: StockStore) -> None:
    in_service = stock_table(stock).current()
    assert in_service is not None
    assert in_service.snapshot.size == 8


def test_a_file_that_has_changed_is_taken_up(stock: StockStore, folder: Path) -> None:
    table = stock_table(stock, folder)
    table.check()
    change(folder, lambda text: text + "b-200,роман,Новая книга,Булгаков,мягкая,2026,300,нет,777,на полке\n")
    table.check()
    in_service = table.current()
    assert in_service is not None
    assert in_service.snapshot.size == 9


def test_rows_are_read_anew_when_their_schema_has_changed(stock: StockStore, folder: Path) -> None:
    stock_table(stock, folder).check()
    schema = folder / "stock.yaml"
    schema.write_text(schema.read_text("utf-8").replace("детектив:", "Детектив:"), encoding="utf-8")
    os.utime(schema, (NOON.timestamp() + 60,) * 2)
    os.utime(folder / "stock.csv", (NOON.timestamp() - 60,) * 2)
    found = stock_table(stock, folder).current()
    assert found is not None
    assert "Детектив" in found.snapshot.texts("genre").values


def test_a_file_that_turns_bad_leaves_the_table_in_service(stock: StockStore, folder: Path) -> None:
    table = stock_table(stock, folder)
    table.check()
    (folder / "stock.csv").unlink()
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


def test_an_owner_refreshes_and_looks_by_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant = Path(shutil.copytree(BAKERY, tmp_path / "bakery"))
    shutil.copytree(BOOKS, tenant, dirs_exist_ok=True)
    monkeypatch.setattr("bot.cli.stock.configure_logs", lambda *_, **__: None)  # it is for a whole process
    monkeypatch.setenv("TENANT", str(tenant))
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    assert main(["stock", "show"]) == 0
    assert main(["stock", "refresh"]) == 0
    assert "8 rows in service, 0 left out" in capsys.readouterr().out
    change(tenant, lambda table: "")
    assert main(["stock", "refresh"]) == 1
    assert "the table in service stays as it is" in capsys.readouterr().out
    assert main(["stock", "show"]) == 0
    told = capsys.readouterr().out
    assert "8 rows, as of" in told
    assert "FAILED" in told
    (tenant / "stock.yaml").unlink()
    assert main(["stock", "refresh"]) == 1
