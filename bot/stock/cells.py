"""The cells of a table as typed values."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from bot.data_files import read_plain_data
from bot.language.folding import fold
from bot.language.quantities import value_of
from bot.tenant.stock import Column, ColumnType

Value = str | float | bool | None
"""None: the table does not say."""

ON_REQUEST = "on request"
"""In a money column: there is a price, and it is told when asked for."""

_NUMBER = re.compile(r"([-+]?)(\d{1,3}(?:[ '’]\d{3})+(?:[.,]\d+)?|\d[\d.,]*)")
_YEAR = re.compile(r"(?:19|20|21)\d\d")


class BadCell(ValueError):
    """A cell that holds no value of its column."""


@cache
def words() -> dict[str, Any]:
    """How people speak of any table; every scalar is text, so that «no» and «on» are words."""
    loaded: dict[str, Any] = read_plain_data(Path(__file__).with_name("words.yaml"))
    loaded["scales"] = {word: float(scale) for word, scale in loaded["scales"].items()}
    return loaded


def plain(text: str) -> str:
    """One spelling for comparing: folded, lower case, е for ё, single spaces."""
    return re.sub(r"\s+", " ", fold(text)).strip().lower().replace("ё", "е")


def read_cell(written: object, column: Column) -> Value:
    """The value of a cell. Raises BadCell with what is wrong."""
    if written is None or (isinstance(written, str) and not written.strip()):
        if column.required:
            raise BadCell("the cell is empty, and the column is required")
        return None
    text = re.sub(r"\s+", " ", fold(str(written))).strip()
    match column.type:
        case ColumnType.CHOICE:
            return _choice(text, column)
        case ColumnType.TEXT:
            return text
        case ColumnType.BOOLEAN:
            return _truth(text)
        case ColumnType.MONEY if plain(text).rstrip(".") in words()["on_request"]:
            return ON_REQUEST
        case ColumnType.YEAR:
            return _in_range(_year(text), column, text)
        case _:
            return _in_range(_number(text, column), column, text)


def _choice(text: str, column: Column) -> str:
    """The value as the schema writes it; one that the schema does not list is taken as it is."""
    return _spellings(tuple(column.values)).get(plain(text), text)


@cache
def _spellings(values: tuple[str, ...]) -> dict[str, str]:
    return {plain(value): value for value in values}


def _truth(text: str) -> bool:
    if plain(text) in words()["truth"]["yes"]:
        return True
    if plain(text) in words()["truth"]["no"]:
        return False
    raise BadCell(f'"{_short(text)}" is neither yes nor no')


def _year(text: str) -> float:
    found = _YEAR.search(text)
    if found is None:
        raise BadCell(f'"{_short(text)}" is not a year')
    return float(found[0])


def _number(text: str, column: Column) -> float:
    """«6 490 000 ₽», «6,49 млн», «15 тыс. км»: a number, then at most a scale and a unit."""
    found = _NUMBER.search(text)
    if found is None or not _is_decoration(text[: found.start()]):
        raise BadCell(f'"{_short(text)}" is not a number')
    number = value_of(re.sub(r"['’]", " ", found[2]).rstrip(".,"))
    if found[1] == "-":
        number = -number
    for word in re.findall(r"[^\W_]+|[₽$€£%]", text[found.end() :].lower()):
        if word in words()["scales"] and len(word) > 1:
            number *= words()["scales"][word]
        elif any(map(str.isdigit, word)) or len(word) > 12:
            raise BadCell(f'"{_short(text)}" is not one number')
    return number


def _is_decoration(before: str) -> bool:
    """«от 5 000», «₽ 5000»: what may stand before a number."""
    return len(before.strip()) <= 4


def _in_range(number: float, column: Column, text: str) -> float:
    if column.range is not None and not column.range[0] <= number <= column.range[1]:
        low, high = (f"{edge:g}" if edge < 1e6 else f"{edge:.0f}" for edge in column.range)
        raise BadCell(f'"{_short(text)}" is outside {low} to {high}')
    if number < 0 and column.range is None:
        raise BadCell(f'"{_short(text)}" is below nothing')
    return number


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}..."
