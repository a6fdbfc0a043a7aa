"""Files as they lie on the disk, with the line of everything in them.

Every reader raises TenantError with all the problems of its file.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import yaml
from markdown_it import MarkdownIt
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import Problem, TenantError

Loaded = TypeVar("Loaded")
_Place = tuple[str | int, ...]

_MOST_MB = 25
_EMPTY = "tag:yaml.org,2002:null"
_DEEPEST = 100
"""Beyond it, whoever walks through the values would run out of stack."""
_MESSAGES = {
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "mapping_type": "must hold names with values",
    "dict_type": "must hold names with values",
    "model_type": "must hold names with values",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
}


def read_bytes(path: Path, *, keep: bool = True) -> bytes:
    """What the file holds, if it is not too large. `keep` False: nothing, it is only looked at."""
    try:
        size = path.stat().st_size
        if size > _MOST_MB * 1024 * 1024:
            message = f"the file has {size // 1024 // 1024} MB; {_MOST_MB} MB at most are read"
            raise TenantError([Problem(file=path, line=None, message=message)])
        return path.read_bytes() if keep else b""
    except FileNotFoundError as error:
        raise TenantError([Problem(file=path, line=None, message="the file is missing")]) from error
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        raise TenantError([Problem(file=path, line=None, message=message)]) from error


def read_text(path: Path) -> str:
    """The text with plain line ends and without a byte order mark."""
    data = read_bytes(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise TenantError([Problem(file=path, line=line, message="the text is not in UTF-8")]) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def says_nothing(path: Path) -> bool:
    """Whether an optional file is missing or holds comments alone."""
    return not path.exists() or not any(
        line.strip() and not line.lstrip().startswith("#") for line in read_text(path).split("\n")
    )


def read_yaml(path: Path, shape: TypeAdapter[Loaded]) -> tuple[Loaded, Mapping[_Place, int]]:
    """The file's value in its shape, and the line of every place in it."""
    return read_yaml_text(path, read_text(path), shape)


def read_yaml_text(path: Path, text: str, shape: TypeAdapter[Loaded]) -> tuple[Loaded, Mapping[_Place, int]]:
    """The same of a part of a file; empty lines before it keep the others' numbers."""
    document = _YamlDocument(path, text)
    try:
        return shape.validate_python(document.value), document.lines
    except ValidationError as error:
        problems = []
        for details in _own_faults(error.errors(include_url=False, include_input=False)):
            place = document.place_of(details["loc"])
            message = _explain(details, place)
            problems.append(Problem(file=path, line=document.lines[place], message=message))
        raise TenantError(problems) from error


