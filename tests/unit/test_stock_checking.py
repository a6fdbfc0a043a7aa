"""`tenant check` looks at the rows of the table too."""

import shutil
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.stock.checking import check_rows
from tests.stocks import copy_of_books

BAKERY = Path(__file__).parents[1] / "fixtures" / "tenants" / "bakery"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_books(tmp_path)


def change(file: Path, *pairs: tuple[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for right, wrong in pairs:
        assert right in text
        text = text.replace(right, wrong, 1)
    file.write_text(text, encoding="utf-8")


def test_a_sound_table_has_no_faults(folder: Path) -> None:
    checked = check_rows(folder)
    assert (checked.faults, checked.notes, checked.row_count) == ((), (), 8)


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        (",390,", ",дорого,", 'stock.csv:3: price: "дорого" is not a number'),
        (",390,", ",39,", 'stock.csv:3: price: "39" is outside 50 to 50000'),
        (",2023,", ",1023,", 'stock.csv:5: year: "1023" is not a year'),
        (",320,да", ",320,может", 'stock.csv:6: illustrated: "может" is neither yes nor no'),
        ("b-108", "b-101", 'stock.csv:9: isbn: "b-101" is already on line 2'),
        ("b-108", "", "stock.csv:9: isbn: the cell is empty"),
        ("b-104,фантастика", "b-104,", "stock.csv:5: genre: the cell is empty"),
        ("Ахматова,твёрдая", "твёрдая", "stock.csv:9: 9 cells instead of 10"),
        ("isbn,", "code,", 'stock.csv:1: the column "isbn" is missing'),
        (",pages,", ",year,", 'stock.csv:1: the column "year" is there twice'),
        ("650 ₽", '"650', "this is not CSV"),
    ],
)
def test_a_fault_is_named_by_file_and_line(folder: Path, right: str, wrong: str, fault: str) -> None:
    change(folder / "stock.csv", (right, wrong))
    assert any(fault in str(found) for found in check_rows(folder).faults)


def test_every_fault_is_named_also_where_the_table_would_be_refused(folder: Path) -> None:
    change(folder / "stock.csv", (",390,", ",39,"), ("2023", "1023"), ("b-108", "b-101"), (",900,", ",9,"))
    lines = [fault.line for fault in check_rows(folder).faults]
    assert [line for line in lines if line is not None] == [3, 5, 6, 9]


def test_a_value_that_the_schema_does_not_know_is_a_note_with_its_line(folder: Path) -> None:
    change(folder / "stock.csv", ("b-106,детектив", "b-106,дитектив"))
    checked = check_rows(folder)
    assert not checked.faults
    assert [str(note).rpartition("/")[2] for note in checked.notes] == [
        'stock.csv:7: genre: "дитектив" is not among the values of the schema'
    ]


def test_an_empty_file_is_a_fault(folder: Path) -> None:
    (folder / "stock.csv").write_text("", encoding="utf-8")
    assert ["the table is empty" in str(fault) for fault in check_rows(folder).faults] == [True]


def test_a_file_beyond_the_limit_is_a_fault_told_once(folder: Path) -> None:
    change(folder / "stock.yaml", ("refresh_minutes: 30", "refresh_minutes: 30\nlargest_mb: 0.0001"))
    (fault,) = check_rows(folder).faults
    assert str(fault) == f"{folder / 'stock.csv'}: the file is larger than 0.0001 MB"


@pytest.mark.parametrize(
    ("source", "note"),
    [
        ("{address: 'https://stock.example/table.csv?key=1'}", "the table comes from an address"),
        ("{sql: select 1, database: STOCK_DB}", "the table comes from a database"),
    ],
)
def test_a_table_elsewhere_is_left_to_its_refreshes(folder: Path, source: str, note: str) -> None:
    change(folder / "stock.yaml", ("{csv: stock.csv}", source))
    checked = check_rows(folder)
    assert not checked.faults
    assert checked.row_count is None
    assert [note in str(found) for found in checked.notes] == [True]


def test_a_broken_schema_or_none_has_no_rows_to_check(folder: Path, tmp_path: Path) -> None:
    change(folder / "stock.yaml", ("key: isbn", "key: price"))
    assert check_rows(folder).row_count is None
    assert check_rows(tmp_path / "nowhere").row_count is None


def test_the_command_tells_of_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tenant = Path(shutil.copytree(BAKERY, tmp_path / "bakery"))
    books = copy_of_books(tmp_path)
    for name in ("stock.yaml", "stock.csv"):
        shutil.copy(books / name, tenant / name)
    assert main(["tenant", "check", str(tenant)]) == 0
    assert "8 rows, no problems" in capsys.readouterr().out
    change(tenant / "stock.csv", (",390,", ",39,"), ("b-106,детектив", "b-106,дитектив"))
    assert main(["tenant", "check", str(tenant)]) == 1
    told = capsys.readouterr().out
    assert f"{tenant / 'stock.csv'}:3: price" in told
    assert f"note: {tenant / 'stock.csv'}:7: genre" in told
