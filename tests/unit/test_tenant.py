"""A tenant folder that can be used, and what is made of it."""

import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.errors import TenantError
from bot.tenant import Tenant, check_tenant, find_tenant, load_tenant
from bot.tenant.markdown import read_legend

TENANTS = Path("tests/fixtures/tenants")
MERCEDES = Path("tenants/mercedes")


@pytest.fixture(scope="module")
def bakery() -> Tenant:
    return load_tenant(TENANTS / "bakery")


@pytest.fixture(scope="module")
def mercedes() -> Tenant:
    return load_tenant(MERCEDES)


def test_a_new_business_is_data_alone(bakery: Tenant) -> None:
    assert bakery.title == "Пекарня «Тёплый хлеб»"
    assert bakery.lexicon["батон"] == ("булка", "нарезной")
    assert bakery.forbidden[0].patterns == ("выбор(ы|ах)",)
    assert bakery.texts == {"en": {"small_talk_bye": "Bye! Come while it is warm."}}
    assert [golden.question for golden in bakery.golden] == ["когда хлеб", "кто депутат"]


def test_every_question_and_section_becomes_a_passage(bakery: Tenant) -> None:
    passages = {passage.passage_id: passage for passage in bakery.passages}
    assert list(passages) == [
        "faq/когда-хлеб-свежий",
        "faq/есть-ли-ржаной",
        "faq/как-заказать-пирог",
        "legend",
        "legend/хлеб",
        "legend/хлеб/ржаной",
        "legend/заказ/пироги",
    ]
    fresh = passages["faq/когда-хлеб-свежий"]
    assert fresh.heading == ("Хлеб", "Когда хлеб свежий?")
    assert fresh.questions == ("Когда хлеб свежий?", "во сколько хлеб", "хлеб ещё тёплый")
    assert fresh.text == "Свежий хлеб в 9:00 и в 15:00."
    assert passages["legend/хлеб/ржаной"].document == "О пекарне"


def test_a_long_section_is_cut_between_paragraphs(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(TENANTS / "bakery", tmp_path / "bakery"))
    paragraph = "Тесто поднимается не спеша. " * 25
    (folder / "legend.md").write_text(
        f"# О нас\n\n## Тесто\n\n{paragraph}\n\n{paragraph}\n", encoding="utf-8"
    )
    cut = [passage for passage in load_tenant(folder).passages if passage.document == "О нас"]
    assert [passage.passage_id for passage in cut] == ["legend/тесто", "legend/тесто#2"]
    assert all(passage.text == paragraph.strip() for passage in cut)


def test_notes_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(TENANTS / "bakery", tmp_path / "bakery"))
    faq = (folder / "faq.md").read_text(encoding="utf-8").replace("Да,", "<!-- проверить -->Да,")
    (folder / "faq.md").write_bytes(b"\xef\xbb\xbf" + faq.replace("\n", "\r\n").encode())
    assert load_tenant(folder).faq == load_tenant(TENANTS / "bakery").faq


def test_a_hash_in_code_is_not_a_heading(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(TENANTS / "bakery", tmp_path / "bakery"))
    (folder / "legend.md").write_text("# О нас\n\n## Код\n\n```\n# не заголовок\n```\n", encoding="utf-8")
    (section,) = load_tenant(folder).legend.sections
    assert "# не заголовок" in section.text


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (datetime(2026, 11, 24, 6, 59, tzinfo=UTC), False),  # Tuesday, 13:59 there: lunch
        (datetime(2026, 11, 24, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 7, 0, tzinfo=UTC), False),  # Monday
        (datetime(2026, 11, 28, 16, 59, tzinfo=UTC), True),  # Saturday, a minute before midnight
        (datetime(2026, 12, 31, 7, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 31, 8, 0, tzinfo=UTC), False),
        (datetime(2027, 1, 1, 7, 0, tzinfo=UTC), False),
    ],
)
def test_it_is_open_by_its_own_clock_and_calendar(bakery: Tenant, at: datetime, is_open: bool) -> None:
    assert bakery.is_open(at) is is_open


def test_a_naive_time_is_refused(bakery: Tenant) -> None:
    with pytest.raises(ValueError, match="aware"):
        bakery.is_open(datetime(2026, 11, 24, 7, 0))  # noqa: DTZ001


def test_a_holiday_of_one_year_goes_before_a_yearly_one(bakery: Tenant) -> None:
    assert [str(span) for span in bakery.hours_on(date(2026, 12, 31))] == ["09:00-15:00"]
    assert bakery.hours_on(date(2027, 12, 31)) == ()


def test_a_department_has_its_own_hours_and_its_free_days(bakery: Tenant) -> None:
    orders, guards = bakery.departments
    assert [str(span) for span in bakery.hours_on(date(2026, 11, 24), orders)] == ["10:00-12:00"]
    assert bakery.hours_on(date(2022, 12, 31), orders) == ()  # a Saturday
    assert [str(span) for span in bakery.hours_on(date(2027, 1, 1), guards)] == ["09:00-18:00"]


def test_it_is_called_by_another_name_in_another_language(bakery: Tenant) -> None:
    assert bakery.wording("en").persona_name == "Bun"
    assert bakery.wording("ru").persona_name == bakery.wording("fr").persona_name == "Булочка"


def test_a_tenant_is_found_by_name_or_by_path(tmp_path: Path) -> None:
    assert find_tenant("bakery", TENANTS) == TENANTS / "bakery"
    assert find_tenant(str(TENANTS / "bakery"), tmp_path) == TENANTS / "bakery"


@pytest.mark.parametrize("name", ["dairy", "", "../tenants"])
def test_an_unknown_tenant_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(TenantError) as raised:
        find_tenant(name, TENANTS)
    assert str(raised.value) == f'{TENANTS}: there is no tenant "{name}"; known here: bakery'


def test_the_first_tenant_is_clean_and_rich(mercedes: Tenant) -> None:
    assert check_tenant(MERCEDES) == []
    assert len(mercedes.legend.sections) >= 45
    assert len(mercedes.faq.entries) >= 90
    assert all(len(entry.wordings) >= 3 for entry in mercedes.faq.entries)
    assert len({passage.passage_id for passage in mercedes.passages}) == len(mercedes.passages)


def test_answers_of_the_first_tenant_are_short_enough_to_be_rephrased(mercedes: Tenant) -> None:
    sentences = [re.findall(r"[.!?](?:\s|$)", entry.answer) for entry in mercedes.faq.entries]
    assert max(map(len, sentences)) <= 5


def test_the_faq_of_the_first_tenant_names_no_number_that_its_legend_does_not(mercedes: Tenant) -> None:
    number = re.compile(r"\d[\d :,]*\d|\d")
    legend = " ".join(section.text for section in mercedes.legend.sections)
    known = set(number.findall(legend))
    unknown = {
        found
        for entry in mercedes.faq.entries
        for found in number.findall(entry.answer)
        if found not in known
    }
    assert unknown == set()


def test_a_section_of_the_legend_may_say_how_people_ask_for_it(tmp_path: Path) -> None:
    path = tmp_path / "legend.md"
    path.write_text("# О нас\n\n## Хлеб\n? хлеб тёплый?\n? когда печёте\n\nПечём утром.\n", encoding="utf-8")
    (section,) = read_legend(path).sections
    assert (section.wordings, section.text) == (("хлеб тёплый?", "когда печёте"), "Печём утром.")


def test_a_section_of_questions_alone_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "legend.md"
    path.write_text("# О нас\n\n## Хлеб\n? хлеб тёплый?\n", encoding="utf-8")
    with pytest.raises(TenantError, match="only questions"):
        read_legend(path)
