"""The golden questions: what the answers of a tenant's assistant are measured by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.errors import Problem, TenantError
from bot.tenant.source import read_table


class GoldenKind(StrEnum):
    """What is asked for, and so how the answer is judged (docs/evaluation.md)."""

    FACT = "fact"
    STOCK = "stock"
    COMPUTE = "compute"
    COMPARE = "compare"
    FOLLOW_UP = "follow-up"
    REFUSE = "refuse"
    OFF_TOPIC = "off-topic"
    INJECTION = "injection"
    UNANSWERABLE = "unanswerable"
    SMALL_TALK = "small-talk"
    PERSONAL_DATA = "personal-data"


DECLINED_KINDS = (GoldenKind.REFUSE, GoldenKind.OFF_TOPIC, GoldenKind.INJECTION)
"""What the assistant must not go into."""

_OTHER_KINDS = {
    "answer": GoldenKind.FACT,
    "unknown": GoldenKind.UNANSWERABLE,
    "forbidden": GoldenKind.REFUSE,
}
_OTHER_COLUMNS = {
    "references": "reference",
    "reference_answer": "reference",
    "reference_answers": "reference",
    "answer": "reference",
    "source": "sources",
    "expected_source": "sources",
    "expected_sources": "sources",
    "dialogue_id": "dialogue",
    "dialog": "dialogue",
}
_REQUIRED = ("question", "kind")
_COLUMNS = (
    *("id", "dialogue", "question", "kind", "reference", "must_include", "must_not_include"),
    *("value", "tolerance", "sources", "paraphrase_of"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class GoldenQuestion:
    """A question and what its answer must be like. What is left out is not judged."""

    question: str
    kind: GoldenKind
    line: int
    question_id: str = ""
    dialogue: str = ""
    """Neighbours with the same one are turns of one conversation; "" stands alone."""
    references: tuple[str, ...] = ()
    """Right answers, any of which will do."""
    must_include: tuple[tuple[str, ...], ...] = ()
    """Each part, in any of its forms, has to be in the answer."""
    must_not_include: tuple[tuple[str, ...], ...] = ()
    """No part, in whatever form, may be in the answer."""
    value: float | None = None
    """The figure that the answer has to name."""
    tolerance: float = 0.0
    """How far the figure may be from `value`, in its own unit."""
    sources: tuple[str, ...] = ()
    """Headings, documents or passage ids that a search for the question has to find."""
    paraphrase_of: str = ""
    """The id of the question that this one says in other words."""


def read_golden(path: Path) -> tuple[GoldenQuestion, ...]:
    """The questions of a file, none where there is no file. Raises TenantError with every bad line."""
    if not path.exists():
        return ()
    header, rows = read_table(path)
    columns = _columns(path, header)
    questions: list[GoldenQuestion] = []
    problems: list[Problem] = []
    for line, cells in rows:
        row = dict(zip(columns, cells, strict=True))
        try:
            questions.append(_question(line, row))
        except ValueError as error:
            problems.append(Problem(file=path, line=line, message=str(error)))
    problems += _strangers(path, questions)
    if problems:
        raise TenantError(problems)
    return tuple(questions)


def _columns(path: Path, header: tuple[str, ...]) -> list[str]:
    names = [name.strip().lower().replace("-", "_").replace(" ", "_") for name in header]
    columns = [_OTHER_COLUMNS.get(name, name) for name in names]
    messages = [f'the column "{name}" is missing' for name in _REQUIRED if name not in columns]
    messages += [f'there is no column "{name}" here' for name in columns if name not in _COLUMNS]
    messages += [f'the column "{name}" occurs twice' for name in _COLUMNS if columns.count(name) > 1]
    if messages:
        raise TenantError([Problem(file=path, line=1, message=message) for message in messages])
    return columns


def _question(line: int, row: Mapping[str, str]) -> GoldenQuestion:
    """Raises ValueError that says what is wrong with the row."""
    if not row["question"]:
        raise ValueError("question: must not be empty")
    value = _number("value", row.get("value", ""))
    return GoldenQuestion(
        question=row["question"],
        kind=_kind(row["kind"]),
        line=line,
        question_id=row.get("id", ""),
        dialogue=row.get("dialogue", ""),
        references=_parts(row.get("reference", "")),
        must_include=_alternatives(row.get("must_include", "")),
        must_not_include=_alternatives(row.get("must_not_include", "")),
        value=value,
        tolerance=_tolerance(row.get("tolerance", ""), value),
        sources=_parts(row.get("sources", "")),
        paraphrase_of=row.get("paraphrase_of", ""),
    )


def _kind(cell: str) -> GoldenKind:
    name = "-".join(cell.lower().replace("_", " ").replace("-", " ").split())
    kind = _OTHER_KINDS.get(name, name)
    if kind not in list(GoldenKind):
        raise ValueError(f'kind: "{cell}" is not one of {", ".join(GoldenKind)}')
    return GoldenKind(kind)


def _number(column: str, cell: str) -> float | None:
    digits = "".join(cell.split()).replace(",", ".").replace("−", "-")
    if not digits:
        return None
    try:
        return float(digits)
    except ValueError:
        raise ValueError(f'{column}: "{cell}" is not a number') from None


def _tolerance(cell: str, value: float | None) -> float:
    """«1%» is a share of the value."""
    number = _number("tolerance", cell.replace("%", ""))
    if number is None:
        return 0.0
    if number < 0:
        raise ValueError(f'tolerance: "{cell}" is less than nothing')
    if value is None:
        raise ValueError("tolerance: there is no value that it could be meant for")
    return abs(value) * number / 100 if "%" in cell else number


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _alternatives(cell: str) -> tuple[tuple[str, ...], ...]:
    """«9:00 / 9 утра|15:00»: two parts, the first in either form."""
    return tuple(tuple(form.strip() for form in part.split(" / ") if form.strip()) for part in _parts(cell))


def _strangers(path: Path, questions: list[GoldenQuestion]) -> Iterator[Problem]:
    """Ids that occur twice, and paraphrases of nothing."""
    seen: dict[str, int] = {}
    for golden in questions:
        if golden.question_id and seen.setdefault(golden.question_id, golden.line) != golden.line:
            message = f'id: "{golden.question_id}" is that of line {seen[golden.question_id]} too'
            yield Problem(file=path, line=golden.line, message=message)
    for golden in questions:
        if golden.paraphrase_of and golden.paraphrase_of not in seen:
            message = f'paraphrase_of: there is no question with the id "{golden.paraphrase_of}"'
            yield Problem(file=path, line=golden.line, message=message)
