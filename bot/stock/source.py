"""The stock table as a source of truth."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from bot.findings import Finding, FindingKind, Inquiry
from bot.llm.model import Tool
from bot.stock.answers import StockAnswers
from bot.stock.before import SOURCE, Before, focus_of
from bot.stock.certainty import BARE, certainty_of
from bot.stock.counting import counts_of
from bot.stock.following import follow
from bot.stock.halves import halves_of, shared
from bot.stock.query import StockQuery, Task
from bot.stock.reading import HALF, Draft, read_draft
from bot.stock.snapshot import Dated, Snapshot
from bot.stock.table import InService, StockTable
from bot.stock.together import together
from bot.stock.tool import BadArguments, decide, query_from_arguments, stock_tool
from bot.stock.wording import Wording
from bot.tenant.stock import ColumnType
from bot.texts.catalogue import Text, Texts

_TOO_VAGUE = 0.2
_OPENINGS = frozenset(("а", "и", "and"))
_AGREED = 0.9
"""How sure a query is that a model has read as the lexicon did, or has read alone."""


class StockSource:
    """Answers what the table answers; keeps silent for every other question. Safe to call from any thread."""

    def __init__(self, table: StockTable, texts: Texts, zone: ZoneInfo) -> None:
        """`zone`: the tenant's, for the moment that the data are of."""
        self._table = table
        self._schema = table.schema
        self._wording = cache(lambda language: Wording(table.schema, texts, language, zone))

    @property
    def table(self) -> StockTable:
        return self._table

    def load(self) -> None:
        """Take the table into memory before the first question comes. Blocks; raises nothing."""
        self._table.check()

    def find(self, inquiry: Inquiry) -> Finding | None:
        """None when the question is not of the table, or when there has never been a table."""
        in_service = self._table.current()
        if in_service is None:
            return None
        read = self.read(inquiry, in_service)
        if read is None:
            return None
        query, draft, is_follow_up = read
        if draft.extremes and (both := self._both(draft, inquiry, in_service)) is not None:
            return both
        return self.answer(query, draft, inquiry, in_service, is_follow_up=is_follow_up)

    def read(self, inquiry: Inquiry, in_service: InService) -> tuple[StockQuery, Draft, bool] | None:
        """The query that is meant, what was read of the question, and whether it leans on the one before."""
        snapshot = in_service.snapshot
        draft = read_draft(inquiry.text, in_service.vocabulary, snapshot, inquiry.asked_at)
        before = Before.from_focus(inquiry.focus)
        if before is not None and _still_fits(before, in_service):
            query = follow(draft, before, snapshot)
            if query is not None:
                return query, draft, True
        if not draft.anchors or draft.certainty < _TOO_VAGUE or _says_too_little(draft):
            return None
        if _goes_on_elsewhere(draft, inquiry):
            draft = replace(draft, certainty=min(draft.certainty, BARE))
        return draft.query, draft, False

    def answer(
        self, query: StockQuery, draft: Draft, inquiry: Inquiry, in_service: InService, *, is_follow_up: bool
    ) -> Finding:
        """What the table says to a query, also to one that a model has written."""
        dated = self._table.dated(in_service.snapshot)
        wording = self._wording(inquiry.language)
        answer = StockAnswers(dated, wording).answer(query)
        certainty = draft.certainty
        if is_follow_up:  # the words that point back are read too, now that there is something before
            certainty, _, _ = certainty_of(draft.marked, query, draft.anchors + 1)
            certainty = min(certainty, HALF) if draft.extremes else certainty
        before = Before(
            query=query,
            shown=answer.shown,
            listed=self._listed(query, answer.shown, inquiry),
            loosened=answer.loosened,
            relative=tuple(column for column, _ in draft.relative) if is_follow_up else (),
        )
        return Finding(
            kind=FindingKind.STOCK,
            text=answer.text,
            certainty=certainty,
            facts=answer.facts,
            sources=(wording.say(Text.STOCK_SOURCE, moment=wording.moment(dated.as_of)),),
            focus=focus_of(before) | self._price_of(answer.shown, dated.snapshot),
            trace=self._trace(query, draft, dated, is_follow_up)
            | {"rows": answer.count, "counts": list(counts_of(query, dated.snapshot, answer.shown))}
            | {"told_as_of": wording.moment(dated.as_of)},
            names_one=_names_one(query, answer.shown),
            is_empty=answer.is_empty,
        )

    def _both(self, draft: Draft, inquiry: Inquiry, in_service: InService) -> Finding | None:
        """One answer to a question after two extremes; None where it cannot be taken apart."""
        halves = halves_of(draft.marked, draft.extremes)
        if halves is None:
            return None
        asked = [replace(inquiry, text=text) for text in (halves.first, halves.second)]
        first, second = (self.read(half, in_service) for half in asked)
        if first is None or second is None:
            return None
        snapshot = in_service.snapshot
        common = read_draft(halves.common, in_service.vocabulary, snapshot, inquiry.asked_at).query.filters
        queries = shared((first[0], second[0]), common, snapshot)
        if queries is None or first[1].extremes or second[1].extremes:
            return None
        found = [
            self.answer(query, read[1], half, in_service, is_follow_up=read[2])
            for query, read, half in zip(queries, (first, second), asked, strict=True)
        ]
        return together(*found)

    def _listed(self, query: StockQuery, shown: tuple[str, ...], inquiry: Inquiry) -> tuple[str, ...]:
        earlier = Before.from_focus(inquiry.focus)
        return earlier.listed if query.keys and earlier is not None else shown

    def _price_of(self, shown: Sequence[str], snapshot: Snapshot) -> dict[str, object]:
        """What the first row shown costs, so that «а в кредит?» can be computed."""
        money = next(
            (column.name for column in self._schema.columns if column.type is ColumnType.MONEY), None
        )
        rows = snapshot.rows_of(shown[:1])
        price = snapshot.value(rows[0], money) if rows and money is not None else None
        return {} if price is None else {"price": price}

    def tool(self, inquiry: Inquiry) -> Tool | None:
        """The table as a function for a model; None when there has never been a table."""
        return None if self._table.current() is None else stock_tool(self._schema, inquiry.language)

    def find_by(self, arguments: Mapping[str, Any], inquiry: Inquiry) -> Finding | None:
        """What the table says to a model's reading of the question.

        Where the lexicon has read a query, that one stands, and the trace says whether the two agree.
        None for arguments that are no query of this table.
        """
        in_service = self._table.current()
        if in_service is None:
            return None
        try:
            called = query_from_arguments(arguments, in_service.snapshot)
        except BadArguments:
            return None
        read = self.read(inquiry, in_service)
        query, agreed = decide(None if read is None else read[0], called, in_service.snapshot)
        if query is None:
            return None
        draft = read_draft(inquiry.text, in_service.vocabulary, in_service.snapshot, inquiry.asked_at)
        finding = self.answer(query, draft, inquiry, in_service, is_follow_up=read is not None and read[2])
        is_as_read = (read is not None and not agreed) or bool(draft.extremes)
        certainty = finding.certainty if is_as_read else _AGREED
        return replace(finding, certainty=certainty, trace={**finding.trace, "tool_agrees": agreed})

    def _trace(self, query: StockQuery, draft: Draft, dated: Dated, is_follow_up: bool) -> dict[str, object]:
        return {
            "query": query.to_json(),
            "read": list(draft.read),
            "unread": list(draft.unread),
            "follow_up": is_follow_up,
            "stock_version": dated.snapshot.version,
            "as_of": dated.as_of.isoformat(),
            "stale": dated.is_stale,
        }


def _names_one(query: StockQuery, shown: Sequence[str]) -> bool:
    is_single = query.task is Task.EXTREME or len(shown) == 1
    return is_single and bool(query.filters) and all(condition.values for condition in query.filters)


def _goes_on_elsewhere(draft: Draft, inquiry: Inquiry) -> bool:
    """«а для новых?» after a word of guarantees asks of guarantees."""
    opens = draft.marked.tokens[0].raw in _OPENINGS
    return opens and bool(inquiry.earlier) and inquiry.focus.get("source") != SOURCE and not draft.asks


def _says_too_little(draft: Draft) -> bool:
    """A comparative or a price of nothing: only the answer before could tell of what."""
    query = draft.query
    if query.filters or query.keys or query.compared or draft.has_item:
        return False
    return query.task is Task.VALUE or (bool(draft.relative) and query.task is not Task.EXTREME)


def _still_fits(before: Before, in_service: InService) -> bool:
    """Whether the columns of the question before are still those of the table."""
    known = {column.name for column in in_service.snapshot.schema.columns}
    query = before.query
    named = {condition.column for condition in (*query.filters, *query.compared)} | set(query.columns)
    return named | ({query.sort.removeprefix("-")} if query.sort else set()) <= known
