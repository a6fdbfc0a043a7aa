"""Entries that staff have written, in the FAQ of a folder."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.reviews import Proposal, ProposalStatus
from bot.people.review.proposals_faq import FaqRefused, Reason, write_entry
from bot.tenant import check_tenant, load_tenant
from tests.assistants import BAKERY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BAKERY, tmp_path / "bakery"))


def proposal(number: int = 1, question: str = "Торты бывают?", answer: str = "Да.") -> Proposal:
    return Proposal(
        proposal_id=number,
        turn_id="telegram:7:1",
        question=question,
        answer=answer,
        status=ProposalStatus.PROPOSED,
        proposed_by="telegram:502",
        proposed_at=datetime(2026, 11, 25, tzinfo=UTC),
    )


def entries(folder: Path) -> list[tuple[str, str]]:
    assert check_tenant(folder) == []
    return [(entry.question, entry.answer) for entry in load_tenant(folder).faq.entries]


def test_the_entries_before_stay_as_they_were(folder: Path) -> None:
    before = (folder / "faq.md").read_text()
    write_entry(folder, proposal())
    assert (folder / "faq.md").read_text().startswith(before.rstrip())
    assert entries(folder)[-1] == ("Торты бывают?", "Да.")


def test_written_twice_it_stands_there_once(folder: Path) -> None:
    for _ in range(2):
        write_entry(folder, proposal())
    assert [question for question, _ in entries(folder)].count("Торты бывают?") == 1


def test_a_later_correction_of_the_same_question_takes_its_place(folder: Path) -> None:
    write_entry(folder, proposal())
    write_entry(folder, proposal(2, question="торты бывают", answer="По пятницам."))
    assert entries(folder)[-1] == ("торты бывают", "По пятницам.")
    assert "Да." not in [answer for _, answer in entries(folder)]


@pytest.mark.parametrize(
    "answer",
    ["# Заголовок", "### Ещё?\nответ", "? другой вопрос\nответ", "```\nкод", "<script>\nда", "<!-- да"],
)
def test_no_answer_begins_another_entry_or_hides_one(folder: Path, answer: str) -> None:
    write_entry(folder, proposal(answer=answer))
    write_entry(folder, proposal(2, question="А кофе?", answer="Есть."))
    assert len(entries(folder)) == len(load_tenant(BAKERY).faq.entries) + 2


def test_sections_after_it_are_left_in_place(folder: Path) -> None:
    write_entry(folder, proposal())
    with (folder / "faq.md").open("a") as file:
        file.write("\n## Кофе\n\n### Есть ли кофе?\n\nЕсть.\n")
    write_entry(folder, proposal(2, question="А чай?", answer="Тоже."))
    assert entries(folder)[-2:] == [("А чай?", "Тоже."), ("Есть ли кофе?", "Есть.")]


@pytest.mark.parametrize(
    ("question", "answer", "reason"),
    [
        ("Куда звонить?", "+7 900 111-22-33", Reason.PHONE),
        ("во сколько хлеб", "В 8:00.", Reason.ASKED_ALREADY),
        ("###", "Да.", Reason.EMPTY),
        ("Торты?", "...", Reason.EMPTY),
    ],
)
def test_what_would_break_the_knowledge_is_refused(
    folder: Path, question: str, answer: str, reason: Reason
) -> None:
    before = (folder / "faq.md").read_text()
    with pytest.raises(FaqRefused) as refused:
        write_entry(folder, proposal(question=question, answer=answer))
    assert refused.value.reason is reason
    assert (folder / "faq.md").read_text() == before


def test_another_figure_of_the_same_is_refused(folder: Path) -> None:
    write_entry(
        folder, proposal(question="Сколько стоит большой пирог?", answer="Большой пирог стоит 500 ₽.")
    )
    other = proposal(2, question="Сколько стоит большой пирог сейчас?", answer="Большой пирог стоит 900 ₽.")
    with pytest.raises(FaqRefused) as refused:
        write_entry(folder, other)
    assert refused.value.reason is Reason.CONTRADICTS


def test_nothing_is_left_beside_the_file(folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    write_entry(folder, proposal())
    assert sorted(path.name for path in folder.iterdir()) == before