def _own_faults(errors: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Without those of lists that count as too short only because something in them is wrong."""
    around = {details["loc"][:depth] for details in errors for depth in range(len(details["loc"]))}
    return (details for details in errors if details["type"] != "too_short" or details["loc"] not in around)


def read_lines(path: Path) -> Mapping[_Place, int]:
    """The line of every place of a YAML file, whatever its shape."""
    return read_yaml(path, TypeAdapter(object))[1]


def _explain(details: ErrorDetails, place: _Place) -> str:
    missing = details["loc"][-1:] if details["type"] == "missing" else ()
    field = ".".join(str(step) for step in (*place, *missing))
    if details["type"] == "union_tag_not_found":
        return f'the field "{field}.kind" is missing'
    if details["type"] == "union_tag_invalid":
        return f"{field}.kind: must be one of {details['ctx']['expected_tags']}"
    if details["type"] == "missing":
        return f'the field "{field}" is missing'
    if details["type"] == "extra_forbidden":
        return f'there is no field "{field}" here'
    message = _MESSAGES.get(details["type"], details["msg"].removeprefix("Value error, "))
    return f"{field}: {message}" if field else message


class _YamlDocument:
    """A YAML file whose scalars all stay text (so that 01-01 or 9:30 are never numbers); empty is None."""

    def __init__(self, path: Path, text: str) -> None:
        self.lines: dict[_Place, int] = {(): 1}
        self._problems: list[Problem] = []
        self._path = path
        self.value = self._plain(self._compose(text), ())
        if self._problems:
            raise TenantError(self._problems)

    def place_of(self, steps: _Place) -> _Place:
        """The way to a value without the steps that are not in the file, such as the kind of a union."""
        place: _Place = ()
        for step in steps:
            place = (*place, step) if (*place, step) in self.lines else place
        return place

    def _compose(self, text: str) -> yaml.Node:
        try:
            node = self._composed(text, yaml.CSafeLoader)
        except yaml.YAMLError:
            # The reader in Python takes ten times as long, but says better what is wrong, and where.
            node = self._composed_slowly(text)
        if node is None:
            raise self._error(1, "the file is empty")
        return node

    def _composed_slowly(self, text: str) -> yaml.Node | None:
        try:
            return self._composed(text, yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            what = " ".join(part for part in (error.context, error.problem) if part)
            line = mark.line + 1 if mark is not None else 1
            raise self._error(line, f"this is not YAML: {what}") from error
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            raise self._error(line, "there is a character here that YAML does not allow") from error

    def _composed(self, text: str, loader: type[yaml.SafeLoader | yaml.CSafeLoader]) -> yaml.Node | None:
        depth = 0
        for event in yaml.parse(text, loader):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise self._error(line, "references (*name) are not read")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _DEEPEST:
                raise self._error(1, "the values are nested too deeply")
        node: yaml.Node | None = yaml.compose(text, loader)
        return node

    def _error(self, line: int, message: str) -> TenantError:
        return TenantError([Problem(file=self._path, line=line, message=message)])

    def _plain(self, node: yaml.Node, place: _Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return dict(self._pairs(node, place))
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, (*place, number)) for number, item in enumerate(node.value)]
        return None if node.tag == _EMPTY else node.value

    def _pairs(self, node: yaml.MappingNode, place: _Place) -> Iterator[tuple[str, Any]]:
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._problems.append(Problem(file=self._path, line=line, message="a name must be text"))
                continue
            inner = (*place, key.value)
            if inner in self.lines:
                message = f'"{key.value}" occurs twice: first on line {self.lines[inner]}'
                self._problems.append(Problem(file=self._path, line=line, message=message))
            self.lines[inner] = line
            yield key.value, self._plain(value, inner)


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """A Markdown heading with the lines up to the next one."""

    level: int
    title: str
    line: int
    body: str


def read_headings(path: Path) -> tuple[Heading, ...]:
    """The headings of a Markdown file whose first line with text is a heading; comments are left out."""
    text = read_text(path)
    headings = headings_in(text)
    lines = _without_comments(text).split("\n")
    before = lines[: headings[0].line - 1] if headings else lines
    problems = [
        Problem(file=path, line=number, message="this text stands before the first heading")
        for number, line in enumerate(before, start=1)
        if line.strip()
    ][:1]
    problems += [problem for heading in headings for problem in _heading_problems(path, heading)]
    if problems:
        raise TenantError(problems)
    return headings


def headings_in(text: str) -> tuple[Heading, ...]:
    """The headings of a Markdown text, however deep; comments are left out."""
    text = _without_comments(text)
    lines = text.split("\n")
    tokens = MarkdownIt("commonmark").disable("lheading").parse(text)
    found = [
        (token.map, int(token.tag[1]), inline.content.strip())
        for token, inline in pairwise(tokens)
        if token.type == "heading_open" and token.level == 0 and token.map is not None
    ]
    ends = [place[0] for place, _, _ in found[1:]] + [len(lines)]
    return tuple(
        Heading(level=level, title=title, line=place[0] + 1, body="\n".join(lines[place[1] : end]).strip())
        for (place, level, title), end in zip(found, ends, strict=False)
    )


def _heading_problems(path: Path, heading: Heading) -> Iterator[Problem]:
    if heading.level > 3:
        yield Problem(file=path, line=heading.line, message="headings go three deep: #, ## and ###")
    if not re.search(r"\w", heading.title):
        yield Problem(file=path, line=heading.line, message="the heading has no words")


def _without_comments(text: str) -> str:
    """Drop ``<!-- notes -->`` but keep their line ends, so that lines keep their numbers."""
    return re.sub(r"<!--.*?-->", lambda note: "\n" * note.group().count("\n"), text, flags=re.DOTALL)


def read_table(path: Path) -> tuple[tuple[str, ...], list[tuple[int, tuple[str, ...]]]]:
    """The header of a CSV file, and its rows with their lines, each as wide as the header."""
    reader = csv.reader(io.StringIO(read_text(path)), strict=True)
    rows, problems = [], []
    header: tuple[str, ...] = ()
    try:
        header = tuple(next(reader, ()))
        for cells in reader:
            if len(cells) == len(header):
                rows.append((reader.line_num, tuple(map(str.strip, cells))))
            elif cells:
                message = f"{len(cells)} cells instead of {len(header)}"
                problems.append(Problem(file=path, line=reader.line_num, message=message))
    except csv.Error as error:
        message = f"this is not CSV: {error}"
        problems.append(Problem(file=path, line=reader.line_num, message=message))
    if problems:
        raise TenantError(problems)
    return header, rows
