"""The golden questions and the gate's tolerances, as people write them down."""

from pathlib import Path

import pytest

from bot.errors import TenantError
from bot.tenant import GoldenKind, Tolerance
from bot.tenant.gate import read_gate
from bot.tenant.golden import GoldenQuestion, read_golden

OLD = "question,kind,must_include,must_not_include\n"
NEW = "id,dialogue,question,kind,reference,must_include,must_not_include,value,tolerance,sources\n"


def golden(folder: Path, text: str) -> tuple[GoldenQuestion, ...]:
    path = folder / "golden.csv"
    path.write_text(text, encoding="utf-8")
    return read_golden(path)


def problems(folder: Path, text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(TenantError) as caught:
        golden(folder, text)
    return [(problem.line, problem.message) for problem in caught.value.problems]


def test_a_row_in_the_old_form_keeps_its_meaning(tmp_path: Path) -> None:
    rows = golden(
        tmp_path, f"{OLD}когда хлеб,answer,9:00|15:00,10:00\nвертолёт,unknown,,\nвыборы,forbidden,,\n"
    )
    assert [row.kind for row in rows] == [GoldenKind.FACT, GoldenKind.UNANSWERABLE, GoldenKind.REFUSE]
    assert rows[0].must_include == (("9:00",), ("15:00",))
    assert rows[0].must_not_include == (("10:00",),)


def test_a_row_in_the_whole_form(tmp_path: Path) -> None:
    (row,) = golden(
        tmp_path,
        f'{NEW}q7,d1,Сколько их?,stock,Две.|Пара,"два / две|в наличии",нет,"1 200,5",1%,Наличие|stock.csv\n',
    )
    assert (row.question_id, row.dialogue, row.references) == ("q7", "d1", ("Две.", "Пара"))
    assert row.must_include == (("два", "две"), ("в наличии",))
    assert row.value == 1200.5
    assert row.tolerance == pytest.approx(12.005)
    assert row.sources == ("Наличие", "stock.csv")


@pytest.mark.parametrize("written", ["follow-up", "follow_up", "Follow Up", " follow  up "])
def test_a_kind_is_written_as_people_write_it(tmp_path: Path, written: str) -> None:
    (row,) = golden(tmp_path, f"{OLD}а в чёрном,{written},,\n")
    assert row.kind is GoldenKind.FOLLOW_UP


@pytest.mark.parametrize("header", ["reference", "references", "reference_answer", "Reference answers"])
def test_a_column_has_more_than_one_name(tmp_path: Path, header: str) -> None:
    (row,) = golden(tmp_path, f"question,kind,{header},expected_sources\nкогда,fact,В девять.,Хлеб\n")
    assert (row.references, row.sources) == (("В девять.",), ("Хлеб",))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("question,type\nкогда,fact\n", 1, 'the column "kind" is missing'),
        (f"{OLD}когда,fact,9:00\n", 2, "3 cells instead of 4"),
        (f"{OLD}когда,fact,,\nкто,ban,,\n", 3, '"ban" is not one of fact, stock'),
        (f"{OLD},fact,,\n", 2, "question: must not be empty"),
        (f'{OLD}"когда,fact,,\n', 2, "this is not CSV"),
        (f"{NEW}1,,сколько,stock,,,,много,,\n", 2, 'value: "много" is not a number'),
        (f"{NEW}1,,сколько,stock,,,,,5%,\n", 2, "tolerance: there is no value"),
        (f"{NEW}1,,раз,fact,,,,,,\n1,,два,fact,,,,,,\n", 3, 'id: "1" is that of line 2'),
        ("question,kind,paraphrase_of\nкогда,fact,q9\n", 2, 'no question with the id "q9"'),
    ],
)
def test_a_fault_is_told_by_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    (found, message), *_ = problems(tmp_path, text)
    assert found == line
    assert words in message


def test_no_file_is_no_questions(tmp_path: Path) -> None:
    assert read_golden(tmp_path / "golden.csv") == ()
    assert read_gate(tmp_path / "gate.yaml") is None


def test_tolerances_are_read_by_the_measure(tmp_path: Path) -> None:
    path = tmp_path / "gate.yaml"
    path.write_text("kinds.fact.accuracy: {at_least: 0.9}\np95_s: {at_most: 10}\n")
    assert read_gate(path) == {"kinds.fact.accuracy": Tolerance(at_least=0.9), "p95_s": Tolerance(at_most=10)}


@pytest.mark.parametrize("text", ["bleu: {}\n", "bleu: {at_least: 2, at_most: 1}\n", "bleu: {about: 3}\n"])
def test_a_tolerance_that_bounds_nothing_is_a_fault(tmp_path: Path, text: str) -> None:
    path = tmp_path / "gate.yaml"
    path.write_text(text)
    with pytest.raises(TenantError, match=r"gate\.yaml:1: .*bleu"):
        read_gate(path)
