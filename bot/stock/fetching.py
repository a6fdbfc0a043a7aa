"""Gets a table from where it is: a file, an address, or a query. Everything here blocks."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx
from pydantic import SecretStr
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StockError
from bot.stock.reading_table import RawTable, read_csv
from bot.tenant.stock import StockSchema

_MB = 1024 * 1024
_CHUNK_ROWS = 5_000

ReadSecret = Callable[[str], SecretStr | None]


def fetch(schema: StockSchema, folder: Path, read_secret: ReadSecret) -> RawTable:
    """The table as it is at its source now. Raises StockError."""
    source = schema.source
    if source.csv is not None:
        path = folder / source.csv
        return read_csv(_read_file(path, schema), str(path), schema)
    if source.address is not None:
        return read_csv(_download(source.address, schema), _without_query(source.address), schema)
    return _query(schema, read_secret)


def _read_file(path: Path, schema: StockSchema) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(int(schema.largest_mb * _MB) + 1)
    except OSError as error:
        raise StockError(f"{path}: the file cannot be read: {error.strerror}") from error
    if len(data) > schema.largest_mb * _MB:
        raise StockError(f"{path}: the file is larger than {schema.largest_mb:g} MB")
    return data


def _download(address: str, schema: StockSchema) -> bytes:
    """The whole body, within the time and size that the schema allows."""
    deadline = time.monotonic() + schema.timeout_s
    data = bytearray()
    place = _without_query(address)
    try:
        with httpx.stream("GET", address, timeout=schema.timeout_s, follow_redirects=True) as response:
            response.raise_for_status()
            for chunk in response.iter_bytes():
                data += chunk
                if len(data) > schema.largest_mb * _MB:
                    raise StockError(f"{place}: what came is larger than {schema.largest_mb:g} MB")
                if time.monotonic() > deadline:
                    raise StockError(f"{place}: it took longer than {schema.timeout_s:g} s")
    except httpx.HTTPStatusError as error:
        raise StockError(f"{place}: the server answered {error.response.status_code}") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise StockError(f"{place}: {type(error).__name__}: {error}") from error
    return bytes(data)


def _without_query(address: str) -> str:
    """What may be told of an address: a query may hold a key, and what stands before @ a password."""
    url = httpx.URL(address)
    return f"{url.scheme}://{url.host}{url.path}"


def _query(schema: StockSchema, read_secret: ReadSecret) -> RawTable:
    name = str(schema.source.database)
    secret = read_secret(name)
    if secret is None:
        raise StockError(f"{name} is not set: it must hold the address of the stock's database")
    engine = _open(secret.get_secret_value(), name, schema)
    deadline = time.monotonic() + schema.timeout_s
    rows: list[tuple[int, tuple[object, ...]]] = []
    try:
        with engine.connect() as connection:
            result = connection.execution_options(stream_results=True).execute(text(str(schema.source.sql)))
            header = tuple(result.keys())
            while chunk := result.fetchmany(_CHUNK_ROWS):
                rows += [(len(rows) + number, tuple(row)) for number, row in enumerate(chunk, start=1)]
                if len(rows) > schema.most_rows:
                    raise StockError(f"{name}: there are more than {schema.most_rows} rows")
                if time.monotonic() > deadline:
                    raise StockError(f"{name}: it took longer than {schema.timeout_s:g} s")
    except SQLAlchemyError as error:
        reason = (str(getattr(error, "orig", None) or error).splitlines() or [""])[0]
        raise StockError(f"{name}: {type(error).__name__}: {reason}") from error
    finally:
        engine.dispose()
    return RawTable(place=name, header=header, rows=rows)


def _open(address: str, name: str, schema: StockSchema) -> Engine:
    """An engine that gives up in time. The address is never repeated: it holds a password."""
    try:
        url = make_url(address)
        if url.drivername in ("postgres", "postgresql"):
            url = url.set(drivername="postgresql+psycopg")
        return create_engine(url, hide_parameters=True, connect_args=_limits(url, schema.timeout_s))
    except (SQLAlchemyError, ImportError, ValueError) as error:
        message = f"{name} is not the address of a database that can be opened: {type(error).__name__}"
        raise StockError(message) from error


def _limits(url: URL, timeout_s: float) -> dict[str, object]:
    if url.drivername == "postgresql+psycopg":
        return {"connect_timeout": 10, "options": f"-c statement_timeout={int(timeout_s * 1000)}"}
    return {"timeout": timeout_s} if url.get_backend_name() == "sqlite" else {}
