"""From what a source holds to a checked table, or to every fault by file and line."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.errors import StockError
from bot.stock.cells import BadCell, Value, read_cell
from bot.tenant.stock import ColumnType, StockSchema

_MOST_TOLD = 20
_DELIMITERS = ",;\t|"
_RUSSIAN = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяёАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁ№«»—–… \u00a0")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Something wrong in a table, at a line of its source."""

    place: str
    line: int | None
    message: str

    def __str__(self) -> str:
        where = self.place if self.line is None else f"{self.place}:{self.line}"
        return f"{where}: {self.message}"


class TableRefused(StockError):
    """What came from the source cannot be used as a table."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults[:_MOST_TOLD])))
        self.faults = tuple(faults)


@dataclass(frozen=True, kw_only=True, slots=True)
class RawTable:
    """Cells as they came. `rows` pairs each with the line that it begins on."""

    place: str
    header: tuple[str, ...]
    rows: Sequence[tuple[int, Sequence[object]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedTable:
    """Typed rows in the order of `columns`, and what was left out or looks odd."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    faults: tuple[Fault, ...]
    notes: tuple[Fault, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The same for the same contents."""
        text = json.dumps([self.columns, self.rows], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def decode(data: bytes, place: str) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, or Windows-1251."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = data.decode("cp1251", "replace")
        odd = sum(1 for sign in text if not sign.isascii() and sign not in _RUSSIAN)
        if odd * 5 > sum(1 for sign in text if not sign.isascii()):
            line = data[: error.start].count(b"\n") + 1
            message = "the text is neither in UTF-8 nor in Windows-1251"
            raise TableRefused([Fault(place=place, line=line, message=message)]) from error
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise TableRefused([Fault(place=place, line=line, message="this is not text")])
    return text


def read_csv(data: bytes, place: str, schema: StockSchema) -> RawTable:
    """The cells of a CSV file. Raises TableRefused."""
    text = decode(data, place)
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(first, schema), strict=True)
    header: tuple[str, ...] = ()
    rows: list[tuple[int, Sequence[object]]] = []
    line = 1
    try:
        for cells in reader:
            if not header and any(map(str.strip, cells)):
                header = tuple(cell.strip() for cell in cells)
            elif any(map(str.strip, cells)):
                if len(rows) >= schema.most_rows:
                    message = f"there are more than {schema.most_rows} rows"
                    raise TableRefused([Fault(place=place, line=line, message=message)])
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableRefused([Fault(place=place, line=line, message=f"this is not CSV: {error}")]) from error
    return RawTable(place=place, header=header, rows=rows)


def _delimiter(header: str, schema: StockSchema) -> str:
    """The sign that cuts the first line into the most columns of the schema."""
    wanted = {column.name for column in schema.columns}

    def known(sign: str) -> int:
        return len(wanted & {cell.strip().strip('"') for cell in header.split(sign)})

    return max(_DELIMITERS, key=known)


def check_table(raw: RawTable, schema: StockSchema, *, last_rows: int = 0) -> CheckedTable:
    """The table of the schema's columns. `last_rows`: of the table in service.

    Raises TableRefused for a table that must not replace the one in service.
    """
    _refuse_header(raw, schema)
    if not raw.rows:
        raise TableRefused([Fault(place=raw.place, line=None, message="the table has no rows")])
    places = [raw.header.index(column.name) for column in schema.columns]
    faults: list[Fault] = []
    rows: list[tuple[Value, ...]] = []
    lines: list[int] = []
    seen: dict[Value, int] = {}
    key = [column.name for column in schema.columns].index(schema.key)
    for line, cells in raw.rows:
        row, fault = _row(cells, places, raw, schema)
        if row is not None and (fault := _key_fault(row[key], seen, schema.key)) == "":
            seen[row[key]] = line
            rows.append(row)
            lines.append(line)
        else:
            faults.append(Fault(place=raw.place, line=line, message=fault))
    _refuse_contents(raw, schema, len(rows), faults, last_rows)
    columns = tuple(column.name for column in schema.columns)
    notes = tuple(_notes(raw.place, schema, list(zip(lines, rows, strict=True))))
    return CheckedTable(columns=columns, rows=tuple(rows), faults=tuple(faults), notes=notes)


def _row(
    cells: Sequence[object], places: Sequence[int], raw: RawTable, schema: StockSchema
) -> tuple[tuple[Value, ...] | None, str]:
    if len(cells) != len(raw.header):
        return None, f"{len(cells)} cells instead of {len(raw.header)}"
    values: list[Value] = []
    for column, place in zip(schema.columns, places, strict=True):
        try:
            values.append(read_cell(cells[place], column))
        except BadCell as error:
            return None, f"{column.name}: {error}"
    return tuple(values), ""


def _key_fault(key: Value, seen: Mapping[Value, int], name: str) -> str:
    if key is None:
        return f"{name}: the cell is empty, and it is the key"
    return f'{name}: "{key}" is already on line {seen[key]}' if key in seen else ""


def _refuse_header(raw: RawTable, schema: StockSchema) -> None:
    faults = []
    if not raw.header:
        raise TableRefused([Fault(place=raw.place, line=None, message="the table is empty")])
    for column in schema.columns:
        if column.name not in raw.header:
            faults.append(Fault(place=raw.place, line=1, message=f'the column "{column.name}" is missing'))
        elif raw.header.count(column.name) > 1:
            faults.append(
                Fault(place=raw.place, line=1, message=f'the column "{column.name}" is there twice')
            )
    if faults:
        raise TableRefused(faults)


def _refuse_contents(
    raw: RawTable, schema: StockSchema, good: int, faults: Sequence[Fault], last_rows: int
) -> None:
    message = ""
    if len(faults) > schema.most_faulty_share * len(raw.rows):
        message = f"{len(faults)} of {len(raw.rows)} rows are faulty"
    elif good < schema.least_share_of_last * last_rows:
        message = f"there are only {good} rows, and there were {last_rows}"
    if message:
        raise TableRefused([Fault(place=raw.place, line=None, message=message), *faults])


def _notes(place: str, schema: StockSchema, rows: Sequence[tuple[int, tuple[Value, ...]]]) -> Iterator[Fault]:
    """Values that nobody told how people call, each where it stands first: no fault, but perhaps a slip."""
    for number, column in enumerate(schema.columns):
        if column.type is ColumnType.CHOICE and column.values:
            first: dict[str, int] = {}
            for line, row in rows:
                if row[number] is not None and row[number] not in column.values:
                    first.setdefault(str(row[number]), line)
            for value in sorted(first)[:_MOST_TOLD]:
                message = f'{column.name}: "{value}" is not among the values of the schema'
                yield Fault(place=place, line=first[value], message=message)
