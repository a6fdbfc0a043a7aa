"""What people may call the things in a table: its columns, their values, and a row in general."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.language.dictionary import is_known
from bot.stock.cells import plain, words
from bot.stock.families import families_of, numbered_parts, values_of
from bot.stock.snapshot import Snapshot
from bot.stock.spellings import spellings_of
from bot.stock.tokens import Token, keys_of, skeleton, tokenise
from bot.tenant.stock import Column, ColumnType, StockSchema

_BEGINNING = 4
_MOST_KEPT = 20_000
_LONGEST_NAME = 7
_MOST_FUZZY = 20_000
_SHORTEST_FUZZY = 4
_FEWEST_LETTERS = 3
_LONG = 8
"""From so many letters on a name may be two signs away."""
_FREE_START = 6
"""From so many letters on the first may be the wrong one."""


class Kind(StrEnum):
    """What a name in a question stands for."""

    VALUE = "value"
    COLUMN = "column"
    LEAST = "least"
    MOST = "most"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name means. Of two meanings the one of the lower `rank` counts."""

    kind: Kind
    column: str = ""
    values: tuple[str, ...] = ()
    rank: int = 0


OWN, LEXICON, MADE, PART = range(4)
"""Ranks: named in the schema, in the tenant's lexicon, spelt otherwise by rule, a part of a longer name."""


