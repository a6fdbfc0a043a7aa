"""What a new tenant begins with, and what the shipped ones say to people."""

import csv
import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from bot.tenant import Action, Booking, FileSending, Option, Service, Tenant, load_tenant
from bot.tenant.phones import phone_digits, phones_in
from bot.tenant.source import read_yaml_text
from bot.tenant.starting import write_tenant

ANSWERS = {
    "name": "florist",
    "title": "Цветы {и} $листья",
    "subject": "букеты",
    "time_zone": "Europe/Moscow",
    "workdays": "09:00-18:00",
    "saturday": "closed",
    "sunday": "closed",
    "phone": "+7 (383) 000-11-22",
    "email": "hello@florist.example",
    "address": "Омск, улица Роз, дом 1",
    "website": "https://florist.example",
    "persona": "Ромашка",
}


def uncomment(path: Path) -> None:
    """All but the remarks above and what names a department that a new tenant has not."""
    lines = path.read_text(encoding="utf-8").split("\n")
    named = [line.removeprefix("# ") for line in lines[lines.index("#") + 1 :] if "department:" not in line]
    path.write_text("\n".join(named), encoding="utf-8")


def test_a_new_tenant_asks_no_consent_until_its_owner_uncomments_the_terms(tmp_path: Path) -> None:
    folder = tmp_path / "florist"
    write_tenant(folder, ANSWERS)
    assert load_tenant(folder).terms is None
    uncomment(folder / "terms.yaml")
    terms = load_tenant(folder).terms
    assert terms is not None
    assert "Цветы {и} $листья, Омск" in terms.full("ru", days="90 дней")


def test_the_settings_that_a_new_tenant_sees_as_comments_are_the_defaults(tmp_path: Path) -> None:
    folder = tmp_path / "florist"
    write_tenant(folder, ANSWERS)
    uncomment(folder / "service.yaml")
    assert load_tenant(folder).service == Service()


def brochures() -> list[tuple[Tenant, Path]]:
    return [
        (tenant, folder / path)
        for folder in (Path("tenants/mercedes"), Path("tenants/insurance"))
        for tenant in [load_tenant(folder)]
        for action in tenant.actions
        if isinstance(action, FileSending)
        for document in action.files
        for path in document.path.values()
    ]


def test_terms_and_brochures_name_only_phones_that_the_business_answers() -> None:
    pages = [
        (load_tenant(folder), page)
        for folder in (Path("tenants/mercedes"), Path("tenants/insurance"))
        for page in folder.glob("terms.*.md")
    ]
    for tenant, path in (*pages, *brochures()):
        named = {phone_digits(phone) for phone in phones_in(path.read_text(encoding="utf-8"))}
        assert named <= tenant.phones, path


def test_brochures_describe_versions_as_the_stock_table_does() -> None:
    with Path("tenants/mercedes/stock.csv").open(encoding="utf-8") as file:
        known = {(row["modification"], row["power"], row["acceleration"]) for row in csv.DictReader(file)}
    versions = [
        (found[1], found[2], found[3].replace(",", "."))
        for _, path in brochures()
        for found in re.finditer(
            r"- \*\*(.+?)\*\*.*, (\d+) (?:л\. с\.|hp), .*, ([\d.,]+) (?:с до|s to)",
            path.read_text(encoding="utf-8"),
        )
    ]
    assert len(versions) > 40
    assert set(versions) <= known


def test_test_drives_are_of_cars_that_the_stock_table_has() -> None:
    booking = load_tenant(Path("tenants/mercedes")).actions[0]
    assert isinstance(booking, Booking)
    table = Path("tenants/mercedes/stock.csv").read_text(encoding="utf-8")
    for resource in booking.resources:
        assert f",{resource.called('ru')}," in table


def test_every_text_of_the_shipped_tenants_is_in_both_languages() -> None:
    for name in ("mercedes", "insurance"):
        tenant = load_tenant(Path("tenants") / name)
        assert tenant.terms is not None
        for language in ("ru", "en"):
            assert "90" in tenant.terms.short(language, days="90")
            assert "{" not in tenant.terms.full(language, days="90")
        for action in tenant.actions:
            assert set(action.title) == {"ru", "en"}


@pytest.mark.parametrize(
    ("heading", "place", "shape"),
    [
        ("## service.yaml", 0, TypeAdapter(Service)),
        ("## actions.yaml", 0, TypeAdapter(tuple[Action, ...])),
        ("## actions.yaml", 1, TypeAdapter(tuple[Option, ...])),
    ],
)
def test_what_the_guide_shows_can_be_used(heading: str, place: int, shape: TypeAdapter[object]) -> None:
    _, _, part = Path("docs/tenants.md").read_text(encoding="utf-8").partition(heading)
    example = re.findall(r"```yaml\n(.*?)```", part, re.DOTALL)[place]
    assert read_yaml_text(Path("guide"), example, shape)[0]
