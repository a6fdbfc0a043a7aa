"""A logged turn beside the same turn run again: what has changed between the two."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain import Answer, TurnRecord

VERSIONS = ("prompt", "knowledge", "stock_version", "tariffs", "composed", "sampling")
"""What of a trace names the versions that an answer hangs on."""
VERIFIED = "verified"
"""The place in a trace of a model's opinion of the passage that was found."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One thing that is not the same; `lines` as a unified diff shows them."""

    what: str
    lines: tuple[str, ...]


def differing_versions(before: Answer, now: Answer) -> Iterator[str]:
    """The versions that the two answers do not share, one sentence each."""
    if before.model != now.model:
        yield f"model: {before.model or '(none)'} then, {now.model or '(none)'} now"
    if (VERIFIED in before.trace) is not (VERIFIED in now.trace):
        moment = "then, not asked now" if VERIFIED in before.trace else "now, not asked then"
        yield f"a model's opinion of the passage: asked {moment}"
    for name in VERSIONS:
        then, later = before.trace.get(name), now.trace.get(name)
        if then != later and (then is not None or later is not None):
            yield f"{name}: {_shown(then)} then, {_shown(later)} now"


def differences(before: Answer, now: Answer) -> list[Difference]:
    """How the answers differ, in the order in which a reader cares. Empty: they are the same."""
    pairs = (
        ("answer", before.text.splitlines(), now.text.splitlines()),
        ("outcome", [f"{before.outcome} {before.light}"], [f"{now.outcome} {now.light}"]),
        ("sources", before.sources, now.sources),
        ("passages", _passages(before), _passages(now)),
        ("verdicts", _verdicts(before), _verdicts(now)),
    )
    return [
        Difference(what=what, lines=tuple(_diff(then, later)))
        for what, then, later in pairs
        if list(then) != list(later)
    ]


def earlier_exchanges(record: TurnRecord, others: Sequence[TurnRecord]) -> list[TurnRecord]:
    """The turns of the record's dialogue before it, the oldest first."""
    before = [
        other
        for other in others
        if other.dialogue_id == record.dialogue_id
        and other.turn_id != record.turn_id
        and other.answered_at <= record.received_at
    ]
    return sorted(before, key=lambda other: other.answered_at)


def _passages(answer: Answer) -> list[str]:
    found = answer.trace.get("passages") or ()
    return [" ".join(map(str, passage)) for passage in found]


def _verdicts(answer: Answer) -> list[str]:
    return [
        f"{'passed' if verdict.passed else 'failed'} {verdict.check}: {verdict.detail}".rstrip(": ")
        for verdict in answer.verdicts
    ]


def _diff(then: Sequence[str], later: Sequence[str]) -> Iterator[str]:
    for line in difflib.ndiff(list(then), list(later)):
        if line[0] in "+-":
            yield line


def _shown(value: Any) -> str:
    return "(not logged)" if value is None else str(value)
