"""The numbers of a question as conditions: «до 6 лямов», «от 5 до 7», «не старше 2022», «2024 года»."""

from collections.abc import Iterator
from datetime import datetime

from bot.language.dictionary import grammemes
from bot.stock.ages import read_ages
from bot.stock.bounds import Amount, bounded, column_of, may_be
from bot.stock.cells import words
from bot.stock.marking import Mark, Marked
from bot.stock.query import Filter
from bot.stock.relations import FAR, relation_behind, relation_of
from bot.stock.snapshot import Snapshot
from bot.stock.vocabulary import Kind, Vocabulary, word_set
from bot.tenant.stock import ColumnType

_TIES = ("до", "по", "-", "to", "и", "and")
_PREPOSITIONS = frozenset("свкоу")
_NEAR = 5.0
"""So many times the second number the first may be for a range that is the wrong way round."""


def read_amounts(
    marked: Marked, vocabulary: Vocabulary, snapshot: Snapshot, asked_at: datetime
) -> list[Filter]:
    """The conditions on numbers; the tokens that they are made of become read, their marks used."""
    filters = [
        *_relative_years(marked, snapshot, asked_at),
        *read_ages(marked, vocabulary, snapshot, asked_at),
    ]
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


def _amounts(marked: Marked, vocabulary: Vocabulary) -> Iterator[Amount]:
    place = 0
    while place < len(marked.tokens):
        token = marked.tokens[place]
        if token.number is None or place in marked.read:
            place += 1
            continue
        amount = Amount(place, place + 1, token.number, is_scaled=False)
        _take_scale(marked, amount)
        _take_rest(marked, vocabulary, amount)
        _take_unit(marked, vocabulary, amount)
        yield amount
        place = amount.end


def _take_scale(marked: Marked, amount: Amount) -> None:
    if amount.end < len(marked.tokens) and marked.tokens[amount.end].joins:
        token = marked.tokens[amount.end]
        scales = word_set("scales")
        word = next((form for form in (token.raw, *token.forms) if form in scales), None)
        if word is not None:
            amount.number *= _scale(word)
            amount.end += 1
            amount.is_scaled = True


def _take_rest(marked: Marked, vocabulary: Vocabulary, amount: Amount) -> None:
    """«5 млн 200 тысяч» and «1 тыс 200 рублей» are one number each."""
    rest = [token for token in marked.tokens[amount.end : amount.end + 2] if token.joins]
    if len(rest) < 2 or not amount.is_scaled or marked.mark_at(amount.end) is not None:
        return
    small = rest[0].number or 0
    if not 0 < small < 1_000:
        return
    scale = _scale(rest[1].raw) if rest[1].raw in word_set("scales") else 1.0
    if amount.number % (scale * 1_000) or (scale == 1 and not vocabulary.is_money([rest[1]])):
        return
    if scale <= 1_000:
        amount.number += small * scale
        amount.end += 2 if scale > 1 else 1


def _scale(word: str) -> float:
    return float(words()["scales"][word])


def _take_unit(marked: Marked, vocabulary: Vocabulary, amount: Amount) -> None:
    """The unit, and a column that is named right behind it: «30 тысяч пробега», «300 сил»."""
    for length in range(min(3, len(marked.tokens) - amount.end), 0, -1):
        window = marked.tokens[amount.end : amount.end + length]
        if not all(token.joins for token in window) or any(token.number is not None for token in window):
            continue
        if amount.number < 100 and window[0].raw in ("лет", "years"):
            continue  # «на 5 лет» is a time, not a year
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


def _is_range(marked: Marked, first: Amount, second: Amount) -> bool:
    between = marked.tokens[first.end : second.start]
    if not between:
        return marked.tokens[second.start].before.strip() == "-" and _may_span(first.number, second.number)
    if any(marked.mark_at(place) for place in range(first.end, second.start)):
        return False
    tied = all(token.raw in (*_TIES, "от") for token in between)
    if tied and between[0].raw in ("и", "and"):
        return first.start > 0 and marked.tokens[first.start - 1].raw in ("между", "between")
    return tied


