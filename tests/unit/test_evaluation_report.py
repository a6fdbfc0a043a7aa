"""The page: whole by itself, nothing in it unescaped, nothing of the frozen part."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

from bot.evaluation.gate import check_gate
from bot.evaluation.measures import measure
from bot.evaluation.report import Measured, report
from bot.evaluation.running import Run
from bot.tenant import GoldenKind, Tolerance
from tests.evaluating import examined, golden, said

EVIL = "<script>alert('1')</script>"
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def measured(name: str = "local") -> Measured:
    asked = golden(question=f"Когда? {EVIL}", must_include=["9:00"], references=(EVIL,))
    answer = said(f"В 8:00 {EVIL}", sources=(EVIL,))
    right = examined(golden(GoldenKind.STOCK, value=2.0), said("Две."), seconds=12)
    run = Run(name=name, examined=[examined(asked, answer, EVIL), right])
    return Measured(run=run, measures=measure(run))


def page(*names: str) -> str:
    runs = [measured(name) for name in names]
    gate = check_gate("open", runs[0].measures, {"accuracy": Tolerance(at_least=0.9)})
    return report(EVIL, runs, at=AT, gate=list(gate))


def test_what_people_and_models_wrote_is_escaped() -> None:
    found = page("local", EVIL)
    assert "<script" not in found
    assert "&lt;script&gt;" in found


def test_it_needs_nothing_from_elsewhere() -> None:
    found = page("local")
    assert not re.search(r"(?:src|href)=|url\(|@import", found)


def test_its_charts_are_drawings() -> None:
    charts = re.findall(r"<svg.*?</svg>", page("local", "gigachat"), re.DOTALL)
    assert len(charts) == 2
    bars = ElementTree.fromstring(charts[0]).findall("{*}rect")
    assert len(bars) == 6  # all, facts and stock, for two models


def test_a_failure_is_told_with_question_answer_and_reason() -> None:
    found = page("local")
    for part in ("Когда?", "В 8:00", "missing: 9:00", "Ошибки: local (1 из 2)", "Выпуск не допущен"):
        assert part in found


def test_models_stand_side_by_side() -> None:
    found = page("local", "model-alone")
    assert re.search(r"<th class=\"n\">local</th><th class=\"n\">model-alone</th>", found)
