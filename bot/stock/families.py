"""Names that stand for several values: «E 200» for «E 200 4MATIC» too, «E 53» for all that hold it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.stock.snapshot import Snapshot
from bot.stock.tokens import tokenise
from bot.tenant.stock import Column


def values_of(column: Column, snapshot: Snapshot) -> list[str]:
    """The values of a column of choices or texts: those of the schema, then those that only rows have."""
    return list(dict.fromkeys((*column.values, *snapshot.texts(column.name).values)))


def families_of(values: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Each value that the names of others begin with, and those others behind it."""
    by_tokens: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for value in values:
        by_tokens[_tokens(value)].append(value)
    families: defaultdict[str, list[str]] = defaultdict(list)
    for longer, named in by_tokens.items():
        for length in range(1, len(longer)):
            for value in by_tokens.get(longer[:length], ()):
                families[value] += named
    return {value: (value, *others) for value, others in families.items()}


def numbered_parts(name: str) -> Iterator[str]:
    """Parts of a name from a word to a number, such as «E 53» in «AMG E 53 4MATIC+», but not the whole."""
    tokens = tokenise(name)
    for end, token in enumerate(tokens, start=1):
        if token.number is None:
            continue
        for start in range(end - 1):
            if tokens[start].number is None and end - start < len(tokens):
                yield " ".join(part.raw for part in tokens[start:end])


def _tokens(value: str) -> tuple[str, ...]:
    return tuple(token.raw for token in tokenise(value))
