"""Checks what a draft claims against what is known, before anything is sent."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from bot.data_files import read_data
from bot.language.folding import fold
from bot.language.quantities import LABEL, MONEY, Claim, claims_in

_FOREIGN_SCRIPT = re.compile(r"[\u0370-\u03ff\u0530-\u1cff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]")


def unsupported_claims(draft: str, facts: Sequence[str], *, asked: Sequence[str] = ()) -> list[str]:
    """What the draft states and no fact contains: a number, date, time, phone, address, promise.

    `asked` is what the customer said. Only its bare numbers may be said again: «вопрос 17», «GLE 450».
    """
    known = frozenset().union(*map(_values, facts))
    echoed = {value for text in asked for value in _echoes(text)}
    found = [claim.written for claim in claims_in(draft) if not _is_known(claim, known, echoed)]
    said = fold(draft).lower().replace("ё", "е")
    found += [written for kind, written in _promises_in(said) if f"promise {kind}" not in known]
    return list(dict.fromkeys(found))


def unknown_labels(draft: str, labels: Sequence[str]) -> list[str]:
    """The labels of personal data that stand for nothing: a model has made them up."""
    return [label for label in LABEL.findall(draft) if label not in labels]


def foreign_script(draft: str) -> bool:
    """Whether the draft has letters that are neither Latin nor Cyrillic."""
    return bool(_FOREIGN_SCRIPT.search(draft))


def _is_known(claim: Claim, known: frozenset[str], echoed: set[str]) -> bool:
    return any(value in known or (claim.may_echo and value in echoed) for value in claim.values)


@lru_cache(maxsize=2_000)
def _values(fact: str) -> frozenset[str]:
    """What a fact supports: a number also without its unit, a full hour also as a number of hours."""
    values = {value for claim in claims_in(fact) for value in claim.values}
    for value in tuple(values):
        kind, _, number = value.partition(" ")
        if kind == "time":
            values |= {f"{bare} {number[:-3]}" for bare in ("bare", "hour") if number.endswith(":00")}
        elif number and kind not in ("phone", "date"):
            values |= {f"bare {number}"} | ({f"money {number}"} if kind in MONEY else set())
    said = fold(fact).lower().replace("ё", "е")
    if "круглосуточн" in said:
        values |= {"bare 24", "bare 7", "hour 24"}
    values |= {f"promise {kind}" for kind, _ in _promises_in(said)}
    return frozenset(values)


@lru_cache(maxsize=200)
def _echoes(text: str) -> frozenset[str]:
    return frozenset(
        value
        for claim in claims_in(text)
        if claim.may_echo
        for value in claim.values
        if value.startswith("bare ")
    )


def _promises_in(said: str) -> Iterator[tuple[str, str]]:
    """The kind of each promise and its words."""
    for kind, signs, pattern, request in _promises():
        if not any(sign in said for sign in signs):
            continue
        if match := pattern.search(request.sub(" ", said) if request else said):
            yield kind, match[0]


@cache
def _promises() -> tuple[tuple[str, tuple[str, ...], re.Pattern[str], re.Pattern[str] | None], ...]:
    data: dict[str, dict[str, Any]] = read_data(Path(__file__).with_name("promises.yaml"))
    return tuple(
        (
            kind,
            tuple(words["signs"]),
            re.compile(words["pattern"]),
            re.compile(words["request"], re.VERBOSE) if "request" in words else None,
        )
        for kind, words in data.items()
    )
