"""Cells, rows and conditions of the table in words; every figure is one of a row."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.stock.cells import ON_REQUEST, Value
from bot.stock.query import Filter, StockQuery
from bot.stock.snapshot import YES, Rows, Snapshot
from bot.tenant.stock import Column, ColumnType, StockSchema
from bot.texts.catalogue import Text, Texts, plural_form

_MOST_LINES = 5_000
_BLANK = re.compile(r"\{(\w+)\}")


class Wording:
    """How one tenant's table is spoken of in one language."""

    def __init__(self, schema: StockSchema, texts: Texts, language: str, zone: ZoneInfo) -> None:
        self._schema = schema
        self._texts = texts
        self._language = language
        self._zone = zone
        self._lines: tuple[Snapshot | None, dict[tuple[int, tuple[str, ...]], str]] = (None, {})

    def say(self, text: Text, **values: object) -> str:
        return self._texts.say(text, self._language, **values)

    def moment(self, at: datetime) -> str:
        return at.astimezone(self._zone).strftime("%d.%m, %H:%M")

    def item(self, count: int) -> str:
        return self._schema.item_form(plural_form(count, self._language), self._language)

    def of_them(self, query: StockQuery, rows: Rows, snapshot: Snapshot) -> str:
        """How many of several rows can be had at once, unless that was asked for; with a space before it."""
        available = self._schema.available
        if available is None or query.on(available.column) is not None or len(rows) < 2:
            return ""
        there = dict(snapshot.counts(rows, available.column))
        number = sum(there.get(value, 0) for value in available.values)
        told = self.say(Text.STOCK_OR).join(available.values)
        return " " + self.say(Text.STOCK_OF_THEM, words=told, count=number)

    def column(self, name: str) -> str:
        return self._schema.column(name).called(self._language)

    def heading(self, name: str) -> str:
        called = self.column(name)
        return called[:1].upper() + called[1:]

    def number(self, number: float, column: Column) -> str:
        """«6 490 000 ₽», «258 л. с.», «1,3 л», «2025»."""
        if column.type is ColumnType.YEAR:
            return f"{number:.0f}"
        whole = f"{number:,.2f}".rstrip("0").rstrip(".") if number % 1 else f"{number:,.0f}"
        spaced = (
            whole.replace(",", " ") if self._language == "en" else whole.replace(",", " ").replace(".", ",")
        )
        return f"{spaced} {column.unit}" if column.unit else spaced

    def value(self, value: Value, name: str) -> str:
        """A cell by itself, for a line that has named its column."""
        column = self._schema.column(name)
        if value is None:
            return self.say(Text.STOCK_UNSAID)
        if isinstance(value, bool):
            return self.say(Text.STOCK_YES if value else Text.STOCK_NO)
        if isinstance(value, float):
            return self.number(value, column)
        if column.type is ColumnType.MONEY and value == ON_REQUEST:
            return self.say(Text.STOCK_ON_REQUEST, title="").strip()
        return str(value)

    def title(self, snapshot: Snapshot, row: int) -> str:
        """The row's name; what its cells do not say leaves no gap."""
        parts = []
        for part in re.split(r"(?<=,)\s", self._schema.title):
            values = [snapshot.value(row, name) for name in _BLANK.findall(part)]
            if all(value is not None for value in values):
                parts.append(
                    _BLANK.sub(lambda found: self.value(snapshot.value(row, found[1]), found[1]), part)
                )
        return " ".join(parts).rstrip(", ")

    def detail(self, value: Value, name: str) -> str:
        """A cell with as much of its column's name as it needs; empty for an empty cell."""
        column = self._schema.column(name)
        available = self._schema.available
        if value is None or value is False:
            return ""
        if value is True:
            return column.called(self._language)
        if column.type is ColumnType.MONEY and value == ON_REQUEST:
            return f"**{self.say(Text.STOCK_ON_REQUEST, title=column.called(self._language))}**"
        written = self.value(value, name)
        if column.type is ColumnType.MONEY:
            return f"**{written}**"
        speaks = bool(column.unit) or (available is not None and available.column == name)
        return written if speaks else f"{column.called(self._language)}: {written}"

    def row(self, snapshot: Snapshot, row: int, also: tuple[str, ...] = ()) -> str:
        """One line: the title, the details, and further columns that were asked for."""
        of, lines = self._lines
        if of is not snapshot or len(lines) >= _MOST_LINES:
            of, lines = self._lines = snapshot, {}
        line = lines.get((row, also))
        if line is None:
            line = lines[row, also] = self._line(snapshot, row, also)
        return line

    def _line(self, snapshot: Snapshot, row: int, also: tuple[str, ...]) -> str:
        shown = (*self._schema.details, *(name for name in also if name not in self._schema.details))
        shown = tuple(name for name in shown if name not in self._schema.title_columns)
        details = [self.detail(snapshot.value(row, name), name) for name in shown]
        told = ", ".join(detail for detail in details if detail)
        return f"**{self.title(snapshot, row)}**" + (f": {told}" if told else "")

    def condition(self, condition: Filter) -> str:
        """A filter as the answer repeats it, so that a misreading is seen."""
        column = self._schema.column(condition.column)
        if condition.is_range:
            return f"{column.called(self._language)} {self._range(condition, column)}"
        if column.type is ColumnType.BOOLEAN:
            yes = (condition.values == (YES,)) != condition.negated
            return f"{column.called(self._language)}: {self.say(Text.STOCK_YES if yes else Text.STOCK_NO)}"
        values = self.say(Text.STOCK_OR).join(
            self.number(float(value), column) if column.type.is_number else value
            for value in condition.values
        )
        if condition.negated:
            values = self.say(Text.STOCK_NOT, values=values)
        speaks = column.name in (self._schema.main.name, *self._schema.title_columns)
        if self._schema.available is not None:
            speaks = speaks or column.name == self._schema.available.column
        return (
            values if speaks and not column.type.is_number else f"{column.called(self._language)}: {values}"
        )

    def values_of(self, side: Filter) -> str:
        """A side of a comparison: its values alone, where they say enough."""
        of_choice = self._schema.column(side.column).type in (ColumnType.CHOICE, ColumnType.TEXT)
        return self.say(Text.STOCK_OR).join(side.values) if of_choice else self.condition(side)

    def conditions(self, filters: tuple[Filter, ...]) -> str:
        """In the order of the table's columns."""
        order = [column.name for column in self._schema.columns]
        ordered = sorted(filters, key=lambda condition: order.index(condition.column))
        return ", ".join(self.condition(condition) for condition in ordered)

    def _range(self, condition: Filter, column: Column) -> str:
        least = None if condition.least is None else self.number(condition.least, column)
        most = None if condition.most is None else self.number(condition.most, column)
        if least is not None and most is not None:
            return least if least == most else self.say(Text.STOCK_SPAN, least=least, most=most)
        if least is not None:
            return self.say(Text.STOCK_OVER if condition.is_open else Text.STOCK_LEAST, least=least)
        return self.say(Text.STOCK_UNDER if condition.is_open else Text.STOCK_MOST, most=most)
