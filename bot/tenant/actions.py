"""What the assistant may do for a customer: `actions.yaml`, a list whose entries are of a known kind."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, model_validator

from bot.errors import Problem, TenantError
from bot.tenant.hours import Hours, Span, common_hours
from bot.tenant.options import CellValues, Option, read_options
from bot.tenant.shapes import Frozen, Lines, Names, Slug, Wordings, by_language, twice, worded
from bot.tenant.source import read_yaml, says_nothing

FILE = "actions.yaml"
_DAY_MIN = 24 * 60
_Spoken = Annotated[Names, Field(min_length=1)]


_SENT = frozenset({".md", ".pdf", ".docx", ".xlsx", ".csv", ".txt", ".jpg", ".png"})


def _inside(value: str) -> str:
    path = Path(value)
    if path.is_absolute() or ".." in path.parts or "\\" in value:
        raise ValueError(f'"{value}" leads out of the tenant\'s folder')
    return value


def _sent(value: str) -> str:
    if Path(value).suffix.lower() not in _SENT:
        raise ValueError(f'"{value}" is not one of {", ".join(sorted(_SENT))}')
    return value


PathInside = Annotated[str, AfterValidator(_inside)]
SentPath = Annotated[PathInside, AfterValidator(_sent)]


class _Named(Frozen):
    id: Slug
    title: Wordings

    def called(self, language: str) -> str:
        return worded(self.title, language)


class _Action(_Named):
    names: _Spoken
    """How people ask for it, in both languages."""
    conditions: Wordings | None = None
    """What is said before they confirm."""


class Resource(_Named):
    """One thing that only one person has at a time."""

    names: Names = ()
    conditions: Wordings | None = None
    """What holds for this one besides."""


class TableResources(Frozen):
    """The values of a column of the stock table, as far as there are rows with them."""

    table_column: str
    only_where: Mapping[str, CellValues] = {}
    """What a row must have to count."""


class Booking(_Action):
    """A time of day that is the customer's alone: a slot of a resource."""

    kind: Literal["booking"]
    department: str | None = None
    """Whose hours, lunch and holidays give the slots; None: the whole business."""
    hours: Hours | None = None
    """Within those; None: all of them."""
    slot_min: Annotated[int, Field(ge=5, le=_DAY_MIN)] = 60
    step_min: Annotated[int, Field(ge=5, le=_DAY_MIN)] = 60
    """From one beginning to the next: never less than a slot, so that no two overlap."""
    days_ahead: Annotated[int, Field(ge=1, le=365)] = 14
    lead_min: Annotated[int, Field(ge=0, le=30 * _DAY_MIN)] = 120
    """Not sooner than this from now."""
    remind_before_min: tuple[Annotated[int, Field(ge=5, le=30 * _DAY_MIN)], ...] = (1440, 120)
    of: TableResources | None = None
    resources: tuple[Resource, ...] = ()
    needs: tuple[Literal["phone", "name"], ...] = ("phone", "name")

    @model_validator(mode="before")
    @classmethod
    def steps_by_its_slots(cls, values: object) -> object:
        """Without a step one slot begins where the other ends."""
        if isinstance(values, dict) and "slot_min" in values and "step_min" not in values:
            return {**values, "step_min": values["slot_min"]}
        return values

    @model_validator(mode="after")
    def is_whole(self) -> Self:
        if (self.of is None) == (not self.resources):
            raise ValueError("write either of or resources: what is booked")
        if self.step_min < self.slot_min:
            raise ValueError("step_min must not be less than slot_min: slots would overlap")
        if len(set(self.remind_before_min)) != len(self.remind_before_min):
            raise ValueError("remind_before_min: the same time twice")
        if (doubled := twice(resource.id for resource in self.resources)) is not None:
            raise ValueError(f'there are two resources "{doubled}"')
        return self

    def spans(self, open_hours: tuple[Span, ...]) -> tuple[Span, ...]:
        """The part of a day's opening hours in which slots may lie."""
        return open_hours if self.hours is None else common_hours(open_hours, self.hours)

    def starts(self, open_hours: tuple[Span, ...]) -> tuple[int, ...]:
        """The minutes of a day at which slots begin; each ends within the span in which it began."""
        return tuple(
            start
            for span in self.spans(open_hours)
            for start in range(span.opens_min, span.closes_min - self.slot_min + 1, self.step_min)
        )


class Document(_Named):
    """A file for customers. Markdown is rendered before it is sent."""

    path: Annotated[Mapping[str, SentPath], BeforeValidator(by_language), Field(min_length=1)]
    """By language, relative to the tenant's folder; one path alone is for every language."""
    names: Names = ()

    def path_for(self, language: str) -> str:
        return worded(self.path, language)


class FileSending(_Action):
    kind: Literal["file"]
    files: Annotated[tuple[Document, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def tells_its_files_apart(self) -> Self:
        if (doubled := twice(file.id for file in self.files)) is not None:
            raise ValueError(f'there are two files "{doubled}"')
        return self


class CostBase(Frozen):
    """Where the price without options stands in the stock table."""

    table_column: str
    price_column: str
    only_where: Mapping[str, CellValues] = {}
    """What a row must have to be priced."""


class CostSheet(_Action):
    """What a thing of the stock table costs with options of the customer's choice."""

    kind: Literal["cost_sheet"]
    base: CostBase
    options_file: PathInside
    options: tuple[Option, ...] = ()
    """What that file says; never written in `actions.yaml` itself."""

    @model_validator(mode="before")
    @classmethod
    def leaves_options_to_the_file(cls, values: object) -> object:
        if isinstance(values, dict) and "options" in values:
            raise ValueError("options stand in the file that options_file names")
        return values


Action = Annotated[Booking | FileSending | CostSheet, Field(discriminator="kind")]


def read_actions(path: Path) -> tuple[Action, ...]:
    """The actions with their options; none where the file says nothing. Raises TenantError."""
    if says_nothing(path):
        return ()
    actions, lines = read_yaml(path, TypeAdapter(tuple[Action, ...]))
    problems = []
    read: list[Action] = []
    for number, action in enumerate(actions):
        if any(action.id == earlier.id for earlier in actions[:number]):
            message = f'there are two actions "{action.id}"'
            problems.append(Problem(file=path, line=lines[number, "id"], message=message))
        if isinstance(action, FileSending):
            problems += _missing_files(path, number, action, lines)
        if isinstance(action, CostSheet):
            try:
                options = read_options(path.parent / action.options_file)
                action = action.model_copy(update={"options": options})
            except TenantError as error:
                problems += error.problems
        read.append(action)
    if problems:
        raise TenantError(problems)
    return tuple(read)


def _missing_files(path: Path, number: int, action: FileSending, lines: Lines) -> Iterator[Problem]:
    folder = path.parent.resolve()
    for place, file in enumerate(action.files):
        line = lines[number, "files", place, "path"]
        for written in file.path.values():
            found = (folder / written).resolve()
            if not found.is_relative_to(folder):
                message = f'"{written}" leads out of the tenant\'s folder'
                yield Problem(file=path, line=line, message=message)
            elif not found.is_file() or not found.stat().st_size:
                message = f'there is no file "{written}" in the folder, or it is empty'
                yield Problem(file=path, line=line, message=message)
