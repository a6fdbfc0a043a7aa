"""THE use case of one turn: guard, understand, find, write, check. Pure: it only returns an answer.

Workers, the console, `python -m bot ask` and the tests call the same `Assistant.answer`.
"""

import asyncio
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.dialogue.caching import Repeats
from bot.dialogue.checking import DraftChecks
from bot.dialogue.clarifying import Clarifier
from bot.dialogue.consulting import Consultant
from bot.dialogue.finding import Finder
from bot.dialogue.guarding import Entrance
from bot.dialogue.prompting import says_unknown
from bot.dialogue.verifying import Verifier
from bot.dialogue.work import Work, light_of, ms_since, opening_of
from bot.dialogue.writing import Grow, Writer
from bot.domain import Answer, Outcome, Recollection, Speaker, Verdict
from bot.errors import ModelError, ModelRefused
from bot.findings import FindingKind, Inquiry
from bot.guard.off_topic import TASK
from bot.guard.personal_data import mask
from bot.texts.catalogue import Text, Texts
from bot.understanding.messages import clean, is_blank
from bot.understanding.understanding import Intent, Reader

_OWN_FROM = 0.25
"""Hardly any message on a foreign subject comes as near as that to one of the business's texts."""


_BUSY = 0.33
"""A model that takes so much of its time for one token would not have phrased the answer within the rest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is to be answered. `language` is the messenger's hint; the text itself decides."""

    text: str
    language: str = "ru"
    recollection: Recollection = Recollection()
    asked_at: datetime = field(default_factory=lambda: datetime.now(UTC))


