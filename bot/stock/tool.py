"""The table as a function that a model may call, and what becomes of its arguments."""

from collections.abc import Mapping
from typing import Any

from bot.llm.model import Tool
from bot.stock.cells import plain
from bot.stock.query import Filter, StockQuery, Task
from bot.stock.snapshot import NO, YES, Snapshot
from bot.tenant.stock import Column, ColumnType, StockSchema

TOOL_NAME = "query_stock"
_MOST_VALUES = 100
_MOST_LIMIT = 10
_RANGE = {"type": "object", "properties": {"from": {"type": "number"}, "to": {"type": "number"}}}


class BadArguments(ValueError):
    """What a model wrote is no query of this table."""


def stock_tool(schema: StockSchema, language: str = "ru") -> Tool:
    """The function's description for a model, made from the schema of the table."""
    filters = {column.name: _parameter(column, language) for column in schema.columns if column.filter}
    names = [column.name for column in schema.columns]
    numeric = [column.name for column in schema.columns if column.type.is_number]
    return Tool(
        name=TOOL_NAME,
        description=f"Query the table of {schema.item_form('many', language)} for sale.",
        parameters={
            "type": "object",
            "properties": {
                "task": {"type": "string", "enum": [task.value for task in Task]},
                "filters": {"type": "object", "properties": filters, "additionalProperties": False},
                "exclude": {
                    "type": "object",
                    "properties": {name: kind for name, kind in filters.items() if kind["type"] == "array"},
                    "additionalProperties": False,
                },
                "columns": {"type": "array", "items": {"type": "string", "enum": names}},
                "sort": {"type": "string", "enum": [*numeric, *(f"-{name}" for name in numeric)]},
                "limit": {"type": "integer", "minimum": 1, "maximum": _MOST_LIMIT},
            },
            "required": ["task"],
            "additionalProperties": False,
        },
    )


def _parameter(column: Column, language: str) -> dict[str, Any]:
    if column.type.is_number:
        unit = f", {column.unit}" if column.unit else ""
        return {**_RANGE, "description": f"{column.called(language)}{unit}"}
    if column.type is ColumnType.BOOLEAN:
        return {"type": "boolean", "description": column.called(language)}
    items: dict[str, Any] = {"type": "string"}
    if column.values and len(column.values) <= _MOST_VALUES:
        items["enum"] = list(column.values)
    return {"type": "array", "items": items, "description": column.called(language)}


def query_from_arguments(arguments: Mapping[str, Any], snapshot: Snapshot) -> StockQuery:
    """The query that a model's arguments mean. Raises BadArguments for anything the table does not have."""
    schema = snapshot.schema
    unknown = set(arguments) - {"task", "filters", "exclude", "columns", "sort", "limit"}
    if unknown:
        raise BadArguments(f"there is no argument {min(unknown)}")
    names = {column.name: column for column in schema.columns}
    try:
        task = Task(arguments.get("task", Task.LIST))
    except ValueError as error:
        raise BadArguments(str(error)) from error
    sort = arguments.get("sort")
    if sort is not None and (not isinstance(sort, str) or sort.removeprefix("-") not in names):
        raise BadArguments(f"there is no column {sort} to sort by")
    columns = _list_of_text(arguments.get("columns", []))
    if not set(columns) <= set(names):
        raise BadArguments("columns: there is no such column")
    limit = arguments.get("limit")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise BadArguments("limit: must be a whole number above 0")
    filters = [
        *_filters(arguments, "filters", names, snapshot),
        *_filters(arguments, "exclude", names, snapshot),
    ]
    return StockQuery(
        task=task,
        filters=tuple(filters),
        columns=tuple(columns),
        sort=sort,
        limit=None if limit is None else min(limit, _MOST_LIMIT),
    )


def _filters(
    arguments: Mapping[str, Any], field: str, names: Mapping[str, Column], snapshot: Snapshot
) -> list[Filter]:
    told = arguments.get(field) or {}
    if not isinstance(told, Mapping):
        raise BadArguments(f"{field}: must hold columns with conditions")
    filters = []
    for name, condition in told.items():
        column = names.get(name)
        if column is None or not column.filter:
            raise BadArguments(f"{field}: there is no column {name} to filter by")
        filters.append(_filter(column, condition, snapshot, negated=field == "exclude"))
    return filters


def _filter(column: Column, condition: object, snapshot: Snapshot, *, negated: bool) -> Filter:
    if column.type.is_number:
        return _range(column, condition, negated=negated)
    if column.type is ColumnType.BOOLEAN:
        if not isinstance(condition, bool):
            raise BadArguments(f"{column.name}: must be true or false")
        return Filter(column=column.name, values=(YES if condition else NO,), negated=negated)
    known = {plain(value): value for value in (*column.values, *snapshot.texts(column.name).values)}
    values = [known.get(plain(value)) for value in _list_of_text(condition)]
    if not values or None in values:
        raise BadArguments(f"{column.name}: the table has no such value")
    return Filter(column=column.name, values=tuple(map(str, values)), negated=negated)


def _range(column: Column, condition: object, *, negated: bool) -> Filter:
    if not isinstance(condition, Mapping) or not condition or not set(condition) <= {"from", "to"}:
        raise BadArguments(f"{column.name}: must hold from and to")
    for edge in condition.values():
        if isinstance(edge, bool) or not isinstance(edge, int | float):
            raise BadArguments(f"{column.name}: from and to must be numbers")
    least, most = (float(condition[edge]) if edge in condition else None for edge in ("from", "to"))
    return Filter(column=column.name, least=least, most=most, negated=negated)


def _list_of_text(value: object) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise BadArguments("must be a list of texts")
    return values


def agree(lexicon: StockQuery, tool: StockQuery, snapshot: Snapshot) -> bool:
    """Whether both readings mean the same rows, in whatever words."""
    if lexicon.keys or lexicon.compared:
        return False
    return bool((snapshot.mask(lexicon.filters) == snapshot.mask(tool.filters)).all())


def decide(
    lexicon: StockQuery | None, tool: StockQuery | None, snapshot: Snapshot
) -> tuple[StockQuery | None, bool]:
    """The query to carry out, which is the lexicon's where there is one, and whether the two agree."""
    if lexicon is None or tool is None:
        return lexicon or tool, False
    return lexicon, agree(lexicon, tool, snapshot)
