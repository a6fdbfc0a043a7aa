"""Where a stock table comes from: files in any encoding, addresses, databases."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, text

from bot.errors import StockError
from bot.stock.reading_table import TableRefused
from bot.store.stock import StockStore
from tests.stocks import edit_table, refresher


def set_source(bookshop: Path, source: str) -> None:
    schema = bookshop / "stock.yaml"
    schema.write_text(schema.read_text("utf-8").replace("{csv: stock.csv}", source), encoding="utf-8")


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("sign", [";", "\t", ","])
def test_encodings_and_separators_are_recognised(
    bookshop: Path, stock: StockStore, encoding: str, sign: str
) -> None:
    def edit(table: str) -> str:
        return table.replace(" ₽", "").replace('"1 200,50"', "1200.5").replace(",", sign)

    edit_table(bookshop, edit, encoding=encoding)
    assert len(refresher(stock, bookshop).refresh().rows) == 8


def test_bytes_of_no_known_encoding_are_refused_by_line(bookshop: Path, stock: StockStore) -> None:
    (bookshop / "stock.csv").write_bytes(b"isbn,genre\n" + bytes(range(0x80, 0x100)) * 3)
    with pytest.raises(TableRefused, match=r"stock\.csv:2: the text is neither in UTF-8"):
        refresher(stock, bookshop).refresh()


@pytest.fixture
def web(bookshop: Path) -> Iterator[ThreadingHTTPServer]:
    """A server on loopback that gives the bookshop's table; /endless never stops, /away is not there."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = 404 if self.path == "/away" else 200
            self.send_response(status)
            self.end_headers()
            if self.path == "/endless":
                while True:
                    self.wfile.write(b"x" * 65_536)
            self.wfile.write((bookshop / "stock.csv").read_bytes())

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
    stock: StockStore, bookshop: Path, web: ThreadingHTTPServer, path: str, reason: str
) -> None:
    set_source(bookshop, f"{{address: 'http://127.0.0.1:{web.server_port}{path}'}}\nlargest_mb: 0.5")
    if not reason:
        assert len(refresher(stock, bookshop).refresh().rows) == 8
        return
    with pytest.raises(StockError, match=reason) as refusal:
        refresher(stock, bookshop).refresh()
    assert "secret" not in str(refusal.value)


def test_a_table_comes_from_a_query(
    stock: StockStore, bookshop: Path, engine: Engine, tmp_path: Path
) -> None:
    table = refresher(stock, bookshop).refresh()
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
    set_source(bookshop, "{sql: select * from shop, database: SHOP_DATABASE_URL}")
    address = SecretStr(engine.url.render_as_string(hide_password=False))
    given = {"SHOP_DATABASE_URL": address}
    assert len(refresher(stock, bookshop, read_secret=given.get).refresh().rows) == 5
    with pytest.raises(StockError, match="SHOP_DATABASE_URL is not set"):
        refresher(stock, bookshop).refresh()
    with pytest.raises(StockError) as refusal:
        refresher(stock, bookshop, read_secret=lambda _: SecretStr("nonsense://me:secret@x/y")).refresh()
    assert "secret" not in str(refusal.value)