class Assistant:
    """One tenant's assistant. Holds no state of any dialogue; safe to call for many at once."""

    def __init__(
        self,
        *,
        reader: Reader,
        finder: Finder,
        consultant: Consultant,
        verifier: Verifier,
        clarifier: Clarifier,
        writer: Writer,
        checks: DraftChecks,
        texts: Texts,
        entrance: Entrance,
        own_phones: frozenset[str] = frozenset(),
        phrase_within_s: float,
        repeats: Repeats | None = None,
    ) -> None:
        """`phrase_within_s`: how long a model may take that only phrases a text which is there anyway."""
        self._repeats = repeats
        self._reader = reader
        self._finder = finder
        self._consultant = consultant
        self._verifier = verifier
        self._clarifier = clarifier
        self._writer = writer
        self._checks = checks
        self._texts = texts
        self._entrance = entrance
        self._own_phones = own_phones
        self._phrase_within_s = phrase_within_s

    async def answer(self, question: Question, on_growth: Grow | None = None) -> Answer:
        """Never raises for what a customer wrote or a model failed to do; that is an answer too."""
        started = time.perf_counter()
        work = self._understand(question)
        inquiry = self._clarifier.chosen(_inquiry(work, question))
        answer = self._without_knowledge(work, inquiry)
        if answer is None:
            self._finder.find(work, inquiry)
            await self._consultant.consult(work, inquiry)
            await self._verifier.verify(work)
            self._clarifier.ask(work, inquiry)
            answer = self._plainly(work) or await self._written(work, on_growth)
        work.timings_ms["answer"] = ms_since(started)
        return answer

    def _understand(self, question: Question) -> Work:
        text = clean(question.text)
        work = Work(
            question=text,
            understood=self._reader.read(
                text, question.language, has_earlier=bool(question.recollection.remarks)
            ),
            masked=mask(text, keep=self._own_phones),
            recollection=question.recollection,
        )
        work.trace["understood"] = work.understood.for_log
        return work

    def _without_knowledge(self, work: Work, inquiry: Inquiry) -> Answer | None:
        if is_blank(work.question):
            return self._scripted(Text.EMPTY, work)
        understood = work.understood
        if understood.intent is Intent.PERSON:
            return self._scripted(Text.WANTS_PERSON, work)
        refusal = self._entrance.refusal(work)
        if refusal is not None and not (refusal is Text.OFF_TOPIC and self._is_known(work, inquiry)):
            return self._refused(work, refusal)
        if understood.small_talk is not None and not self._writer.composes:
            return self._scripted(understood.small_talk, work)
        return None

    def _is_known(self, work: Work, inquiry: Inquiry) -> bool:
        """Whether the business itself speaks of what looks foreign, or of something near: then it is not.

        A task that is set (a translation, an essay) stays foreign, whatever it is about.
        """
        if work.verdicts[-1].detail == TASK:
            return False
        self._finder.find(work, inquiry)
        nearest = work.hits[0].score if work.hits else 0.0
        if not work.is_supported and nearest < _OWN_FROM:
            return False
        work.verdicts = [verdict for verdict in work.verdicts if verdict.check != "off_topic"]
        return True

    def _plainly(self, work: Work) -> Answer | None:
        """What needs no model, or none that only phrases: a table's own words, or that nothing is known."""
        if work.finding is not None and work.finding.kind in (FindingKind.CHOICE, FindingKind.ACTION):
            answer = self._finished(work.finding.text, Outcome.ANSWERED, work)
            return replace(answer, choices=work.finding.choices)
        if self._writer.composes:
            return None
        if work.finding is None:
            return self._unknown(work)
        if work.finding.kind is not FindingKind.PASSAGES:
            return self._finished(work.finding.text, Outcome.ANSWERED, work)
        if not self._writer.phrases:
            work.stored = work.finding.text
            return self._stored(work)
        return None

    async def _written(self, work: Work, on_growth: Grow | None) -> Answer:
        """The answer in a model's words, which may be those of the last time."""
        key = self._repeats.key_of(work) if self._repeats is not None else None
        if key is None or self._repeats is None:
            return await self._in_words(work, on_growth)
        repeated = await self._repeats.find(key)
        if repeated is not None:
            return replace(repeated, timings_ms=work.timings_ms)
        answer = await self._in_words(work, on_growth)
        await self._repeats.keep(key, answer)
        return answer

    async def _in_words(self, work: Work, on_growth: Grow | None) -> Answer:
        """The answer in a model's words, or in the stored ones where that fails."""
        unknown = self._texts.say(Text.UNKNOWN, work.language)
        within_s = None if self._writer.composes else self._phrase_within_s
        work.stored = unknown if work.finding is None else work.finding.text
        if within_s is not None and work.timings_ms.get("verify", 0.0) > within_s * _BUSY * 1000:
            return self._stored(work)
        try:
            async with asyncio.timeout(within_s):
                return await self._from_model(work, on_growth)
        except TimeoutError:
            work.verdicts.append(Verdict(check="phrasing", passed=False, detail="too slow"))
            return self._stored(work)
        except ModelRefused:
            work.verdicts.append(Verdict(check="provider", passed=False, detail="subject blocked"))
            return self._refused(work)
        except ModelError as error:
            work.verdicts.append(Verdict(check="model", passed=False, detail=type(error).__name__))
            return self._without_model(work)

    async def _from_model(self, work: Work, on_growth: Grow | None) -> Answer:
        prompt, draft = await self._writer.write(work, on_growth)
        if says_unknown(draft):
            return self._unknown(work)
        faults = self._checks.faults(work, draft)
        if faults and work.composed and not self._checks.forbidden_in(work, draft):
            draft = await self._writer.repair(work, prompt, draft, faults)
            if says_unknown(draft):
                return self._unknown(work)
            faults = self._checks.faults(work, draft)
        if (topic := self._checks.forbidden_in(work, draft)) is not None:
            work.verdicts.append(Verdict(check="forbidden_answer", passed=False, detail=topic))
            return self._refused(work)
        self._checks.note_language(work, draft)
        if not faults:
            whole = draft if work.composed else draft + opening_of(work.stored)[1]
            return self._finished(work.masked.restore(whole), Outcome.ANSWERED, work)
        return self._stored(work) if work.is_supported else self._unknown(work)

    def _without_model(self, work: Work) -> Answer:
        """A phrasing model adds only manner, so its stored text still answers; a composer is missed."""
        if not work.is_supported:
            text = self._texts.say(Text.MODEL_DOWN, work.language)
        elif self._writer.composes:
            text = self._texts.say(Text.MODEL_DOWN_WITH_FACTS, work.language, facts=work.stored)
        else:
            return self._stored(work)
        return self._finished(text, Outcome.MODEL_DOWN, work)

    def _stored(self, work: Work) -> Answer:
        """The source's own words: plainer, and surely true."""
        work.trace["stored_text"] = True
        return self._finished(work.stored, Outcome.ANSWERED, work)

    def _unknown(self, work: Work) -> Answer:
        """«Не знаю», with the way to a person, and what else may have been meant."""
        near = self._clarifier.nearest(work)
        if near is None:
            return self._finished(self._texts.say(Text.UNKNOWN, work.language), Outcome.UNKNOWN, work)
        answer = self._finished(near.text, Outcome.UNKNOWN, work)
        return replace(answer, choices=near.choices, trace={**answer.trace, "focus": near.focus})

    def _refused(self, work: Work, text: Text = Text.REFUSED) -> Answer:
        return self._finished(self._texts.say(text, work.language), Outcome.REFUSED, work)

    def _scripted(self, text: Text, work: Work) -> Answer:
        return self._finished(self._texts.say(text, work.language), Outcome.SCRIPTED, work)

    def _finished(self, text: str, outcome: Outcome, work: Work) -> Answer:
        if work.understood.manner.person_first and outcome in (Outcome.ANSWERED, Outcome.UNKNOWN):
            text = f"{self._texts.say(Text.PERSON_FIRST, work.language)}\n\n{text}"
        return Answer(
            text=text,
            outcome=outcome,
            light=light_of(outcome, work),
            sources=work.sources if outcome is Outcome.ANSWERED else (),
            verdicts=tuple(work.verdicts),
            model=work.model,
            usage=work.usage,
            timings_ms=work.timings_ms,
            trace=work.trace | {"language": work.language} | work.focus,
            offers=work.finding.offers if work.finding is not None else (),
        )


def _inquiry(work: Work, question: Question) -> Inquiry:
    said = (remark.text for remark in work.recollection.remarks if remark.speaker is Speaker.CUSTOMER)
    return Inquiry(
        text=work.masked.without_labels,
        language=work.language,
        asked_at=question.asked_at,
        earlier=tuple(said),
        focus=question.recollection.focus,
    )
