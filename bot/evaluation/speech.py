"""How well speech is written down: word and character error rates against a table of files and texts."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rapidfuzz.distance import Levenshtein

from bot.errors import Problem, TenantError
from bot.language.folding import plain
from bot.language.numerals import SPELT, spell_out

_SIGNS: Final = re.compile(r"[^\w\s]|_")
_STRESS: Final = re.compile(r"\+(?=\w)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    file: Path
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Errors:
    """Substituted, missing and added words or signs, of how many there should be."""

    wrong: int
    of: int

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(wrong=self.wrong + other.wrong, of=self.of + other.of)

    @property
    def rate(self) -> float:
        return self.wrong / self.of if self.of else float(self.wrong > 0)


NO_ERRORS: Final = Errors(wrong=0, of=0)


def read_references(folder: Path) -> list[Reference]:
    """The one table (.tsv: file, text) of a folder; a file's ending may be left out.

    Raises TenantError with every line that names no file.
    """
    tables = sorted(folder.glob("*.tsv"))
    if len(tables) != 1:
        message = f"one table with the ending .tsv is wanted here; there are {len(tables)}"
        raise TenantError([Problem(file=folder, line=None, message=message)])
    references: list[Reference] = []
    problems: list[Problem] = []
    with tables[0].open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
            found = _file(folder, row[0]) if len(row) == 2 else None
            if found is not None:
                references.append(Reference(file=found, text=row[1]))
            elif row and row != ["file", "text"]:
                message = (
                    f"there is no file {row[0]}" if len(row) == 2 else "a file, a tab and a text are wanted"
                )
                problems.append(Problem(file=tables[0], line=number, message=message))
    if problems or not references:
        nothing = Problem(file=tables[0], line=None, message="there is nothing to hear")
        raise TenantError(problems or [nothing])
    return references


def _file(folder: Path, name: str) -> Path | None:
    exact = folder / name
    if exact.is_file():
        return exact
    return next(iter(sorted(folder.glob(f"{name}.*"))), None)


def word_errors(reference: str, heard: str) -> Errors:
    return _errors(words_of(reference), words_of(heard))


def sign_errors(reference: str, heard: str) -> Errors:
    return _errors(" ".join(words_of(reference)), " ".join(words_of(heard)))


def total(errors: Iterable[Errors]) -> Errors:
    return sum(errors, NO_ERRORS)


def words_of(text: str) -> list[str]:
    """Lower case, ё as е, without signs, numbers in figures however they were written."""
    bare = " ".join(_SIGNS.sub(" ", _STRESS.sub("", plain(text))).split())
    return spell_out(bare).replace(SPELT, "").split()


def _errors(reference: Sequence[str], heard: Sequence[str]) -> Errors:
    return Errors(wrong=Levenshtein.distance(reference, heard), of=len(reference))
