"""How people call things: a proper term and its other names."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import TypeAdapter

from bot.errors import Problem, TenantError
from bot.tenant.shapes import Lines
from bot.tenant.source import read_yaml
from bot.tenant.wording import fold

Lexicon = Mapping[str, tuple[str, ...]]


def read_lexicon(path: Path) -> Lexicon:
    """Each term with its variants. Raises TenantError where one name would lead to two terms or to none."""
    lexicon, lines = read_yaml(path, TypeAdapter(dict[str, tuple[str, ...]]))
    problems = [*_same_terms(path, lexicon, lines), *_claims(path, lexicon, lines)]
    problems += _circles(path, lexicon, lines)
    if problems:
        raise TenantError(problems)
    return lexicon


def _same_terms(path: Path, lexicon: Lexicon, lines: Lines) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for term in lexicon:
        other = seen.setdefault(fold(term), term)
        if other != term:
            message = f'"{term}" is the same term as "{other}" (line {lines[other,]})'
            yield Problem(file=path, line=lines[term,], message=message)


def _claims(path: Path, lexicon: Lexicon, lines: Lines) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for term, variants in lexicon.items():
        for number, variant in enumerate(variants):
            line = lines[term, number]
            owner = owners.setdefault(fold(variant), term)
            if not fold(variant):
                yield Problem(file=path, line=line, message=f'"{term}" has a variant without words')
            elif owner != term:
                message = f'"{variant}" is claimed by "{owner}" (line {lines[owner,]}) and by "{term}"'
                yield Problem(file=path, line=line, message=message)


def _circles(path: Path, lexicon: Lexicon, lines: Lines) -> Iterator[Problem]:
    named = ((fold(variant), fold(term)) for term, variants in lexicon.items() for variant in variants)
    owners = {variant: term for variant, term in named if variant != term}
    for term in lexicon:
        circle = _circle(fold(term), owners)
        if circle and circle[0] == min(circle):
            message = f"the terms go in a circle: {' -> '.join((*circle, circle[0]))}"
            yield Problem(file=path, line=lines[term,], message=message)


def _circle(start: str, owners: Mapping[str, str]) -> list[str]:
    """The terms passed on the way from a term, as somebody's variant, back to itself; empty if none."""
    steps = [start]
    while (owner := owners.get(steps[-1])) is not None and owner not in steps:
        steps.append(owner)
    return steps if owner == start else []
