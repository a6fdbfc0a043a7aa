"""Asks every source of truth, and decides which one speaks."""

import time
from collections.abc import Sequence
from typing import Protocol

from bot.dialogue.work import Work, ms_since
from bot.domain import Hit, Speaker, join_heading
from bot.findings import Finding, FindingKind, Inquiry, Source


class FindsPassages(Protocol):
    @property
    def version(self) -> str:
        """Of what the index holds, for the trace."""
        ...

    def search(self, question: str, limit: int = 3, *, before: str = "") -> list[Hit]: ...


class Finder:
    """The sources of one tenant: its passages, and whatever else it has (a table, tariffs, hours)."""

    def __init__(self, index: FindsPassages, sources: Sequence[Source] = ()) -> None:
        self._index = index
        self._sources = tuple(sources)

    def find(self, work: Work, inquiry: Inquiry) -> None:
        """Fill in `work.hits` and `work.findings`. Where two are as sure, the passages give way."""
        started = time.perf_counter()
        found = [finding for source in self._sources if (finding := source.find(inquiry)) is not None]
        work.hits = self._search(work, inquiry)
        if work.hits:
            found.append(_as_finding(work.hits[0]))
        work.findings = sorted(found, key=lambda finding: -finding.certainty)
        work.timings_ms["retrieve"] = ms_since(started)
        work.trace["knowledge"] = self._index.version
        work.trace["passages"] = [[hit.passage.passage_id, round(hit.score, 3)] for hit in work.hits]
        work.trace |= {finding.kind.value: dict(finding.trace) for finding in found if finding.trace}

    def _search(self, work: Work, inquiry: Inquiry) -> list[Hit]:
        """The passages; for a question that leans on the one before it, that one counts as well."""
        previous = [said.text for said in work.recollection.remarks if said.speaker is Speaker.CUSTOMER]
        if previous and work.understood.leans:
            work.trace["follow_up"] = True
            return self._index.search(inquiry.text, before=previous[-1])
        return self._index.search(inquiry.text)


def _as_finding(hit: Hit) -> Finding:
    return Finding(
        kind=FindingKind.PASSAGES,
        text=hit.passage.text,
        certainty=hit.score,
        sources=(join_heading(hit.passage),),
    )
