"""Why the assistant answered as it did, in one message, from the log of turns."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from bot.domain import Answer, Button, Light, Outcome, TurnRecord, Verdict
from bot.domain.handoffs import Place
from bot.domain.reviews import Review, ReviewStatus
from bot.guard.personal_data import hidden_kinds, mask, named_labels
from bot.store.handoffs import HandoffStore
from bot.store.reviews import ReviewStore
from bot.store.turns import TurnStore
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.texts.literal import literal
from bot.texts.why import WhyText

WHY = "why:"
"""Begins the data of a button that asks for it; the turn's id follows."""
FIX = "fix:"
_QUESTION, _ANSWER, _DETAIL, _SOURCE = 300, 700, 120, 160
_MOST_SOURCES, _MOST_VERDICTS, _MOST_PRODUCTS = 5, 10, 3
_LONGEST = 3_900
_DATA_BYTES = 64
_LOOKED_BACK = 50
_MARKS = re.compile(r"[`*]+")


class Why:
    """One tenant's. Methods raise StoreError."""

    def __init__(self, engine: Engine, tenant: Tenant, texts: Texts) -> None:
        self._turns = TurnStore(engine)
        self._handoffs = HandoffStore(engine, tenant.name)
        self._reviews = ReviewStore(engine, tenant.name)
        self._tenant = tenant
        self._texts = texts

    async def turn(self, turn_id: str) -> TurnRecord | None:
        """None: there is none of this tenant, or it was erased, or it is too old."""
        record = await asyncio.to_thread(self._turns.turn, turn_id)
        return record if record is not None and record.tenant == self._tenant.name else None

    async def last_turn_in(self, place: Place, until: datetime | None) -> TurnRecord | None:
        """The newest answer of the assistant, until then, to the customer whom staff talk with there.

        Or talked with last.
        """
        handoff = await asyncio.to_thread(self._handoffs.last_in, place)
        if handoff is None:
            return None
        recent = await asyncio.to_thread(self._turns.recent, handoff.customer.chat, _LOOKED_BACK)
        fitting = (record for record in recent if record.tenant == self._tenant.name and _is_own(record))
        return next((record for record in fitting if until is None or record.received_at <= until), None)

    def as_suggested(self, record: TurnRecord, suggested: Answer) -> TurnRecord:
        """The turn as if the operator's suggestion had been its answer; masked, as the log is."""
        text = mask(suggested.text, keep=self._tenant.phones).text
        trace = {**suggested.trace, "suggested": True}
        return replace(record, answer=replace(suggested, text=text, trace=trace))

    async def told(self, record: TurnRecord, language: str) -> str:
        """Markdown that fits into one message. What a person said stands in it masked."""
        review = await asyncio.to_thread(self._reviews.of_turn, record.turn_id)
        story = _Story(self._texts, language, self._tenant)
        return story.of(record, review)


