"""Cells, schemas and the checks of a table."""

from pathlib import Path

import pytest

from bot.errors import TenantError
from bot.stock.cells import ON_REQUEST, BadCell, Value, read_cell
from bot.tenant.stock import Column, ColumnType, read_stock_schema
from tests.stocks import copy_of_books

MONEY = Column(name="price", title={"ru": "цена"}, type=ColumnType.MONEY, unit="₽", range=(100, 60_000_000))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("6 490 000 ₽", 6_490_000),
        ("6\u00a0490\u00a0000\u202f₽", 6_490_000),
        ("6,490,000", 6_490_000),
        ("6'490'000 руб.", 6_490_000),
        ("6,49 млн", 6_490_000),
        ("650 тыс. руб.", 650_000),
        ("от 5000 р.", 5_000),
        ("1200,50", 1200.5),
        (5000, 5000),
        ("по запросу", ON_REQUEST),
        ("Цена по запросу", ON_REQUEST),
        ("ДОГОВОРНАЯ", ON_REQUEST),
        ("", None),
        (None, None),
    ],
)
def test_money_is_read_as_it_is_written(written: object, value: Value) -> None:
    assert read_cell(written, MONEY) == value


@pytest.mark.parametrize("written", ["дорого", "12", "5000-6000", "99 000 000", "-5000", "скидка 5000"])
def test_what_is_no_price_is_a_fault(written: str) -> None:
    with pytest.raises(BadCell):
        read_cell(written, MONEY)


def test_truths_years_and_choices_are_read() -> None:
    truth = Column(name="x", title={"ru": "x"}, type=ColumnType.BOOLEAN)
    assert [read_cell(word, truth) for word in ("Да", "нет", "+", "no", "1")] == [
        True,
        False,
        True,
        False,
        True,
    ]
    year = Column(name="x", title={"ru": "x"}, type=ColumnType.YEAR)
    assert read_cell("2024 г.", year) == 2024
    choice = Column(name="x", title={"ru": "x"}, type=ColumnType.CHOICE, values={"Чёрный": ()})
    assert read_cell("черный ", choice) == "Чёрный"
    with pytest.raises(BadCell):
        read_cell("может быть", truth)


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("key: isbn", "key: code", 'stock.yaml:4: key: there is no column "code"'),
        ("key: isbn", "key: price", "stock.yaml:4: key: must be a column of type text"),
        ("{title}", "{name}", 'title: there is no column "name"'),
        ("{csv: stock.csv}", "{csv: none.csv}", 'stock.yaml:1: source: there is no file "none.csv"'),
        ("{csv: stock.csv}", "{}", "stock.yaml:1: source: name exactly one of csv, address and sql"),
        ("{csv: stock.csv}", "{sql: select 1}", "sql needs database"),
        ("{csv: stock.csv}", "{address: 'ftp://x/y'}", "is not an address"),
        ("refresh_minutes: 30", "refresh_minutes: 0", "stock.yaml:2: refresh_minutes"),
        ("type: year", "type: date", "columns.5.type"),
        ("range: [1950, 2030]", "range: [2030, 1950]", "the smaller number comes first"),
        ("- name: genre", "- name: isbn", "described twice"),
        ("[на полке]", "[в углу]", '"в углу" is not a value of the column'),
    ],
)
def test_a_bad_schema_is_named_by_file_and_line(tmp_path: Path, right: str, wrong: str, fault: str) -> None:
    schema = copy_of_books(tmp_path) / "stock.yaml"
    schema.write_text(schema.read_text("utf-8").replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(TenantError) as refusal:
        read_stock_schema(schema)
    assert fault in str(refusal.value)


def test_a_tenant_may_have_no_table(tmp_path: Path) -> None:
    assert read_stock_schema(tmp_path / "stock.yaml") is None
