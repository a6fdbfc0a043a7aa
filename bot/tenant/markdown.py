"""The legend and the FAQ: Markdown whose headings carry the structure."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from bot.errors import Problem, TenantError
from bot.tenant.model import Faq, FaqEntry, Legend, Section
from bot.tenant.source import Heading, read_headings
from bot.tenant.wording import WORDING, fold, split_wordings

_FAQ_TITLE = "FAQ"


def _at(path: Path, place: Heading | FaqEntry, message: str) -> Problem:
    return Problem(file=path, line=place.line, message=message)


def read_legend(path: Path) -> Legend:
    """``# Title``, then ``##`` and ``###`` headings with text. Raises TenantError with every problem."""
    headings = read_headings(path)
    problems = [*_title_problems(path, headings)]
    problems += [
        _at(path, heading, f'there is nothing under the heading "{heading.title}"')
        for heading in _childless(headings)
        if not heading.body
    ]
    sections: dict[tuple[str, ...], Section] = {}
    upper: tuple[str, ...] = ()
    for heading in headings:
        if heading.level == 2:
            upper = (heading.title,)
        place = (*upper, heading.title) if heading.level == 3 else upper
        if not heading.body:
            continue
        folded = tuple(map(fold, place))
        if folded in sections:
            message = f'the section "{heading.title}" is there already, on line {sections[folded].line}'
            problems.append(_at(path, heading, message))
        else:
            wordings, text = split_wordings(heading.body)
            if not text:
                problems.append(_at(path, heading, f'there are only questions under "{heading.title}"'))
            sections[folded] = Section(heading=place, text=text, line=heading.line, wordings=wordings)
    if not sections:
        problems.append(Problem(file=path, line=1, message="there is no section with text"))
    if problems:
        raise TenantError(problems)
    return Legend(title=headings[0].title, sections=tuple(sections.values()))


def _title_problems(path: Path, headings: tuple[Heading, ...]) -> Iterator[Problem]:
    if headings and headings[0].level != 1:
        yield _at(path, headings[0], 'the first heading must be the title: "# ..."')
    for heading in headings[1:]:
        if heading.level == 1:
            yield _at(path, heading, "there is a second title; use ## and ###")


def _childless(headings: tuple[Heading, ...]) -> Iterator[Heading]:
    depths = [heading.level for heading in headings[1:]] + [0]
    for heading, depth in zip(headings, depths, strict=False):
        if depth <= heading.level:
            yield heading


def read_faq(path: Path) -> Faq:
    """``## Section``, ``### Question``, lines ``? other wording``, the answer. Raises TenantError."""
    headings = read_headings(path)
    problems: list[Problem] = []
    entries: list[FaqEntry] = []
    title, section = _FAQ_TITLE, ""
    for heading in headings:
        if heading.level == 3:
            entry = _faq_entry(heading, section)
            entries.append(entry)
            problems += _entry_problems(path, entry)
            continue
        if heading.body:
            message = "this text is outside a question; questions begin with ###"
            problems.append(_at(path, heading, message))
        if heading.level == 2:
            section = heading.title
        else:
            title = heading.title
    problems += _title_problems(path, headings) if headings and headings[0].level == 1 else ()
    problems += [
        _at(path, heading, f'there is no question in the section "{heading.title}"')
        for heading in _childless(headings)
        if heading.level == 2
    ]
    problems += _repeated_questions(path, entries)
    if not entries:
        problems.append(Problem(file=path, line=1, message="there is no question"))
    if problems:
        raise TenantError(problems)
    return Faq(title=title, entries=tuple(entries))


def _faq_entry(heading: Heading, section: str) -> FaqEntry:
    wordings, answer = split_wordings(heading.body)
    return FaqEntry(
        section=section, question=heading.title, wordings=wordings, answer=answer, line=heading.line
    )


def _entry_problems(path: Path, entry: FaqEntry) -> Iterator[Problem]:
    if not entry.section:
        message = "this question stands outside any section; sections begin with ##"
        yield _at(path, entry, message)
    if not entry.answer:
        message = f'the question "{entry.question}" has no answer'
        yield _at(path, entry, message)
    if any(line.startswith(WORDING) for line in entry.answer.split("\n")):
        message = 'other wordings ("? ...") stand before the answer, not within or after it'
        yield _at(path, entry, message)


def _repeated_questions(path: Path, entries: list[FaqEntry]) -> Iterator[Problem]:
    asked: dict[str, int] = {}
    for entry in entries:
        for question in chain((entry.question,), entry.wordings):
            folded = fold(question)
            if folded in asked:
                message = f'"{question}" is asked already, by the question on line {asked[folded]}'
                yield _at(path, entry, message)
            asked.setdefault(folded, entry.line)
