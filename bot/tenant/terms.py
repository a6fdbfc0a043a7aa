"""What a customer agrees to before the first answer: `terms.yaml` and a page of text per language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Annotated

from pydantic import Field, TypeAdapter

from bot.errors import Problem, TenantError
from bot.tenant.shapes import Frozen, Wordings, worded
from bot.tenant.source import read_text, read_yaml, says_nothing

FILE = "terms.yaml"
_LONGEST_SHORT = 500
_DAYS = "days"


class _Written(Frozen):
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$", max_length=20)]
    short: Wordings


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """One version of the terms; another version is asked for again.

    `days` is how long the dialogues are kept, in words: it stands in the texts as ``{days}``.
    """

    version: str
    shorts: Mapping[str, str]
    fulls: Mapping[str, str]

    def short(self, language: str, *, days: str) -> str:
        return worded(self.shorts, language).format(days=days)

    def full(self, language: str, *, days: str) -> str:
        """Markdown."""
        return worded(self.fulls, language).format(days=days).strip()


def read_terms(path: Path) -> Terms | None:
    """The terms; None where nothing is asked. Raises TenantError with every problem."""
    pages = {file.suffixes[0][1:]: file for file in sorted(path.parent.glob("terms.[a-z][a-z].md"))}
    if pages and not path.exists():
        message = f"the file is missing, but there is {', '.join(file.name for file in pages.values())}"
        raise TenantError([Problem(file=path, line=None, message=message)])
    if says_nothing(path):
        return None
    written, lines = read_yaml(path, TypeAdapter(_Written))
    fulls = {language: read_text(file) for language, file in pages.items()}
    problems = list(_uneven(path, written.short, pages))
    for language, text in written.short.items():
        place = lines.get(("short", language), lines["short",])
        if len(text) > _LONGEST_SHORT:
            message = f"short.{language}: {len(text)} characters; {_LONGEST_SHORT} at most"
            problems.append(Problem(file=path, line=place, message=message))
        problems += _misfilled(path, place, text)
    for language, text in fulls.items():
        for number, line in enumerate(text.split("\n"), start=1):
            problems += _misfilled(pages[language], number, line)
        if not text.strip():
            problems.append(Problem(file=pages[language], line=1, message="the text must not be empty"))
    if problems:
        raise TenantError(problems)
    return Terms(version=written.version, shorts=written.short, fulls=fulls)


def _uneven(path: Path, short: Mapping[str, str], pages: Mapping[str, Path]) -> Iterator[Problem]:
    for language in short:
        if language not in pages:
            message = "the file is missing: the full text of the terms"
            yield Problem(file=path.with_name(f"terms.{language}.md"), line=None, message=message)
    for language, file in pages.items():
        if language not in short:
            message = f'short.{language} is missing: there is "{file.name}"'
            yield Problem(file=path, line=None, message=message)


def _misfilled(path: Path, line: int, text: str) -> Iterator[Problem]:
    try:
        places = [place[1:] for place in Formatter().parse(text) if place[1] is not None]
    except ValueError as error:
        yield Problem(file=path, line=line, message=f"{{days}} is the only place to fill: {error}")
        return
    for name, form, conversion in places:
        if (name, form, conversion) != (_DAYS, "", None):
            message = f'there is nothing to fill "{{{name}}}" with; only {{days}}'
            yield Problem(file=path, line=line, message=message)
