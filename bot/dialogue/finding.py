"""Asks every source of truth, and decides which one speaks."""

import math
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from bot.dialogue.work import SUPPORTED_FROM, Work, ms_since
from bot.domain import Hit, Passage, Speaker, join_heading
from bot.findings import Finding, FindingKind, Inquiry, Source

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_MOST_PARTS = 4
_TABLE_FROM = 0.55
_UNSURE = 0.45
_TYPED, _TYPED_FROM = 0.3, 0.65
_MEANT_FROM = 0.8
"""A computation that asks back is meant only if it was given something already."""
_GOES_ON = 0.2
"""«А на 5 лет?» after a computation is for the computation, though a table may find its own sense in it."""


_Asked = tuple[Source, Finding | None]


class FindsPassages(Protocol):
    @property
    def version(self) -> str:
        """Of what the index holds, for the trace."""
        ...

    def search(self, question: str, limit: int = 3, *, before: str = "") -> list[Hit]: ...

    def passage(self, passage_id: str) -> Passage | None: ...


class Finder:
    """The sources of one tenant: its passages, and whatever else it has (a table, tariffs, hours)."""

    def __init__(self, index: FindsPassages, sources: Sequence[Source] = ()) -> None:
        self._index = index
        self._sources = tuple(sources)

    def find(self, work: Work, inquiry: Inquiry) -> None:
        """Fill in `work.hits` and `work.findings`, once. Where two are as sure, the passages give way."""
        if work.is_searched:
            return
        work.is_searched = True
        started = time.perf_counter()
        asked = _about_what_is_named([(source, source.find(inquiry)) for source in self._sources], inquiry)
        found = [_cautious(finding) for _, finding in asked if finding is not None]
        if found and not any(finding.certainty >= SUPPORTED_FROM for finding in found):
            doubtful = [source for source, finding in asked if finding is not None]
            found += _of_parts(doubtful, inquiry)
        work.hits = self._search(work, inquiry)
        if work.hits:
            found.append(_as_finding(work.hits[0]))
        goes_on = inquiry.focus.get("source") if work.understood.leans else None
        work.findings = sorted(found, key=lambda finding: -_claim(finding, goes_on))
        work.timings_ms["retrieve"] = ms_since(started)
        work.trace["knowledge"] = self._index.version
        work.trace["passages"] = [[hit.passage.passage_id, round(hit.score, 3)] for hit in work.hits]
        for finding in reversed(work.findings):
            if finding.kind is not FindingKind.PASSAGES:
                work.trace[finding.kind.value] = {**finding.trace, "facts": list(finding.facts)}

    def _search(self, work: Work, inquiry: Inquiry) -> list[Hit]:
        """The passages; for a question that leans on the one before it, that one counts as well."""
        chosen = self._index.passage(inquiry.passage_id) if inquiry.passage_id else None
        if chosen is not None:
            return [Hit(passage=chosen, score=1.0)]
        previous = [said.text for said in work.recollection.remarks if said.speaker is Speaker.CUSTOMER]
        if previous and work.understood.leans:
            work.trace["follow_up"] = True
            return self._leaning(inquiry, previous[-1])
        hits = self._index.search(inquiry.text)
        if not work.masked.hidden or _are_sure(hits):
            return hits
        # «Мой телефон ..., а сколько стоит ...?»: what introduces the customer is no part of the question.
        of_parts = (
            [replace(hit, score=hit.score * _weight(part, inquiry)) for hit in self._index.search(part.text)]
            for part in _parts(inquiry)
        )
        return max(of_parts, key=_best, default=hits)

    def _leaning(self, inquiry: Inquiry, previous: str) -> list[Hit]:
        leaning = self._index.search(inquiry.text, before=previous)
        if _are_sure(leaning):
            return leaning
        alone = self._index.search(inquiry.text)  # after an outburst a word stands better by itself
        return max(leaning, alone, key=_best)


def _best(hits: Sequence[Hit]) -> float:
    return hits[0].score if hits else 0.0


def _are_sure(hits: Sequence[Hit]) -> bool:
    return _best(hits) >= SUPPORTED_FROM


def _about_what_is_named(asked: list[_Asked], inquiry: Inquiry) -> list[_Asked]:
    """A sum is of the thing that the question names («кредит за самый дешёвый X»), not of what was shown."""
    if not any(_is(finding, FindingKind.COMPUTED) for _, finding in asked):
        return asked
    by_itself = replace(inquiry, focus={}, earlier=())
    named = [source.find(by_itself) for source, finding in asked if _is(finding, FindingKind.STOCK)]
    prices = [found.focus["price"] for found in named if found and found.names_one and "price" in found.focus]
    if not prices:
        return asked
    about = replace(inquiry, focus={**inquiry.focus, "price": prices[0]})
    return [
        (source, source.find(about) if _is(finding, FindingKind.COMPUTED) else finding)
        for source, finding in asked
    ]


def _is(finding: Finding | None, kind: FindingKind) -> bool:
    return finding is not None and finding.kind is kind


def _claim(finding: Finding, goes_on: str | None) -> float:
    """How strongly a finding claims the question for its source.

    What was read as a typed query, a sum or a day was hardly meant otherwise; a text is only like it.
    """
    is_meant = not finding.asks_back or finding.certainty >= _MEANT_FROM
    is_typed = finding.kind is not FindingKind.PASSAGES and is_meant
    claim = finding.certainty + (_TYPED if is_typed and finding.certainty >= _TYPED_FROM else 0.0)
    return claim + (_GOES_ON if finding.kind == goes_on else 0.0)


def _cautious(finding: Finding) -> Finding:
    """A table that has read only a part of the question is not sure: the rest may turn the meaning."""
    if finding.kind is not FindingKind.STOCK or finding.certainty >= _TABLE_FROM:
        return finding
    return replace(finding, certainty=min(finding.certainty, _UNSURE))


def _of_parts(sources: Sequence[Source], inquiry: Inquiry) -> list[Finding]:
    """What the sources that heard something in a message say to its sentences, one by one.

    A table minds its clauses by itself: it gets sentences only, and none that only tells where another asks.
    """
    parts = _parts(inquiry)
    sentences = _sentences(inquiry.text)
    asking = [sentence for sentence in sentences if sentence.endswith("?")] or sentences
    found = [(part, source.find(part)) for part in parts for source in sources]
    return [
        replace(finding, certainty=_cautious(finding).certainty * _weight(part, inquiry))
        for part, finding in found
        if finding is not None and (finding.kind is not FindingKind.STOCK or part.text in asking)
    ]


def _parts(inquiry: Inquiry) -> list[Inquiry]:
    """The sentences of a message that has several: «Меня зовут Анна. До скольки вы сегодня?»."""
    sentences = _sentences(inquiry.text)
    if len(sentences) < 2:
        sentences = [part.strip() for part in inquiry.text.split(",") if part.strip()]
    if len(sentences) < 2:
        return []
    return [replace(inquiry, text=sentence) for sentence in sentences[-_MOST_PARTS:]]


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def _weight(part: Inquiry, whole: Inquiry) -> float:
    """A fragment of a long sentence is hardly what was asked."""
    return math.sqrt(len(part.text.split()) / len(whole.text.split()))


def _as_finding(hit: Hit) -> Finding:
    return Finding(
        kind=FindingKind.PASSAGES,
        text=hit.passage.text,
        certainty=hit.score,
        sources=(join_heading(hit.passage),),
    )
