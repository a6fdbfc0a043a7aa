"""`python -m bot proposals`, `agreement` and `marks`, and the marks in the report of `eval`."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.domain.reviews import Proposal
from bot.store.engine import open_engine
from bot.store.marks import MarkStore
from bot.store.migrate import migrate
from bot.store.proposals import ProposalStore
from bot.tenant import check_tenant
from tests.assistants import BAKERY

AT = datetime(2026, 11, 25, 5, tzinfo=UTC)
GOLDEN = "id,question,kind,must_include\nq1,Когда хлеб свежий?,fact,9:00\nq2,Есть ли ржаной?,fact,да\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(BAKERY, tmp_path / "bakery"))
    (folder / "golden.csv").write_text(GOLDEN)
    monkeypatch.setenv("TENANT", str(folder))
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("EMBEDDINGS", "false")
    migrate(database(tmp_path))
    return folder


def database(tmp_path: Path) -> str:
    (tmp_path / "data").mkdir(exist_ok=True)
    return f"sqlite:///{tmp_path / 'data' / 'dezhurny.db'}"


def proposed(tmp_path: Path, question: str = "Торты бывают?") -> Proposal:
    engine = open_engine(database(tmp_path))
    store = ProposalStore(engine, "bakery")
    store.propose(turn_id="t", question=question, answer="По пятницам.", by="telegram:502", at=AT)
    waiting = store.waiting()[-1]
    engine.dispose()
    return waiting


def test_a_proposal_is_listed_and_accepted_once(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number = str(proposed(tmp_path).proposal_id)
    assert main(["proposals", "list"]) == 0
    assert "Торты бывают?" in capsys.readouterr().out
    assert main(["proposals", "accept", number]) == 0
    assert main(["proposals", "accept", number]) == 1
    assert (folder / "faq.md").read_text().count("По пятницам.") == 1
    assert check_tenant(folder) == []


def test_a_proposal_is_rejected(folder: Path, tmp_path: Path) -> None:
    assert main(["proposals", "reject", str(proposed(tmp_path).proposal_id)]) == 0
    assert "По пятницам." not in (folder / "faq.md").read_text()


@pytest.mark.usefixtures("folder")
def test_why_one_cannot_be_accepted_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number = str(proposed(tmp_path, "Когда хлеб свежий?").proposal_id)
    assert main(["proposals", "accept", number]) == 1
    assert "asked_already: Хлеб > Когда хлеб свежий?" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_agreement_without_any_answer_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agreement"]) == 0
    assert "No answers have been checked yet." in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_golden_questions_are_prepared_once_marked_and_reported(tmp_path: Path) -> None:
    for expected in ("2 new answers", "0 new answers"):
        assert expected in run("marks", "prepare", "--golden", "50", "--model", "no-model").stdout
    mark_all(tmp_path)
    report = json.loads(run("marks", "report", "--json").stdout)
    assert (report["mean"], report["testers"], report["models"]["no-model"]["marks"]) == (4.5, 2, 4)
    assert "Krippendorff" in run("marks", "report").stdout


@pytest.mark.usefixtures("folder")
def test_the_evaluation_shows_the_marks_once_there_are_any(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    asked = ("eval", "--model", "no-model", "--perturbed", "0", "--report", str(page))
    run(*asked)
    assert "Оценки тестировщиков" not in page.read_text()
    run("marks", "prepare", "--golden", "2", "--model", "no-model")
    mark_all(tmp_path)
    run(*asked)
    assert "Оценки тестировщиков" in page.read_text()
    assert "4,50" in page.read_text()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("numbers", [[], ["--golden", "-1"], ["--golden", "0"]])
def test_nothing_to_prepare_is_an_error(numbers: list[str]) -> None:
    done = run("marks", "prepare", *numbers, status=2)
    assert "--golden N" in done.stderr


def mark_all(tmp_path: Path) -> None:
    """Two testers: one gives 4, the other 5."""
    engine = open_engine(database(tmp_path))
    store = MarkStore(engine, "bakery")
    for tester, score in (("telegram:1", 4), ("telegram:2", 5)):
        while (item := store.next(tester, AT)) is not None:
            store.mark(tester, item.item_id, score, AT)
    engine.dispose()


def run(*arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    """In a process of its own: these commands set up the logs, which lasts as long as the process."""
    command = [sys.executable, "-m", "bot", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == status, done.stderr
    return done