def _may_span(first: float, second: float) -> bool:
    """«2024-2022» is a range the wrong way round; «450-4» is none."""
    return first < second or (second >= 1_000 and first <= second * _NEAR)


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
    marked: Marked, vocabulary: Vocabulary, snapshot: Snapshot, first: Amount, second: Amount | None
) -> Filter | None:
    relation, named, used = relation_of(marked, vocabulary, first.start)
    end = first.end
    if second is not None:
        relation, end = "range", second.end
        _share(first, second)
    elif not relation:
        relation, behind = relation_behind(marked, end)
        used += behind
        relation = relation or _for_so_much(marked, first)
    after = marked.mark_at(end)
    if after is not None and after.is_a(Kind.COLUMN) and not first.columns and not named:
        first.columns = {after.meaning.column: 1.0}
        used.append(after)
    if relation and not named:
        named = _named_apart(marked, vocabulary, first)
    column, factor = column_of(vocabulary, snapshot, first, relation, named)
    if column is None or not may_be(column, first.number * factor):
        return None
    _take(marked, first.start, end, used)
    last = first if second is None else second
    return bounded(column, relation, first.number * factor, last.number * factor)


def _named_apart(marked: Marked, vocabulary: Vocabulary, amount: Amount) -> list[str]:
    """«цена детектива от 500 до 300»: the column that was named last, in the same clause."""
    for place in range(amount.start, 0, -1):
        found = marked.mark_at(place - 1)
        is_other = found is not None and found.used
        if 1950 <= amount.number <= 2100 or not marked.tokens[place].joins or is_other:
            return []
        if found is not None and found.is_a(Kind.COLUMN) and vocabulary.is_of_numbers(found.meaning.column):
            return [found.meaning.column]
    return []


def _for_so_much(marked: Marked, amount: Amount) -> str:
    """«есть за 13?» is of a price; «за 3 дня» is not."""
    after = marked.tokens[amount.end] if amount.end < len(marked.tokens) else None
    is_of_thing = (
        after is not None and after.joins and any("NOUN" in tags for tags in grammemes(after.raw)[:1])
    )
    is_said = amount.start > 0 and marked.tokens[amount.start - 1].raw == "за"
    return "most" if is_said and not amount.columns and not is_of_thing else ""


def _share(first: Amount, second: Amount) -> None:
    """«от 5 до 7 млн рублей», «от 5 млн до 7»: the scale and the unit are of both."""
    if not first.is_scaled and second.number >= 1_000:
        first.number *= _scale_of(first.number, second.number)
    elif first.is_scaled and not second.is_scaled and second.number < 1_000 <= first.number:
        second.number *= _scale_of(second.number, first.number)
    first.columns = first.columns or second.columns
    first.is_scaled = first.is_scaled or second.is_scaled


def _take(marked: Marked, start: int, end: int, used: list[Mark]) -> None:
    """The tokens of a condition become read, and its marks used."""
    marked.read.update(range(start, end))
    within = [mark for mark in marked.marks if mark.start >= start and mark.end <= end]
    for mark in (*used, *within):
        mark.used = True
    for place in range(max(0, start - FAR), start):
        if marked.token_is(place, "most", "least", "about", "not"):
            marked.read.add(place)


def _scale_of(first: float, second: float) -> float:
    """«от 5 до 7 млн», «от трёх до четырёх миллионов», «от 12 до 9 млн»: the scale is of both."""
    scales = (1_000_000.0, 1_000.0)
    own = next(scale for scale in scales if second >= scale)
    if second < first * own <= second * _NEAR:
        return own
    return next((scale for scale in scales if first < 1_000 and first * scale < second), 1.0)


def _merged(filters: list[Filter]) -> list[Filter]:
    """«от 3 млн, не дороже 5 млн» is one condition."""
    merged: dict[str, Filter] = {}
    for new in filters:
        old = merged.get(new.column)
        if old is None:
            merged[new.column] = new
        elif (old.least is None) != (new.least is None) and (old.most is None) != (new.most is None):
            merged[new.column] = _within_both(old, new)
        elif old.least == old.most and new.least == new.most:
            values = tuple(dict.fromkeys((*(old.values or _as_values(old)), *_as_values(new))))
            merged[new.column] = Filter(column=new.column, values=values)
        else:
            merged[new.column] = new
    return list(merged.values())


def _within_both(old: Filter, new: Filter) -> Filter:
    """Both edges; put right where they stand the wrong way round: «от 5 млн, но до 3 млн»."""
    least = old.least if new.least is None else new.least
    most = old.most if new.most is None else new.most
    is_open = old.is_open and new.is_open
    if least is not None and most is not None and least > most and not (old.is_open or new.is_open):
        least, most = most, least
    return Filter(column=new.column, least=least, most=most, is_open=is_open)


def _as_values(condition: Filter) -> tuple[str, ...]:
    return (f"{condition.least:.12g}",) if condition.least is not None else condition.values