class Vocabulary:
    """All names, for one version of the table."""

    def __init__(
        self, schema: StockSchema, snapshot: Snapshot, lexicon: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """`lexicon`: the tenant's own names for things; those of values of the table are taken over."""
        self._schema = schema
        self._lexicon = {plain(term): tuple(variants) for term, variants in (lexicon or {}).items()}
        self._names: defaultdict[str, dict[tuple[Kind, str], Meaning]] = defaultdict(dict)
        self._like_latin: dict[str, str] = {}
        self.numbers_in: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        """The values that hold a number as a word of theirs: «300» is in «C 300 4MATIC»."""
        for column in schema.columns:
            self._add_column(column, snapshot)
        items = (form for item in schema.item.values() for form in (item.one, item.many))
        for name in (*schema.names, *items):
            self._add(name, Meaning(Kind.ITEM))
        self._parts(snapshot)
        self._beginnings = _beginnings_of(self._names)
        self._looked_up: dict[tuple[str, ...], tuple[Meaning, ...]] = {}
        self._fuzzy = [key for key in self._names if len(key) >= _SHORTEST_FUZZY and key.isalpha()]
        self._units = {column.name: _units_of(column) for column in schema.columns if column.type.is_number}

    def meanings(self, tokens: list[Token]) -> tuple[Meaning, ...]:
        """What a run of tokens means, whole; only meanings of the best rank."""
        written = tuple([token.raw for token in tokens])
        found = self._looked_up.get(written)
        if found is None:
            if len(self._looked_up) >= _MOST_KEPT:
                self._looked_up.clear()
            found = self._looked_up[written] = self._look_up(tokens)
        return found

    def _look_up(self, tokens: list[Token]) -> tuple[Meaning, ...]:
        if not self._begins_name(tokens[0]):
            return ()
        for key in keys_of(tokens):
            found = self._names.get(key) or self._names.get(self._like_latin.get(skeleton(key), ""))
            if found:
                best = min(meaning.rank for meaning in found.values())
                return tuple(meaning for meaning in found.values() if meaning.rank == best)
        return ()

    def _begins_name(self, token: Token) -> bool:
        """Whether any name may begin with the token: most words of a question are none of the table's."""
        return any(skeleton(form[:_BEGINNING]) in self._beginnings for form in (token.raw, *token.forms[:4]))

    def guess(self, token: Token) -> tuple[Meaning, ...]:
        """What a mistyped word means: nothing where two names are as near, or the word is a good one."""
        word = token.raw
        if len(word) < _SHORTEST_FUZZY or token.number is not None or is_known(word):
            return ()
        if len(self._fuzzy) > _MOST_FUZZY:
            return ()
        near = self._near(token)
        best = min(near.values(), default=0)
        nearest = [meanings for meanings, distance in near.items() if distance == best]
        same = {(meaning.kind, meaning.column, meaning.values) for found in nearest for meaning in found}
        return nearest[0] if len(nearest) == 1 or len(same) == 1 else ()

    def _near(self, token: Token) -> dict[tuple[Meaning, ...], int]:
        """What the names near a mistyped word mean, each with how many signs it is away."""
        allowed = 1 if len(token.raw) < _LONG else 2
        near: dict[tuple[Meaning, ...], int] = {}
        for spelling in dict.fromkeys((token.raw, token.forms[0])):
            found = process.extract(spelling, self._fuzzy, scorer=OSA.distance, score_cutoff=allowed, limit=5)
            for key, distance, _ in found:
                if key[0] == spelling[0] or len(spelling) >= _FREE_START:
                    meanings = tuple(self._names[key].values())
                    near[meanings] = min(int(distance), near.get(meanings, allowed))
        return near

    def units(self, tokens: list[Token]) -> dict[str, float]:
        """The columns in whose unit a run of tokens is, and what a number of it is multiplied by."""
        keys = keys_of(tokens)
        return {
            column: next(units[key] for key in keys if key in units)
            for column, units in self._units.items()
            if any(key in units for key in keys)
        }

    def is_money(self, tokens: list[Token]) -> bool:
        """Whether a run of tokens is a unit of money."""
        return any(self._schema.column(name).type is ColumnType.MONEY for name in self.units(tokens))

    def is_of_numbers(self, column: str) -> bool:
        """Whether a column holds numbers, so that one in a question may be of it."""
        return self._schema.column(column).type.is_number

    def multipliers(self, column: str) -> list[float]:
        """What a bare number of the column may have to be multiplied by: «до 6» may be millions."""
        return sorted({1.0, *self._schema.column(column).units.values()})

    def _add_column(self, column: Column, snapshot: Snapshot) -> None:
        for name in (*column.title.values(), *column.names):
            self._add(name, Meaning(Kind.COLUMN, column.name))
        for name in column.least:
            self._add(name, Meaning(Kind.LEAST, column.name))
        for name in column.most:
            self._add(name, Meaning(Kind.MOST, column.name))
        if not column.filter or column.type not in (ColumnType.CHOICE, ColumnType.TEXT):
            return
        values = values_of(column, snapshot)
        families = families_of(values) if snapshot.depends(column.name, self._schema.main.name) else {}
        for value in values:
            self._add_value(column, value, families.get(value, (value,)))

    def _add_value(self, column: Column, value: str, family: tuple[str, ...]) -> None:
        """`family`: the value and the others that its name stands for as well."""
        known = column.values.get(value, ())
        own = Meaning(Kind.VALUE, column.name, family)
        for name in (value, *known):
            self._add(name, own)
        for name in self._lexicon.get(plain(value), ()):
            self._add(name, replace(own, rank=LEXICON))
        for name in (value, *known):
            for spelling in spellings_of(name):
                self._add(spelling, replace(own, rank=MADE))
        for token in tokenise(value):
            if token.number is not None:
                self.numbers_in[token.raw].add((column.name, value))

    def _add(self, name: str, meaning: Meaning) -> None:
        tokens = tokenise(name)
        if not tokens or len(tokens) > _LONGEST_NAME or all(token.number is not None for token in tokens):
            return
        for key in keys_of(tokens):
            if meaning.rank == MADE and (len(key) < _FEWEST_LETTERS or is_known(key)):
                continue
            self._put(key, meaning)
            if re.fullmatch(r"[a-z0-9]*[a-z][a-z0-9]*", key) and meaning.rank != MADE:
                self._like_latin.setdefault(skeleton(key), key)

    def _put(self, key: str, meaning: Meaning) -> None:
        """A name of two values of a column means both; one that only a rule has made means neither."""
        place = (meaning.kind, meaning.column)
        others = [known for known in self._names[key].values() if known.rank < meaning.rank]
        if others:
            return
        known = self._names[key].get(place)
        if known is None or known.rank > meaning.rank:
            self._names[key][place] = meaning
        elif not set(meaning.values) <= set(known.values):
            together = tuple(dict.fromkeys((*known.values, *meaning.values))) if meaning.rank != MADE else ()
            self._names[key][place] = replace(meaning, values=together)

    def _parts(self, snapshot: Snapshot) -> None:
        """A telling word of a longer value, and a part up to a number, stand for all values that hold it."""
        for column in self._schema.columns:
            if not column.filter or column.type not in (ColumnType.CHOICE, ColumnType.TEXT):
                continue
            values = values_of(column, snapshot)
            for value in values:
                self._add_numbered_parts(column, value)
            for word, holders in _words_within(values).items():
                if not self._names.get(word):
                    meaning = Meaning(Kind.VALUE, column.name, tuple(dict.fromkeys(holders)), PART)
                    self._names[word][Kind.VALUE, column.name] = meaning

    def _add_numbered_parts(self, column: Column, value: str) -> None:
        for name in (value, *column.values.get(value, ())):
            for part in numbered_parts(name):
                self._add(part, Meaning(Kind.VALUE, column.name, (value,), PART))


def _beginnings_of(names: Iterable[str]) -> frozenset[str]:
    return frozenset(skeleton(key)[:size] for key in names for size in range(1, _BEGINNING + 1))


def _words_within(values: Sequence[str]) -> dict[str, list[str]]:
    """The telling words of values of several words, and the values that hold each."""
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for value in values:
        tokens = tokenise(value)
        for token in tokens if len(tokens) > 1 else ():
            if token.number is None and len(token.raw) > _FEWEST_LETTERS and not is_request(token):
                holders[token.forms[0]].append(value)
    return holders


def _units_of(column: Column) -> dict[str, float]:
    scales = words()["scales"]
    units: dict[str, float] = {}
    synonyms = words()["units"].get(column.unit or "", [])
    if column.type is ColumnType.YEAR:
        synonyms = [*synonyms, *words()["year"]]
    named = [(name, 1.0) for name in (column.unit or "", *synonyms, *column.names)]
    for name, factor in (*named, *column.units.items()):
        tokens = tokenise(name)
        if not tokens and name.strip():
            units[name.strip().lower()] = factor
        elif tokens and not (len(tokens) == 1 and tokens[0].raw in scales):
            units |= dict.fromkeys(keys_of(tokens), factor)
    return units


@cache
def word_set(name: str) -> frozenset[str]:
    """A list of words.yaml, as a set."""
    return frozenset(str(word) for word in words()[name])


@lru_cache(maxsize=20_000)
def lists_of(token: Token) -> frozenset[str]:
    """The lists of words.yaml that a token is of."""
    return frozenset(name for name in words() if token.is_any(word_set(name)))


def is_request(token: Token) -> bool:
    """Whether the word only says that something is asked for."""
    return token.is_any(word_set("request"))
