"""Counts what answers claim that nothing known supports, apart from the checks that the turn itself makes.

It shares no code with `bot/guard`, reads the tenant's files itself, and looks every figure, phone, address
and model's name up in all of them.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.domain import Answer, Outcome
from bot.evaluation.reading import (
    Figure,
    dates_in,
    figures_in,
    latin_words,
    links_in,
    phones_in,
    plain,
    times_in,
    words,
)

_NO_KNOWLEDGE = ("golden", "forbidden", "examples", "gate", "lexicon")
_TABLES = (".csv", ".yaml", ".yml", ".tsv")
_PROSE = (".md", ".txt", ".html")
_STAFF = re.compile(r"\A---\n(?:.*\n)*?audience:\s*staff\b")
_COMPUTED = frozenset(("computed", "hours", "actions"))
"""The keys of a trace under which the turn keeps what it computed and did."""
_QUERIED = "stock"
_SAID = ("facts", "text")
"""What a query of the table says in words is no proof: its figures are looked up in the table itself."""
_ITEM = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s", re.MULTILINE)
_ROW_FIGURE = 100_000.0
"""From here on a figure in the table is surely a price and belongs to its row."""


@dataclass(kw_only=True, slots=True)
class Known:
    """What has been read, as it is looked up."""

    figures: dict[str, set[float]] = field(
        default_factory=lambda: {"money": set(), "percent": set(), "plain": set(), "table": set()}
    )
    phones: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    times: set[str] = field(default_factory=set)
    dates: set[tuple[int, int, int]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    rows: list[tuple[frozenset[float], frozenset[str]]] = field(default_factory=list)
    """The figures and the names of each row of a table."""

    def add(self, text: str, *, is_table: bool = False) -> None:
        folded = plain(text)
        for figure in figures_in(folded):
            self.figures["table" if is_table and figure.sort == "plain" else figure.sort].add(figure.value)
        self.phones |= set(phones_in(folded))
        self.links |= set(links_in(folded))
        self.times |= set(times_in(folded))
        self.dates |= set(dates_in(folded))
        self._add_names(folded)

    def add_row(self, cells: Iterable[str]) -> None:
        """A row whose figures belong together. Cells keep to themselves: «2,3» are not one figure."""
        own = Known()
        for cell in cells:
            is_number = not re.search(r"[^\W\d_]", cell)
            own.add(cell, is_table=is_number)
            self.add(cell, is_table=is_number)
        self.rows.append((frozenset(set().union(*own.figures.values())), frozenset(own.names)))

    def _add_names(self, folded: str) -> None:
        parts = re.findall(r"[a-z]+|\d+", folded)
        self.names |= {name.lower() for name in latin_words(folded)} | set(parts)
        inside = [re.findall(r"\d+", name) for name in latin_words(folded)]
        self.figures["plain"] |= {float(number) for numbers in inside for number in numbers}
        self.names |= {left + right for left, right in pairwise(parts)}

    def has_figure(self, figure: Figure) -> bool:
        sorts = {"money": ("money", "plain", "table"), "percent": ("percent", "table")}
        places = sorts.get(figure.sort, tuple(self.figures))
        # People round «6 912 500» to «6,9 млн»: not here, a rounded price is another price.
        return any(figure.value in self.figures[place] for place in places)


class IndependentChecker:
    """Reads the whole knowledge once; `unsupported` may then be asked of any number of answers."""

    def __init__(self, folder: Path, more: Iterable[str] = (), *, zone: tzinfo = UTC) -> None:
        """`more`: passages that do not lie in the folder as text, such as those of PDF files."""
        self._known = Known()
        self._zone = zone
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not file.name.startswith(_NO_KNOWLEDGE):
                _read(file, self._known)
        for text in more:
            self._known.add(text)

    def add_rows(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """The rows of a table that lies in no file of the folder."""
        for row in rows:
            self._known.add_row(str(value) for value in row.values())

    def unsupported(self, answer: Answer, asked: Iterable[str], today: date) -> tuple[str, ...]:
        """The claims of the answer that are neither known, nor computed, nor the customer's own words."""
        if answer.outcome is Outcome.SCRIPTED:
            return ()
        said, own = Known(), plain(answer.text)
        for text in (*asked, *_computed(answer.trace)):
            said.add(text)
            self._add_moment(text, said)
        for days in range(-1, 8):
            _add_day(today + timedelta(days=days), said)
        said.figures["plain"] |= {float(len(_ITEM.findall(answer.text)))}
        found = [*self._figures(own, said), *self._addresses(own, said), *self._names(answer.text, said)]
        found += self._rows(own, said)
        return tuple(dict.fromkeys(found))

    def _add_moment(self, text: str, said: Known) -> None:
        """«2026-11-22T06:30:00+00:00» is told to customers by their own clock."""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return
        local = moment.astimezone(self._zone) if moment.tzinfo is not None else moment
        said.times.add(f"{local.hour}:{local.minute:02}")
        _add_day(local.date(), said)

    def _figures(self, text: str, said: Known) -> Iterator[str]:
        for figure in figures_in(text):
            is_known = self._known.has_figure(figure) or said.has_figure(figure)
            if not is_known and not self._is_hour(figure, said):
                yield f"figure {figure.written}"
        for time in times_in(text):
            if time not in self._known.times | said.times:
                yield f"time {time}"
        for day in dates_in(text):
            if day not in self._known.dates | said.dates:
                yield "date {2}.{1:02}.{0}".format(*day)

    def _is_hour(self, figure: Figure, said: Known) -> bool:
        """«до 21» where «21:00» is known."""
        is_whole = figure.sort == "plain" and figure.value == int(figure.value) and 0 <= figure.value <= 24
        return is_whole and f"{int(figure.value)}:00" in self._known.times | said.times

    def _addresses(self, text: str, said: Known) -> Iterator[str]:
        for phone in phones_in(text):
            if phone not in self._known.phones | said.phones:
                yield f"phone {phone}"
        for link in links_in(text):
            if link not in self._known.links | said.links:
                yield f"link {link}"

    def _names(self, text: str, said: Known) -> Iterator[str]:
        """Model names. In an English answer a capital letter is no sign of a name."""
        is_russian = sum("а" <= sign <= "я" for sign in text.lower()) > sum(
            "a" <= sign <= "z" for sign in text
        )
        known = self._known.names | said.names | set(words()["ordinary"])
        for name in latin_words(text):
            has_digit = any(map(str.isdigit, name)) and len(name) > 1
            is_name = has_digit or (name.isupper() and len(name) > 1) or (name[0].isupper() and is_russian)
            if is_name and name.lower() not in known:
                yield f"name {name}"

    def _rows(self, text: str, said: Known) -> Iterator[str]:
        """A price from the table beside a name from another row: the price of another thing."""
        loose = self._known.figures["money"] | self._known.figures["plain"]
        computed = set().union(*said.figures.values())
        of_rows = set().union(*(names for _, names in self._known.rows)) if self._known.rows else set()
        for line in text.splitlines():
            names = {name.lower() for name in latin_words(line)} & of_rows
            for figure in figures_in(line) if names else ():
                if figure.value < _ROW_FIGURE or figure.value in loose | computed:
                    continue
                owners = [row_names for figures, row_names in self._known.rows if figure.value in figures]
                if owners and not any(names & row_names for row_names in owners):
                    yield f"figure {figure.written} of another row"


def _read(file: Path, known: Known) -> None:
    if file.suffix not in (*_TABLES, *_PROSE):
        return
    text = file.read_bytes().decode("utf-8", "replace")
    if _STAFF.match(text):
        return
    if file.suffix == ".csv":
        heading, *rows = [*csv.reader(text.splitlines())] or [[]]
        known.add(" ".join(heading))  # no row: «Price 5 000 000» names nothing in it
        for cells in rows:
            known.add_row(cells)
    else:
        known.add(text, is_table=file.suffix in _TABLES)


def _computed(trace: Mapping[str, Any]) -> Iterator[str]:
    for key, value in trace.items():
        if key == _QUERIED and isinstance(value, Mapping):
            yield from _leaves({name: part for name, part in value.items() if name not in _SAID})
        elif key in _COMPUTED:
            yield from _leaves(value)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from _leaves(inner)
    elif value is not None and not isinstance(value, bool):
        yield f"{value:.12g}" if isinstance(value, float) else str(value)


def _add_day(day: date, said: Known) -> None:
    said.dates.add((day.year, day.month, day.day))
    said.figures["plain"] |= {float(day.day), float(f"{day.day}.{day.month:02}")}
