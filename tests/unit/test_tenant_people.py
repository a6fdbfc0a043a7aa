"""What a tenant says about serving people, and every way to say it wrongly."""

import shutil
from pathlib import Path

import pytest

from bot.tenant import Booking, FileSending, Tenant, load_tenant
from bot.tenant.hours import parse_hours
from tests.unit.test_tenant_errors import break_file, only_problem

BAKERY = Path("tests/fixtures/tenants/bakery")
FILES = {
    "terms.yaml": """\
version: "2026-11"
short:
  ru: Разговор хранится. Срок {days}.
  en: The dialogue is kept. For {days}.
""",
    "terms.ru.md": "# Условия\n\nСрок хранения: {days}.\n",
    "terms.en.md": "# Terms\n\nKept for {days}.\n",
    "service.yaml": """\
callbacks:
  department: Заказы
  call_within_min: 15
  remind_after_min: 5
  escalate_after_min: 12
  results:
    - {id: baked, title: {ru: Испекли, en: Baked}}
ratings: {nps: false}
review:
  mode: adviser
""",
    "actions.yaml": """\
- kind: booking
  id: tasting
  title: {ru: дегустация, en: tasting}
  names: [дегустация, попробовать хлеб]
  department: Заказы
  hours: 10:00-17:00
  slot_min: 40
  step_min: 60
  remind_before_min: [120]
  resources:
    - {id: table, title: стол у окна}
- kind: file
  id: booklet
  title: буклет
  names: [буклет]
  files:
    - {id: rye, title: Ржаной хлеб, path: brochures/rye.md}
""",
    "brochures/rye.md": "# Ржаной\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(BAKERY, tmp_path / "bakery"))
    for name, text in FILES.items():
        write(folder, name, text)
    return folder


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def test_a_tenant_that_says_nothing_about_people_asks_no_consent_and_has_no_actions() -> None:
    tenant = load_tenant(BAKERY)
    assert (tenant.terms, tenant.actions) == (None, ())
    assert tenant.service.callbacks.call_within_min == 30
    assert [label.id for label in tenant.service.ratings.reasons_high][:2] == ["clear", "fast"]


def test_terms_say_how_long_dialogues_are_kept(folder: Path) -> None:
    terms = load_tenant(folder).terms
    assert terms is not None
    assert terms.version == "2026-11"
    assert terms.short("ru", days="90 дней") == "Разговор хранится. Срок 90 дней."
    assert terms.full("en", days="90 days").endswith("Kept for 90 days.")


def test_a_language_without_its_own_terms_gets_the_first(folder: Path) -> None:
    terms = load_tenant(folder).terms
    assert terms is not None
    assert terms.short("de", days="90 дней").startswith("Разговор")


def test_a_service_changes_what_it_names_and_keeps_the_rest(folder: Path) -> None:
    service = load_tenant(folder).service
    assert service.callbacks.results[0].called("en") == "Baked"
    assert (service.callbacks.most_tries, service.review.mode) == (3, "adviser")
    assert (service.ratings.csat, service.ratings.nps) == (True, False)


def booking_of(tenant: Tenant) -> Booking:
    return next(action for action in tenant.actions if isinstance(action, Booking))


@pytest.mark.parametrize(
    ("open_hours", "starts"),
    [
        ("09:00-13:00, 14:00-18:00", ["10:00", "11:00", "12:00", "14:00", "15:00", "16:00"]),
        ("09:00-10:39", []),
        ("09:00-10:40", ["10:00"]),
        ("closed", []),
    ],
)
def test_slots_lie_within_the_hours_of_the_action_and_of_the_day(
    folder: Path, open_hours: str, starts: list[str]
) -> None:
    booking = booking_of(load_tenant(folder))
    found = [f"{at // 60:02}:{at % 60:02}" for at in booking.starts(parse_hours(open_hours))]
    assert found == starts


def test_without_a_step_one_slot_begins_where_the_other_ends(folder: Path) -> None:
    break_file(folder, "actions.yaml", "  step_min: 60\n", "")
    assert booking_of(load_tenant(folder)).step_min == 40


def test_a_file_without_languages_is_for_all_of_them(folder: Path) -> None:
    sending = load_tenant(folder).actions[1]
    assert isinstance(sending, FileSending)
    assert sending.files[0].path_for("en") == "brochures/rye.md"


TERMS_FAULTS = [
    ("terms.yaml", '"2026-11"', '"ноябрь"', "terms.yaml", 1, "version"),
    ("terms.yaml", "Разговор хранится.", "Разговор хранится." * 30, "terms.yaml", 3, "500 at most"),
    ("terms.yaml", "Срок {days}", "Срок {weeks}", "terms.yaml", 3, 'nothing to fill "{weeks}"'),
    ("terms.yaml", "Срок {days}", "Срок {days:>99}", "terms.yaml", 3, "only {days}"),
    ("terms.yaml", "Срок {days}", "Срок {days", "terms.yaml", 3, "only place to fill"),
    (
        "terms.yaml",
        "  en: The dialogue is kept. For {days}.\n",
        "",
        "terms.yaml",
        None,
        "short.en is missing",
    ),
    ("terms.en.md", "# Terms\n\nKept for {days}.\n", " ", "terms.en.md", 1, "must not be empty"),
    ("terms.en.md", "{days}", "{0}", "terms.en.md", 3, 'nothing to fill "{0}"'),
    ("tenant.yaml", "languages: [ru, en]", "languages: [ru, en, de]", "terms.yaml", 2, "short.de is missing"),
]


@pytest.mark.parametrize(("name", "old", "new", "file", "line", "message"), TERMS_FAULTS)
def test_a_fault_of_the_terms_is_told_by_file_and_line(
    folder: Path, name: str, old: str, new: str, file: str, line: int | None, message: str
) -> None:
    break_file(folder, name, old, new)
    problem = only_problem(folder)
    assert (problem.file.name, problem.line) == (file, line)
    assert message in problem.message


def test_a_page_of_terms_without_the_terms_is_a_fault(folder: Path) -> None:
    (folder / "terms.yaml").unlink()
    assert "terms.en.md" in only_problem(folder).message


def test_an_old_page_beside_the_terms_is_not_taken_for_them(folder: Path) -> None:
    write(folder, "terms.ru.old.md", "Старое")
    terms = load_tenant(folder).terms
    assert terms is not None
    assert "Старое" not in terms.full("ru", days="90 дней")


def test_terms_without_their_page_are_a_fault(folder: Path) -> None:
    (folder / "terms.ru.md").unlink()
    assert only_problem(folder).file.name == "terms.ru.md"


SERVICE_FAULTS = [
    ("department: Заказы", "department: Склад", 2, 'no department "Склад"'),
    ("call_within_min: 15", "call_within_min: 0", 3, "call_within_min"),
    ("call_within_min: 15", "call_within_min: скоро", 3, "call_within_min"),
    ("call_within_min: 15", "call_in: 15", 3, 'no field "callbacks.call_in"'),
    ("remind_after_min: 5", "remind_after_min: 12", 1, "must be less than escalate_after_min"),
    ("escalate_after_min: 12", "region: XX", 5, '"XX" is not a country'),
    ("id: baked", "id: испекли", 7, "callbacks.results.0.id"),
    ("{nps: false}", "{nps_every_days: 0}", 8, "ratings.nps_every_days"),
    ("mode: adviser", "mode: sometimes", 10, "review.mode"),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), SERVICE_FAULTS)
