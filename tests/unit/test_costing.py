"""Sums with options: whole roubles, what excludes and requires what, and the same figures on the sheet."""

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from bot.people.actions.cost_screens import Step
from bot.people.actions.cost_wording import CostWording
from bot.people.actions.costing import Base, Conflict, Costing, Fault
from bot.people.actions.papers import Letterhead, SheetText, page_of, sheet_of
from bot.people.actions.tables import SeenTable
from bot.stock.vocabulary import Vocabulary
from bot.tenant import Tenant, load_tenant
from bot.tenant.actions import CostSheet
from bot.texts.catalogue import load_texts
from tests.actions import bakery_with_actions
from tests.stocks import book_snapshot

AS_OF = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)
HEAD = Letterhead(title="Пекарня", contacts="+7 (383) 000-11-22")


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Tenant:
    return load_tenant(bakery_with_actions(tmp_path_factory.mktemp("costs")))


@pytest.fixture
def costing(tenant: Tenant) -> Costing:
    snapshot = book_snapshot()
    sheet = next(action for action in tenant.actions if isinstance(action, CostSheet))
    return Costing(sheet, SeenTable(snapshot, Vocabulary(snapshot.schema, snapshot, {}), AS_OF))


def base_of(costing: Costing, author: str) -> Base:
    return next(base for base in costing.bases() if base.value == author)


def chosen(costing: Costing, *ids: str) -> int:
    return costing.mask([option for option in costing.options if option.id in ids])


def tapped(costing: Costing, base: Base, mask: int, option_id: str) -> int | Conflict | None:
    place = next(place for place, option in enumerate(costing.options) if option.id == option_id)
    return costing.toggled(base, mask, place)


def test_the_total_is_the_base_and_what_is_chosen(costing: Costing) -> None:
    base = base_of(costing, "Булгаков")
    costs = costing.costs(base, chosen(costing, "wrap", "ribbon", "bookmark"))
    assert (base.price_rub, costs.total_rub) == (390, 390 + 100 + 50 + 20)


def test_rows_come_the_cheapest_first_and_without_a_price_not_at_all(costing: Costing) -> None:
    prices = [base.price_rub for base in costing.bases()]
    assert prices == sorted(prices)
    assert all(prices)


def test_what_does_not_fit_is_neither_offered_nor_counted(costing: Costing) -> None:
    base = base_of(costing, "Стругацкие")
    assert "bookmark" not in [option.id for option in costing.possible(base)]
    assert costing.costs(base, chosen(costing, "bookmark")).total_rub == base.price_rub
    assert tapped(costing, base, 0, "bookmark") is None


def test_what_the_base_has_already_costs_nothing(costing: Costing) -> None:
    pictured = [base for base in costing.bases() if base.cells["illustrated"] == "yes"]
    costs = costing.costs(pictured[0], chosen(costing, "pictures"))
    assert [option.id for option in costs.included] == ["pictures"]
    assert costs.total_rub == pictured[0].price_rub


@pytest.mark.parametrize(
    ("before", "tap", "fault"),
    [
        (("wrap",), "bag", Fault.EXCLUDED),
        (("bag",), "wrap", Fault.EXCLUDED),
        ((), "ribbon", Fault.MISSING),
        (("wrap", "ribbon"), "wrap", Fault.NEEDED),
    ],
)
def test_conflicts_are_told(costing: Costing, before: tuple[str, ...], tap: str, fault: Fault) -> None:
    conflict = tapped(costing, base_of(costing, "Булгаков"), chosen(costing, *before), tap)
    assert isinstance(conflict, Conflict)
    assert conflict.fault is fault


def test_a_tap_ticks_and_the_next_one_unticks(costing: Costing) -> None:
    base = base_of(costing, "Булгаков")
    ticked = tapped(costing, base, 0, "wrap")
    assert ticked == chosen(costing, "wrap")
    assert tapped(costing, base, ticked, "wrap") == 0


def test_forged_bits_that_conflict_are_seen(costing: Costing) -> None:
    costs = costing.costs(base_of(costing, "Булгаков"), chosen(costing, "wrap", "bag"))
    assert costing.faults(costs) is not None


@pytest.mark.parametrize("place", [-1, 99])
def test_an_option_that_is_not_there_changes_nothing(costing: Costing, place: int) -> None:
    assert costing.toggled(base_of(costing, "Булгаков"), 0, place) is None


@pytest.mark.parametrize(
    "data",
    ["cost:", "cost:o", "cost:o:Cost", "cost:o:cost:zz", "cost:o:cost:" + "1" * 60],
)
def test_forged_data_is_no_step(data: str) -> None:
    assert Step.parse(data) is None


def test_a_step_comes_back_as_it_was_and_fits_into_a_button() -> None:
    step = Step(verb="ok", action="a" * 20, code="12345678", version="abcd", mask=(1 << 64) - 1, last="beef")
    assert Step.parse(step.data) == step
    assert len(step.data) <= 64


def test_the_sheet_says_the_figures_of_the_screen(costing: Costing, tenant: Tenant) -> None:
    words = CostWording(tenant, load_texts(), "ru")
    costs = costing.costs(base_of(costing, "Булгаков"), chosen(costing, "wrap", "ribbon"))
    ready = words.ready(costing, costs, AS_OF)
    page = PdfReader(io.BytesIO(sheet_of(ready.sheet, HEAD))).pages[0].extract_text().replace("\xa0", " ")
    for told in ("390 ₽", "100 ₽", "50 ₽", "540 ₽", "06.07", "Обёртка", "Цена предварительная", "Пекарня"):
        assert told in page
        assert told in ready.picture.replace("\xa0", " ") or "₽" not in told


def test_markdown_becomes_a_page_that_can_be_read() -> None:
    written = "# Хлеб\n\nПекут **каждый день**.\n\n- Белый\n\n| Вид | Цена |\n|---|---|\n| Ржаной | 90 ₽ |\n"
    pdf = PdfReader(io.BytesIO(page_of(written, HEAD)))
    text = pdf.pages[0].extract_text()
    assert all(told in text for told in ("Хлеб", "каждый день", "Ржаной", "90 ₽"))
    assert "**" not in text


def test_a_long_sheet_goes_on_over_pages_with_every_line() -> None:
    lines = [(f"Строка {number}", f"{number} ₽") for number in range(120)]
    sheet = SheetText(heading="Расчёт", subject="Всё", lines=lines, total=("Итого", "1 ₽"), notes=[])
    pages = PdfReader(io.BytesIO(sheet_of(sheet, HEAD))).pages
    assert len(pages) > 2
    text = "\n".join(page.extract_text() for page in pages)
    assert all(f"Строка {number}" in text for number in range(120))
