"""Options and rows of the stock table as what is priced and booked, and every way to say it wrongly."""

import shutil
from pathlib import Path

import pytest

from bot.tenant import CostSheet, Offer, Option, Tenant, check_tenant, load_tenant
from tests.unit.test_tenant_errors import BAKERY, break_file

STOCK = """\
source: {csv: stock.csv}
key: vin
item: {ru: {one: печь, many: печей}}
title: "{model}"
columns:
  - {name: vin, title: номер, type: text}
  - {name: model, title: модель, type: choice, values: {большая: [], малая: []}}
  - {name: line, title: линия, type: choice, values: {простая: [], полная: []}}
  - {name: price, title: цена, type: money}
"""
PRICED = """\
- kind: cost_sheet
  id: cost
  title: расчёт
  names: [посчитать печь]
  base: {table_column: model, price_column: price}
  options_file: options.yaml
- kind: booking
  id: firing
  title: показ
  names: [показ]
  of: {table_column: model, only_where: {line: полная}}
"""
OPTIONS = """\
- {id: stone, title: камень, price_rub: "120 000", fits: [большая]}
- id: glass
  title: {ru: стекло, en: glass}
  price_rub: 40000
  fits: [большая]
  only_where: {line: простая}
  comes_with: {line: [полная]}
  requires: [stone]
- {id: steel, title: сталь, price_rub: 0, excludes: [stone]}
"""


FILES = {
    "stock.yaml": STOCK,
    "stock.csv": "vin,model,line,price\n1,большая,полная,500000\n",
    "actions.yaml": PRICED,
    "options.yaml": OPTIONS,
}


@pytest.fixture
def stocked(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(BAKERY, tmp_path / "bakery"))
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def options_of(tenant: Tenant) -> dict[str, Option]:
    sheet = tenant.actions[0]
    assert isinstance(sheet, CostSheet)
    return {option.id: option for option in sheet.options}


def test_an_option_says_what_it_costs_and_what_it_goes_with(stocked: Path) -> None:
    options = options_of(load_tenant(stocked))
    assert options["stone"].price_rub == 120_000
    assert options["glass"].called("en") == "glass"
    assert not options["stone"].goes_with(options["steel"])
    assert options["glass"].goes_with(options["steel"])


@pytest.mark.parametrize(
    ("model", "line", "offer"),
    [
        ("большая", "простая", Offer.POSSIBLE),
        ("большая", "полная", Offer.INCLUDED),
        ("большая", "", Offer.IMPOSSIBLE),
        ("малая", "простая", Offer.IMPOSSIBLE),
    ],
)
def test_an_option_is_had_with_some_rows_only(stocked: Path, model: str, line: str, offer: Offer) -> None:
    glass = options_of(load_tenant(stocked))["glass"]
    assert glass.offered({"model": model, "line": line}, "model") is offer


PRICED_FAULTS = [
    ("actions.yaml", "model, price_column", "oven, price_column", 5, 'no column "oven" of type choice'),
    ("actions.yaml", "price_column: price", "price_column: line", 5, 'no column "line" of type money'),
    ("actions.yaml", "  options_file: options.yaml", "  options: []", 1, "options_file"),
    ("actions.yaml", "options.yaml", "extras.yaml", None, "missing"),
    ("actions.yaml", "{line: полная}", "{line: пустая}", 11, '"пустая" is not a value of the column "line"'),
    ("actions.yaml", "{line: полная}", "{lines: полная}", 11, 'no column "lines"'),
    ("options.yaml", "id: steel", "id: stone", 9, 'two options "stone"'),
    ("options.yaml", '"120 000"', '"120 000,5"', 1, "price_rub"),
    ("options.yaml", "fits: [большая]}", "fits: [большая, средняя]}", 1, '"средняя" is not a value'),
    ("options.yaml", "excludes: [stone]", "excludes: [wood]", 9, 'no option "wood"'),
    ("options.yaml", "excludes: [stone]", "excludes: [steel]", 9, "names itself"),
    ("options.yaml", "excludes: [stone]", "excludes: [stone], requires: [stone]", 9, "exclude each other"),
    ("options.yaml", "excludes: [stone]", "requires: [stone]", 9, "does not fit everything"),
    ("options.yaml", "[полная]", "[пустая]", 7, '"пустая" is not a value of the column "line"'),
]


@pytest.mark.parametrize(("name", "old", "new", "line", "message"), PRICED_FAULTS)
def test_a_fault_of_what_is_priced_is_told_by_file_and_line(
    stocked: Path, name: str, old: str, new: str, line: int | None, message: str
) -> None:
    break_file(stocked, name, old, new)
    problems = check_tenant(stocked)
    assert [problem.line for problem in problems if message in problem.message] == [line]


def test_rows_cannot_be_booked_or_priced_where_there_is_no_table(stocked: Path) -> None:
    (stocked / "stock.yaml").unlink()
    assert [problem.line for problem in check_tenant(stocked)] == [5, 11]
