"""What is kept of an answer for the question after it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.stock.query import StockQuery, Task

SOURCE = "stock"


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """The question before, as it was understood, and the keys of the rows that were shown."""

    query: StockQuery
    shown: tuple[str, ...]
    listed: tuple[str, ...] = ()
    """The rows of the last list, which «первый» and «третий» count in, also after one was looked at."""
    loosened: tuple[str, ...] = ()
    """The columns whose conditions had to go for anything to be found."""
    relative: tuple[str, ...] = ()
    """The columns that are bounded by what had been shown: «подешевле»."""

    @property
    def found(self) -> StockQuery:
        """The question whose rows were shown."""
        return replace(self.query.without(*self.loosened), task=Task.LIST) if self.loosened else self.query

    @staticmethod
    def from_focus(focus: Mapping[str, Any]) -> "Before | None":
        """None where the answer before was not the table's, or what is kept of it cannot be read."""
        if focus.get("source") != SOURCE:
            return None
        try:
            return Before(
                query=StockQuery.from_json(focus["query"]),
                shown=tuple(focus["shown"]),
                listed=tuple(focus["listed"]),
                loosened=tuple(focus["loosened"]),
                relative=tuple(focus["relative"]),
            )
        except (KeyError, TypeError, ValueError):
            return None


def focus_of(before: Before) -> dict[str, Any]:
    """JSON that `Before.from_focus` reads."""
    return {
        "source": SOURCE,
        "query": before.query.to_json(),
        "shown": list(before.shown),
        "listed": list(before.listed),
        "loosened": list(before.loosened),
        "relative": list(before.relative),
    }
