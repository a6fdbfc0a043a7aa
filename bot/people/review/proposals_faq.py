"""Writes an accepted answer into the FAQ of a tenant's folder, or says why it cannot stand there."""

import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from itertools import chain
from pathlib import Path

from bot.domain import Passage, join_heading
from bot.domain.reviews import Proposal
from bot.errors import AssistantError, Problem, TenantError
from bot.knowledge.contradictions import contradictions
from bot.tenant import Tenant, load_tenant
from bot.tenant.markdown import read_faq
from bot.tenant.model import Faq
from bot.tenant.phones import phone_digits, phones_in
from bot.tenant.source import headings_in, read_text
from bot.tenant.wording import fold

SECTION = "Исправлено сотрудниками"
FILE = "faq.md"
_MARK = "<!-- proposal {number} -->"
_STRUCTURE = re.compile(r"^[ \t]*(?:#{1,6}(?:[ \t]+|$)|\?[ \t]*|<[ \t]*)+", re.MULTILINE)
_UNREADABLE = re.compile(r"<!--|-->|`{3,}|~{3,}")
"""What would hide the rest of the file from its reader."""


class Reason(StrEnum):
    """Why an answer cannot stand in the FAQ as it is."""

    EMPTY = "empty"
    PHONE = "phone"
    """`detail`: the number, which nobody at the business answers."""
    ASKED_ALREADY = "asked_already"
    """`detail`: the section and the question of the entry that is there."""
    CONTRADICTS = "contradicts"
    """`detail`: where it stands otherwise, and how."""
    INVALID = "invalid"


class FaqRefused(AssistantError):
    """The FAQ would be wrong with this entry; the folder is as it was."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


def write_entry(folder: Path, proposal: Proposal) -> None:
    """Add it to the section of corrections, once however often it is called.

    Instead of an earlier correction of the same question. Raises FaqRefused, and TenantError where the folder
    is not in order or the file cannot be written.
    """
    path = folder / FILE
    with _locked(folder):
        text = read_text(path)
        mark = _MARK.format(number=proposal.proposal_id)
        if mark not in text:
            changed = _with_entry(text, proposal, mark)
            _check(folder, changed, proposal)
            _replace(path, changed)


def foreign_phone(text: str, own: frozenset[str]) -> str | None:
    """The first number in a text that is not among the digits of the business's own."""
    return next((phone for phone in phones_in(text) if phone_digits(phone) not in own), None)


def plain_question(question: str) -> str:
    """On one line, without what a heading would read as something else."""
    return " ".join(_UNREADABLE.sub(" ", _STRUCTURE.sub("", question)).split())


def plain_answer(answer: str) -> str:
    """Without lines that would begin another entry."""
    return _UNREADABLE.sub(" ", _STRUCTURE.sub("", answer.replace("\r\n", "\n").replace("\r", "\n"))).strip()


def _with_entry(text: str, proposal: Proposal, mark: str) -> str:
    question, answer = plain_question(proposal.question), plain_answer(proposal.answer)
    lines = _without_earlier(text, question).rstrip().split("\n")
    entry = [f"### {question}", mark, "", answer, ""]
    headings = headings_in("\n".join(lines))
    section = next((one for one in headings if one.level == 2 and fold(one.title) == fold(SECTION)), None)
    if section is None:
        return "\n".join([*lines, "", f"## {SECTION}", "", *entry])
    after = (one.line - 1 for one in headings if one.line > section.line and one.level <= 2)
    end = next(after, len(lines))
    before = "\n".join(lines[:end]).rstrip().split("\n")
    return "\n".join([*before, "", *entry, *lines[end:]]).rstrip() + "\n"


def _without_earlier(text: str, question: str) -> str:
    """Drop the correction of the same question that stands there."""
    headings = headings_in(text)
    lines = text.split("\n")
    in_section = False
    for number, heading in enumerate(headings):
        if heading.level == 2:
            in_section = fold(heading.title) == fold(SECTION)
        if in_section and heading.level == 3 and fold(heading.title) == fold(question):
            end = headings[number + 1].line - 1 if number + 1 < len(headings) else len(lines)
            return "\n".join(lines[: heading.line - 1] + lines[end:])
    return text


def _check(folder: Path, changed: str, proposal: Proposal) -> None:
    """The checks that every entry of the owner passes, and that it does not say another figure."""
    question, answer = plain_question(proposal.question), plain_answer(proposal.answer)
    if not (fold(question) and fold(answer)):
        raise FaqRefused(Reason.EMPTY)
    tenant = load_tenant(folder)
    phone = foreign_phone(f"{question}\n{answer}", tenant.phones)
    if phone is not None:
        raise FaqRefused(Reason.PHONE, phone)
    for entry in tenant.faq.entries:
        asked = map(fold, chain((entry.question,), entry.wordings))
        if fold(entry.section) != fold(SECTION) and fold(question) in asked:
            raise FaqRefused(Reason.ASKED_ALREADY, f"{entry.section} > {entry.question}")
    _refuse_contradiction(tenant.model_copy(update={"faq": _read(folder, changed)}), question)


def _read(folder: Path, changed: str) -> Faq:
    """The FAQ with this text, as the owner's own file is read."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / FILE
        file.write_text(changed, encoding="utf-8")
        try:
            return read_faq(file)
        except TenantError as error:
            raise FaqRefused(Reason.INVALID, error.problems[0].message) from error


def _refuse_contradiction(tenant: Tenant, question: str) -> None:
    for found in contradictions(tenant.passages, tenant.lexicon):
        ours = [_is_entry(passage, question) for passage in found.passages]
        if any(ours):
            other = ours.index(False) if False in ours else 1
            detail = f"{join_heading(found.passages[other])}: {found.sentences[other]}"
            raise FaqRefused(Reason.CONTRADICTS, detail)


def _is_entry(passage: Passage, question: str) -> bool:
    return [fold(part) for part in passage.heading] == [fold(SECTION), fold(question)]


def _replace(path: Path, text: str) -> None:
    """Whole or not at all, whoever reads it meanwhile."""
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        message = f"the file cannot be written: {error.strerror}"
        raise TenantError([Problem(file=path, line=None, message=message)]) from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer at a time among the processes of this machine."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        message = f"the folder cannot be opened: {error.strerror}"
        raise TenantError([Problem(file=folder, line=None, message=message)]) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
