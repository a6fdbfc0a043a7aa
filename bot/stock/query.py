"""A question to the table as a value: what is asked, of which rows, in what order."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self


class Task(StrEnum):
    """What is wanted of the rows."""

    LIST = "list"
    COUNT = "count"
    VALUE = "value"
    EXISTS = "exists"
    COMPARE = "compare"
    EXTREME = "extreme"
    FACETS = "facets"


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """A condition on one column: one of `values`, or within `least` and `most`.

    A row whose cell is empty meets no condition, also not a negated one on a range.
    """

    column: str
    values: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    is_open: bool = False
    """The edges themselves do not count: «дешевле 5 млн»."""
    negated: bool = False

    @property
    def is_range(self) -> bool:
        return not self.values

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"column": self.column}
        told |= {"values": list(self.values)} if self.values else {}
        told |= {"least": self.least} if self.least is not None else {}
        told |= {"most": self.most} if self.most is not None else {}
        return (
            told | ({"is_open": True} if self.is_open else {}) | ({"negated": True} if self.negated else {})
        )

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        return cls(**{**told, "values": tuple(told.get("values", ()))})


@dataclass(frozen=True, kw_only=True, slots=True)
class StockQuery:
    """`columns` are those whose values are asked for; `keys` are rows named one by one.

    `sort` is a column, with `-` before it for the largest first. `compared` are the sides of a
    comparison, each with conditions of its own beside the common ones.
    """

    task: Task = Task.LIST
    filters: tuple[Filter, ...] = ()
    columns: tuple[str, ...] = ()
    sort: str | None = None
    limit: int | None = None
    offset: int = 0
    compared: tuple[Filter, ...] = ()
    keys: tuple[str, ...] = ()

    def on(self, column: str) -> Filter | None:
        """The condition on a column, the last where there are two."""
        found = [condition for condition in self.filters if condition.column == column]
        return found[-1] if found else None

    def without(self, *columns: str) -> Self:
        kept = tuple(condition for condition in self.filters if condition.column not in columns)
        return replace(self, filters=kept)

    def to_json(self) -> dict[str, Any]:
        return {
            "task": self.task.value,
            "filters": [condition.to_json() for condition in self.filters],
            "columns": list(self.columns),
            "sort": self.sort,
            "limit": self.limit,
            "offset": self.offset,
            "compared": [side.to_json() for side in self.compared],
            "keys": list(self.keys),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError for what `to_json` did not write."""
        return cls(
            task=Task(told["task"]),
            filters=tuple(map(Filter.from_json, told["filters"])),
            columns=tuple(told["columns"]),
            sort=told["sort"],
            limit=told["limit"],
            offset=told["offset"],
            compared=tuple(map(Filter.from_json, told["compared"])),
            keys=tuple(told["keys"]),
        )
