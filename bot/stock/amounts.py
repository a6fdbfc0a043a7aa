"""The numbers of a question as conditions: «до 6 лямов», «от 5 до 7», «не старше 2022», «2024 года»."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from bot.language.dictionary import grammemes
from bot.stock.cells import words
from bot.stock.marking import Mark, Marked
from bot.stock.query import Filter
from bot.stock.snapshot import Snapshot
from bot.stock.vocabulary import Kind, Vocabulary, word_set
from bot.tenant.stock import Column, ColumnType

_TIES = ("до", "по", "-", "to", "и", "and")
_SKIPPED = frozenset(
    "чем на в за с со по цена стоимость бюджет год than for of to ценник стоить сумма размер".split()  # noqa: SIM905
)
_PREPOSITIONS = frozenset("свкоу")
_OPPOSITE = {"under": "least", "over": "most", "most": "over", "least": "under"}
_FAR = 4
_TWO_DIGIT_YEARS = 2000


@dataclass(slots=True)
class _Amount:
    """A number with its scale and unit, and where it stands."""

    start: int
    end: int
    number: float
    is_scaled: bool
    columns: dict[str, float] = field(default_factory=dict)
    """Whose unit it has, with the multiplier of that unit."""


def read_amounts(
    marked: Marked, vocabulary: Vocabulary, snapshot: Snapshot, asked_at: datetime
) -> list[Filter]:
    """The conditions on numbers; the tokens that they are made of become read, their marks used."""
    filters = [*_relative_years(marked, snapshot, asked_at)]
    amounts = list(_amounts(marked, vocabulary))
    place = 0
    while place < len(amounts):
        first, second = amounts[place], amounts[place + 1] if place + 1 < len(amounts) else None
        is_range = second is not None and _is_range(marked, first, second)
        condition = _condition(marked, vocabulary, snapshot, first, second if is_range else None)
        if condition is not None:
            filters.append(condition)
        place += 2 if is_range else 1
    return _merged(filters)


def _amounts(marked: Marked, vocabulary: Vocabulary) -> Iterator[_Amount]:
    place = 0
    while place < len(marked.tokens):
        token = marked.tokens[place]
        if token.number is None or marked.mark_at(place) is not None:
            place += 1
            continue
        amount = _Amount(place, place + 1, token.number, is_scaled=False)
        _take_scale(marked, amount)
        _take_rest(marked, vocabulary, amount)
        _take_unit(marked, vocabulary, amount)
        yield amount
        place = amount.end


def _take_scale(marked: Marked, amount: _Amount) -> None:
    if amount.end < len(marked.tokens) and marked.tokens[amount.end].joins:
        token = marked.tokens[amount.end]
        scales = word_set("scales")
        word = next((form for form in (token.raw, *token.forms) if form in scales), None)
        if word is not None:
            amount.number *= _scale(word)
            amount.end += 1
            amount.is_scaled = True


def _take_rest(marked: Marked, vocabulary: Vocabulary, amount: _Amount) -> None:
    """«5 млн 200 тысяч» and «1 тыс 200 рублей» are one number each."""
    rest = marked.tokens[amount.end : amount.end + 2]
    if len(rest) < 2 or not amount.is_scaled or not rest[0].joins or not rest[1].joins:
        return
    small = rest[0].number
    if small is None or small >= 1_000 or marked.mark_at(amount.end) is not None:
        return
    scale = _scale(rest[1].raw) if rest[1].raw in word_set("scales") else 1
    if amount.number % 1_000_000 == 0 and scale == 1_000:
        amount.number += small * scale
        amount.end += 2
    elif amount.number % 1_000 == 0 and scale == 1 and vocabulary.is_money([rest[1]]):
        amount.number += small
        amount.end += 1


def _scale(word: str) -> float:
    return float(words()["scales"][word])


def _take_unit(marked: Marked, vocabulary: Vocabulary, amount: _Amount) -> None:
    """The unit, and a column that is named right behind it: «30 тысяч пробега», «300 сил»."""
    for length in range(min(3, len(marked.tokens) - amount.end), 0, -1):
        window = marked.tokens[amount.end : amount.end + length]
        if not all(token.joins for token in window) or any(token.number is not None for token in window):
            continue
        if length == 1 and _ties_or_governs(marked, window[0].raw, amount.end):
            continue
        columns = vocabulary.units(window)
        if columns:
            amount.columns = columns
            amount.end += length
            break


def _ties_or_governs(marked: Marked, word: str, place: int) -> bool:
    """«2022 с пробегом»: seconds only where nothing follows that «с» could govern."""
    follows = place + 1 < len(marked.tokens) and marked.tokens[place + 1].joins
    return word in _TIES or (word in _PREPOSITIONS and follows)


def _is_range(marked: Marked, first: _Amount, second: _Amount) -> bool:
    between = marked.tokens[first.end : second.start]
    if not between:
        return marked.tokens[second.start].before.strip() == "-" and first.number < second.number
    if any(marked.mark_at(place) for place in range(first.end, second.start)):
        return False
    tied = all(token.raw in (*_TIES, "от") for token in between)
    if tied and between[0].raw in ("и", "and"):
        return first.start > 0 and marked.tokens[first.start - 1].raw in ("между", "between")
    return tied


def _relative_years(marked: Marked, snapshot: Snapshot, asked_at: datetime) -> Iterator[Filter]:
    """«этого года», «прошлого года»."""
    years = [column for column in snapshot.schema.columns if column.type is ColumnType.YEAR and column.filter]
    for place in range(len(marked.tokens) - 1):
        if years and marked.token_is(place + 1, "year"):
            for name, back in (("this_year", 0), ("last_year", 1)):
                if marked.token_is(place, name):
                    marked.read.update((place, place + 1))
                    found = marked.mark_at(place + 1)
                    if found is not None:
                        found.used = True
                    year = float(asked_at.year - back)
                    yield Filter(column=years[0].name, least=year, most=year)


def _condition(
    marked: Marked, vocabulary: Vocabulary, snapshot: Snapshot, first: _Amount, second: _Amount | None
) -> Filter | None:
    end = second.end if second is not None else first.end
    relation, named, used = _relation(marked, vocabulary, first.start)
    if second is not None:
        relation = "range"
        if second.is_scaled and not first.is_scaled and first.number < second.number / 1_000:
            first.number *= _scale_of(marked, second)
        first.columns = first.columns or second.columns
        first.is_scaled = first.is_scaled or second.is_scaled
    after = marked.mark_at(end)
    if after is not None and after.is_a(Kind.COLUMN) and not first.columns and not named:
        first.columns = {after.meaning.column: 1.0}
        used.append(after)
    column, factor = _column_of(marked, vocabulary, snapshot, first, relation, named)
    if column is None:
        return None
    marked.read.update(range(first.start, end))
    for mark in used:
        mark.used = True
    for place in range(max(0, first.start - _FAR), first.start):
        if marked.token_is(place, "most", "least", "about", "not"):
            marked.read.add(place)
    for mark in marked.marks:
        if mark.start >= first.start and mark.end <= end:
            mark.used = True
    low = first.number * factor
    return _filter(column, snapshot, relation, low, second.number * factor if second is not None else low)


def _scale_of(marked: Marked, amount: _Amount) -> float:
    """«от 5 до 7 млн»: the scale is of both."""
    token = marked.tokens[amount.start]
    return amount.number / token.number if token.number else 1.0


def _columns_within(marked: Marked, found: Mark, vocabulary: Vocabulary) -> list[str]:
    """«с пробегом до 30»: a value, in whose name stands the column that the number is of."""
    meanings = [m for token in marked.tokens[found.start : found.end] for m in vocabulary.meanings([token])]
    return [meaning.column for meaning in meanings if meaning.kind is Kind.COLUMN]


def _relation(marked: Marked, vocabulary: Vocabulary, start: int) -> tuple[str, list[str], list[Mark]]:
    """How the number bounds: by the words before it, looked at backwards; and the columns they name."""
    relation = ""
    named: list[str] = []
    used: list[Mark] = []
    place = start - 1
    while place >= 0 and start - place <= _FAR + len(used):
        token, found = marked.tokens[place], marked.mark_at(place)
        if found is not None and found.is_a(Kind.COLUMN) and not found.used:
            named.append(found.meaning.column)
            used.append(found)
            place = found.start - 1
            continue
        if found is not None and not relation and _compares(marked, found):
            relation = "under" if found.is_a(Kind.LEAST) else "over"
            if marked.tokens[found.start].raw == "не":  # «не дороже» reads as «недорогой»
                relation = "most" if relation == "under" else "least"
            named.append(found.meaning.column)
            used.append(found)
            place = found.start - 1
            continue
        if found is not None or token.number is not None:
            if found is not None and relation:
                named += _columns_within(marked, found, vocabulary)
            break
        if token.is_any(word_set("most")) and not relation:
            relation = "under" if _is_comparative(token.raw) else "most"
        elif token.is_any(word_set("least")) and not relation:
            relation = "over" if _is_comparative(token.raw) else "least"
        elif token.is_any(word_set("about")) and not relation:
            relation = "about"
        elif token.is_any(word_set("later")) and _is_comparative(token.raw) and not relation:
            relation = "over"
        elif token.is_any(word_set("earlier")) and _is_comparative(token.raw) and not relation:
            relation = "under"
        elif token.raw in ("не", "not", "no") and relation:
            relation = _OPPOSITE.get(relation, relation)
            place -= 1
            continue
        elif token.raw in ("с", "from", "since") and not relation and _is_year_like(marked, start):
            relation = "least"
        elif not (token.raw in _SKIPPED or token.forms[0] in _SKIPPED):
            break
        place -= 1
    return relation, named, used


def _is_year_like(marked: Marked, place: int) -> bool:
    number = marked.tokens[place].number or 0
    return 1950 <= number <= 2100


def _compares(marked: Marked, found: Mark) -> bool:
    if not (found.is_a(Kind.LEAST) or found.is_a(Kind.MOST)):
        return False
    return _is_comparative(marked.tokens[found.end - 1].raw)


def _is_comparative(word: str) -> bool:
    if word.isascii():
        return word in ("less", "more", "cheaper", "newer", "older", "over", "under", "below", "above") or (
            word.endswith("er") and len(word) > 4
        )
    return any("COMP" in tags for tags in grammemes(word))


def _column_of(
    marked: Marked,
    vocabulary: Vocabulary,
    snapshot: Snapshot,
    amount: _Amount,
    relation: str,
    named: list[str],
) -> tuple[Column | None, float]:
    """The column that the number is of, and what it has to be multiplied by."""
    schema = snapshot.schema
    numeric = [column for column in schema.columns if column.type.is_number and column.filter]
    names = {column.name for column in numeric}
    by_name = [name for name in named if name in names]
    by_unit = {name: factor for name, factor in amount.columns.items() if name in names}
    for name in by_name:
        if not by_unit or name in by_unit:
            column = schema.column(name)
            if amount.is_scaled or name in by_unit:
                return column, by_unit.get(name, 1.0) * _year_shift(column, amount.number)
            return column, _factor(column, amount.number, vocabulary, snapshot) or 1.0
    if by_unit:
        return _likeliest(by_unit, amount, snapshot)
    number = amount.number
    if not amount.is_scaled and number % 1 == 0 and 1950 <= number <= 2100:
        years = [column for column in numeric if column.type is ColumnType.YEAR]
        if years:
            return years[0], 1.0
    if not (amount.is_scaled or relation or number >= 10_000):
        return None, 1.0
    for column in sorted(numeric, key=lambda column: column.type is not ColumnType.MONEY):
        if column.type is ColumnType.YEAR:
            continue
        factor = 1.0 if amount.is_scaled else _factor(column, number, vocabulary, snapshot)
        if (
            factor is not None
            and _fits(column, number * factor)
            and (column.type is ColumnType.MONEY or column.range is not None)
        ):
            return column, factor
    return None, 1.0


def _likeliest(by_unit: dict[str, float], amount: _Amount, snapshot: Snapshot) -> tuple[Column | None, float]:
    """Of several columns in the same unit the one whose range holds the number."""
    columns = [(snapshot.schema.column(name), factor) for name, factor in by_unit.items()]
    fitting = [pair for pair in columns if _fits(pair[0], amount.number * pair[1])]
    column, factor = (fitting or columns)[0]
    return column, factor * _year_shift(column, amount.number)


def _year_shift(column: Column, number: float) -> float:
    """«24 года» is 2024; as a factor, so that the caller need not know."""
    if column.type is ColumnType.YEAR and 0 < number < 100:
        return (_TWO_DIGIT_YEARS + number) / number
    return 1.0


def _fits(column: Column, number: float) -> bool:
    return column.range is None or column.range[0] <= number <= column.range[1]


def _factor(column: Column, number: float, vocabulary: Vocabulary, snapshot: Snapshot) -> float | None:
    """«до 6» is of millions where no price is as low as six: the least multiplier that makes sense."""
    if column.type is ColumnType.YEAR:
        return _year_shift(column, number)
    values = snapshot.numbers(column.name).values
    positive = values[values > 0]
    floor = float(np.min(positive)) if len(positive) else 0.0
    for factor in vocabulary.multipliers(column.name):
        is_plausible = number * factor >= floor * 0.3 and _fits(column, number * factor)
        if factor >= 1 and (number == 0 or is_plausible):
            return factor
    return None


def _filter(column: Column, snapshot: Snapshot, relation: str, low: float, high: float) -> Filter:
    name = column.name
    match relation:
        case "range":
            return Filter(column=name, least=min(low, high), most=max(low, high))
        case "most":
            return Filter(column=name, most=low)
        case "least":
            return Filter(column=name, least=low)
        case "under":
            return Filter(column=name, most=low, is_open=True)
        case "over":
            return Filter(column=name, least=low, is_open=True)
        case "about":
            return Filter(column=name, least=round(low * 0.9, 6), most=round(low * 1.1, 6))
    if column.type is ColumnType.MONEY:
        return Filter(column=name, most=low)
    return Filter(column=name, least=low, most=low)


def _merged(filters: list[Filter]) -> list[Filter]:
    """«от 3 млн, не дороже 5 млн» is one condition."""
    merged: dict[str, Filter] = {}
    for new in filters:
        old = merged.get(new.column)
        if old is None:
            merged[new.column] = new
        elif (old.least is None) != (new.least is None) and (old.most is None) != (new.most is None):
            merged[new.column] = Filter(
                column=new.column,
                least=old.least if new.least is None else new.least,
                most=old.most if new.most is None else new.most,
                is_open=old.is_open and new.is_open,
            )
        elif old.least == old.most and new.least == new.most:
            values = tuple(dict.fromkeys((*(old.values or _as_values(old)), *_as_values(new))))
            merged[new.column] = Filter(column=new.column, values=values)
        else:
            merged[new.column] = new
    return list(merged.values())


def _as_values(condition: Filter) -> tuple[str, ...]:
    return (f"{condition.least:.12g}",) if condition.least is not None else condition.values
