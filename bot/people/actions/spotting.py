"""Which things, files, options and rows of the table a message names."""

from collections.abc import Iterable

from bot.people.actions.costing import Base, Costing
from bot.people.actions.reading import Said
from bot.people.actions.resources import Thing
from bot.people.actions.tables import SeenTable
from bot.tenant.actions import Document
from bot.tenant.options import Option
from bot.tenant.stock import ColumnType


def thing_in(said: Said, things: Iterable[Thing]) -> Thing | None:
    """The thing whose name is the longest of those that are there."""
    named = [(places, thing) for thing in things if (places := said.spot(thing.names))]
    if not named:
        return None
    places, thing = max(named, key=lambda found: len(found[0]))
    said.take(places)
    return thing


def documents_in(said: Said, documents: Iterable[Document]) -> list[Document]:
    """Those that are named."""
    found = []
    for document in documents:
        places = said.spot((*document.names, *document.title.values()))
        if places:
            said.take(places)
            found.append(document)
    return found


def options_in(said: Said, options: Iterable[Option]) -> list[Option]:
    found = []
    for option in options:
        places = said.spot((*option.names, *option.title.values()))
        if places and not said.read.issuperset(places):
            said.take(places)
            found.append(option)
    return found


def bases_in(said: Said, costing: Costing, table: SeenTable) -> tuple[list[Base], list[str]]:
    """The rows that are named by their values, and these values; none where the main one is not named."""
    main = costing.sheet.base.table_column
    wanted: dict[str, str] = {}
    for places, column, value in _values(said, table):
        is_new = column == main or not said.read.issuperset(places)
        if is_new and column not in wanted:
            wanted[column] = value
            said.take(places)
    if main not in wanted:
        return [], []
    bases = [base for base in costing.bases() if base.value == wanted[main]]
    narrowed = [base for base in bases if all(base.cells[name] == value for name, value in wanted.items())]
    if not narrowed:
        return bases, [wanted[main]] if bases else []
    others = (value for column, value in wanted.items() if column != main)
    return narrowed, [wanted[main], *others]


def _values(said: Said, table: SeenTable) -> list[tuple[tuple[int, ...], str, str]]:
    """The values of the table that are named, with their places and columns; the longest names first."""
    found = [
        (places, column.name, value)
        for column in table.snapshot.schema.columns
        if column.type is ColumnType.CHOICE
        for value, names in column.values.items()
        if (places := said.spot((value, *names)))
    ]
    return sorted(found, key=lambda named: -len(named[0]))