def test_a_fault_of_the_service_is_told_by_line(
    folder: Path, old: str, new: str, line: int, message: str
) -> None:
    break_file(folder, "service.yaml", old, new)
    problem = only_problem(folder)
    assert (problem.file.name, problem.line) == ("service.yaml", line)
    assert message in problem.message


ACTION_FAULTS = [
    ("kind: booking", "kind: dance", 1, "'booking', 'file', 'cost_sheet'"),
    ("- kind: booking\n  id", "- id", 1, "kind"),
    ("id: booklet", "id: tasting", 13, 'two actions "tasting"'),
    ("id: tasting", "id: Дегустация", 2, "0.id"),
    ("department: Заказы", "department: Склад", 5, '0.department: there is no department "Склад"'),
    ("10:00-17:00", "10:00-9:00", 6, "ends before it begins"),
    ("10:00-17:00", "03:00-04:00", 7, "no day of the week has room for 40 minutes"),
    ("slot_min: 40", "slot_min: 61", 1, "slots would overlap"),
    ("slot_min: 40", "slot_min: час", 7, "0.slot_min"),
    ("[120]", "[120, 120]", 1, "the same time twice"),
    ("[120]", "[1]", 9, "remind_before_min.0"),
    ("  resources:\n    - {id: table, title: стол у окна}\n", "", 1, "either of or resources"),
    ("{id: table, title: стол у окна}", "{id: table}", 11, '"0.resources.0.title" is missing'),
    ("brochures/rye.md", "brochures/oat.md", 17, "no file"),
    ("brochures/rye.md", "../bakery/legend.md", 17, "leads out"),
    ("brochures/rye.md", "/etc/passwd.md", 17, "leads out"),
    ("brochures/rye.md", "brochures/rye.exe", 17, "is not one of"),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), ACTION_FAULTS)
def test_a_fault_of_an_action_is_told_by_line(
    folder: Path, old: str, new: str, line: int, message: str
) -> None:
    break_file(folder, "actions.yaml", old, new)
    problem = only_problem(folder)
    assert (problem.file.name, problem.line) == ("actions.yaml", line)
    assert message in problem.message