class _Story:
    """The lines of one explanation, in one language."""

    def __init__(self, texts: Texts, language: str, tenant: Tenant) -> None:
        self._texts = texts
        self._language = language
        self._tenant = tenant

    def of(self, record: TurnRecord, review: Review | None) -> str:
        title = self._say(
            WhyText.TITLE, at=f"{record.answered_at.astimezone(self._tenant.zone):%d.%m.%Y %H:%M}"
        )
        if not _is_own(record):
            return f"{title}\n\n{self._question(record)}\n{self._say(WhyText.BY_STAFF)}"
        paragraphs = [
            title,
            self._exchange(record, review),
            "\n".join(self._light(record)),
            "\n".join(self._sources(record)),
            "\n".join(self._checks(record)),
            "\n".join(self._rest(record)),
        ]
        return clip("\n\n".join(filter(None, paragraphs)), _LONGEST)

    def _exchange(self, record: TurnRecord, review: Review | None) -> str:
        lines = [
            self._question(record),
            self._say(WhyText.ANSWER, answer=literal(clip(bare(named_labels(record.answer.text)), _ANSWER))),
        ]
        if record.answer.trace.get("suggested"):
            lines.append(self._say(WhyText.SUGGESTED))
        if review is not None:
            lines.append(self._say(_REVIEWED[review.status]))
            if review.answer != record.answer.text:
                held = literal(clip(bare(named_labels(review.answer)), _ANSWER))
                lines.append(self._say(WhyText.HELD, answer=held))
        return "\n".join(lines)

    def _question(self, record: TurnRecord) -> str:
        question = literal(clip(named_labels(record.question), _QUESTION))
        return self._say(WhyText.QUESTION, question=question)

    def _light(self, record: TurnRecord) -> Iterator[str]:
        answer = record.answer
        yield self._say(_LIGHTS[answer.light])
        failed = [verdict for verdict in answer.verdicts if not verdict.passed]
        if answer.light is not Light.GREEN and failed:
            reasons = "; ".join(check_names(self._texts, self._language, answer))
            yield self._say(WhyText.REASONS, reasons=reasons)
        if answer.light is Light.YELLOW and not failed:
            yield self._say(WhyText.WEAK_SOURCE)
        if answer.trace.get("stored_text"):
            yield self._say(WhyText.STORED)
        if answer.trace.get("cached"):
            yield self._say(WhyText.CACHED)

    def _sources(self, record: TurnRecord) -> Iterator[str]:
        sources, trace = record.answer.sources, record.answer.trace
        if not sources:
            yield self._say(WhyText.NO_SOURCES)
        else:
            yield self._say(WhyText.SOURCES)
            scores = _scores(trace, len(sources))
            for number, source in enumerate(sources[:_MOST_SOURCES]):
                score = f" — {scores[number]:.2f}" if number < len(scores) else ""
                yield f"• {literal(clip(source, _SOURCE))}{score}"
        used = {str(passage_id) for passage_id, _ in trace.get("passages", ())[: len(sources)]}
        near = [found for found in trace.get("passages", ()) if not sources or str(found[0]) not in used]
        if near:
            names = ", ".join(f"{literal(str(name))} ({score:.2f})" for name, score in near[:_MOST_SOURCES])
            yield self._say(WhyText.NEAR, passages=names)

    def _checks(self, record: TurnRecord) -> Iterator[str]:
        verdicts = record.answer.verdicts
        if not verdicts:
            yield self._say(WhyText.NO_CHECKS)
            return
        yield self._say(WhyText.CHECKS)
        for verdict in list(dict.fromkeys(verdicts))[:_MOST_VERDICTS]:
            sign = "✓" if verdict.passed else "✗"
            yield f"{sign} {_check_name(self._texts, self._language, verdict)}"

    def _rest(self, record: TurnRecord) -> Iterator[str]:
        answer, trace = record.answer, record.answer.trace
        hidden = Counter(hidden_kinds(record.question))
        listed = ", ".join(
            f"{self._say(WhyText(f'why_kind_{kind.lower()}'))} × {count}" for kind, count in hidden.items()
        )
        yield self._say(WhyText.MASKED, kinds=listed) if listed else self._say(WhyText.NOTHING_MASKED)
        understood = trace.get("understood")
        if isinstance(understood, Mapping):
            yield self._understood(understood)
        model = literal(answer.model) or self._say(WhyText.NO_MODEL)
        yield self._say(
            WhyText.MODEL,
            model=model,
            prompt=literal(str(trace.get("prompt", "—"))),
            knowledge=literal(str(trace.get("knowledge", "—"))),
        )
        yield self._say(WhyText.TIMES, times=self._times(answer.timings_ms))
        usage = answer.usage
        tokens = usage.prompt_tokens + usage.completion_tokens
        yield self._say(WhyText.COST, tokens=tokens, cost=f"{usage.cost:.4g}")

    def _understood(self, understood: Mapping[str, Any]) -> str:
        mood = f"why_mood_{understood.get('mood', 'calm')}"
        parts = [self._say(WhyText(mood)) if mood in set(WhyText) else str(understood.get("mood"))]
        if understood.get("urgent"):
            parts.append(self._say(WhyText.URGENT))
        shares = sorted(understood.get("products", {}).items(), key=lambda item: -float(item[1]))
        products = [f"{literal(str(name))} {float(share):.0%}" for name, share in shares[:_MOST_PRODUCTS]]
        if products:
            parts.append(self._say(WhyText.PRODUCTS, products=", ".join(products)))
        return self._say(WhyText.UNDERSTOOD, parts="; ".join(parts))

    def _times(self, timings_ms: Mapping[str, float]) -> str:
        named = {
            name: WhyText(f"why_time_{name}") for name in timings_ms if f"why_time_{name}" in set(WhyText)
        }
        shown = [f"{self._say(text)} {timings_ms[name] / 1000:.2f}" for name, text in named.items()]
        return ", ".join(shown) or "—"

    def _say(self, text: WhyText, **values: object) -> str:
        return self._texts.say(text, self._language, **values)


def _is_own(record: TurnRecord) -> bool:
    """Whether the assistant answered, and not a person."""
    return record.answer.outcome not in (Outcome.RELAYED, Outcome.OPERATOR)


def check_names(texts: Texts, language: str, answer: Answer) -> list[str]:
    """The checks that an answer did not pass, each once, in words."""
    failed = (verdict for verdict in answer.verdicts if not verdict.passed)
    return list(dict.fromkeys(_check_name(texts, language, verdict) for verdict in failed))


def _check_name(texts: Texts, language: str, verdict: Verdict) -> str:
    name = f"why_check_{verdict.check.replace(' ', '_')}"
    known = texts.say(WhyText(name), language) if name in set(WhyText) else literal(verdict.check)
    reason = f"why_detail_{verdict.detail.replace(' ', '_')}"
    is_known = reason in set(WhyText)
    detail = (
        texts.say(WhyText(reason), language)
        if is_known
        else literal(clip(named_labels(verdict.detail), _DETAIL))
    )
    return f"{known} ({detail})" if detail else known


def why_row(texts: Texts, language: str, turn_id: str) -> tuple[Button, ...]:
    """The button that asks about a turn; none where there is no turn, or no room for its id."""
    data = f"{WHY}{turn_id}"
    if not turn_id or len(data.encode()) > _DATA_BYTES:
        return ()
    return (Button(text=texts.say(WhyText.BUTTON, language), data=data),)


def bare(markdown: str) -> str:
    """Without the signs of emphasis and code."""
    return _MARKS.sub("", markdown)


def _scores(trace: Mapping[str, Any], sources: int) -> list[float]:
    """Of the passages that the sources name; a table or a sum has none."""
    if {"stock", "computed", "hours"} & trace.keys() and sources == 1 and not trace.get("composed"):
        return []
    return [float(score) for _, score in trace.get("passages", ())][:sources]


def clip(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[: characters - 1].rstrip()}…"


_LIGHTS = {
    Light.GREEN: WhyText.GREEN,
    Light.YELLOW: WhyText.YELLOW,
    Light.RED: WhyText.RED,
}
_REVIEWED = {
    ReviewStatus.PENDING: WhyText.REVIEW_PENDING,
    ReviewStatus.EXPIRED: WhyText.REVIEW_EXPIRED,
    ReviewStatus.APPROVED: WhyText.REVIEW_APPROVED,
    ReviewStatus.EDITED: WhyText.REVIEW_EDITED,
    ReviewStatus.DECLINED: WhyText.REVIEW_DECLINED,
}
