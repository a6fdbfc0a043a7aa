"""THE use case of one turn: guard, understand, retrieve, complete, check. Pure: it only returns an answer.

Workers, the console, `python -m bot ask` and the tests call the same `Assistant.answer`.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from bot.dialogue.prompting import Prompts, recites_rules, says_unknown
from bot.dialogue.understanding import clean, is_blank, language_of, leans_on_earlier, small_talk
from bot.dialogue.work import Work, light_of, opening_of, whole_sentences
from bot.domain import (
    Answer,
    Hit,
    Outcome,
    Recollection,
    Speaker,
    Verdict,
    join_heading,
)
from bot.errors import ModelError, ModelRefused
from bot.guard.claims import foreign_script, unknown_labels, unsupported_claims
from bot.guard.forbidden import ForbiddenTopics
from bot.guard.personal_data import mask
from bot.guard.phrasing import unfaithful_phrasing
from bot.llm.model import ChatModel, Chunk, Completion, Prompt, PromptFor
from bot.texts.catalogue import Text, Texts

_GROW_EVERY_S = 1.0

_DRAFT_CHECKS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("foreign script", foreign_script),
    ("nothing to read", is_blank),
    ("rules recited", recites_rules),
)
_TELLING_LETTERS = 20
"""Fewer letters do not tell a language."""

Grow = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is to be answered. `language` is the messenger's hint; the text itself decides."""

    text: str
    language: str = "ru"
    recollection: Recollection = Recollection()


class FindsPassages(Protocol):
    def search(self, question: str, limit: int = 3, *, before: str = "") -> list[Hit]: ...


class WritesText(Protocol):
    """The models in their order of preference."""

    @property
    def primary(self) -> ChatModel: ...

    def stream(self, prompt_for: PromptFor, log: list[dict[str, Any]]) -> AsyncGenerator[Chunk, None]: ...


class Assistant:
    """One tenant's assistant. Holds no state of any dialogue; safe to call for many at once."""

    def __init__(
        self,
        *,
        index: FindsPassages,
        models: WritesText,
        prompts: Prompts,
        texts: Texts,
        forbidden: ForbiddenTopics,
        public: Sequence[str],
        knowledge: str,
        own_phones: frozenset[str] = frozenset(),
        phrase_within_s: float,
    ) -> None:
        """`public`: facts that support a claim at any time, such as the business's contacts.

        `knowledge`: the version of what the index holds, for the trace.
        """
        self._index = index
        self._models = models
        self._prompts = prompts
        self._texts = texts
        self._forbidden = forbidden
        self._public = tuple(public)
        self._knowledge = knowledge
        self._own_phones = own_phones
        self._phrase_within_s = phrase_within_s

    async def answer(self, question: Question, on_growth: Grow | None = None) -> Answer:
        """Never raises for what a customer wrote or a model failed to do; that is an answer too."""
        started = time.perf_counter()
        text = clean(question.text)
        work = Work(
            question=text,
            language=language_of(text, question.language),
            masked=mask(text, keep=self._own_phones),
            recollection=question.recollection,
        )
        answer = self._without_knowledge(work) or await self._from_knowledge(work, on_growth)
        work.timings_ms["answer"] = _ms_since(started)
        return answer

    def _without_knowledge(self, work: Work) -> Answer | None:
        if is_blank(work.question):
            return self._scripted(Text.EMPTY, work)
        topic = self._forbidden.find(work.question)
        if topic is not None:
            work.verdicts.append(Verdict(check="forbidden_topic", passed=False, detail=topic))
            return self._finished(self._texts.say(Text.REFUSED, work.language), Outcome.REFUSED, work)
        remark = small_talk(work.question)
        if remark is not None and not self._models.primary.traits.composes:
            return self._scripted(remark, work)
        return None

    async def _from_knowledge(self, work: Work, on_growth: Grow | None) -> Answer:
        started = time.perf_counter()
        work.hits = self._retrieve(work)
        work.timings_ms["retrieve"] = _ms_since(started)
        work.trace["knowledge"] = self._knowledge
        work.trace["passages"] = [[hit.passage.passage_id, round(hit.score, 3)] for hit in work.hits]
        if not work.is_supported and not self._models.primary.traits.composes:
            return self._unknown(work)
        try:
            async with asyncio.timeout(self._patience_s):
                return await self._from_model(work, on_growth)
        except TimeoutError:
            work.verdicts.append(Verdict(check="phrasing", passed=False, detail="too slow"))
            return self._stored(work)
        except ModelRefused:
            work.verdicts.append(Verdict(check="provider", passed=False, detail="subject blocked"))
            return self._finished(self._texts.say(Text.REFUSED, work.language), Outcome.REFUSED, work)
        except ModelError as error:
            work.verdicts.append(Verdict(check="model", passed=False, detail=type(error).__name__))
            return self._without_model(work)

    @property
    def _patience_s(self) -> float | None:
        """A model that only phrases a text which is there anyway is not waited for as long as one needs."""
        return None if self._models.primary.traits.composes else self._phrase_within_s

    def _retrieve(self, work: Work) -> list[Hit]:
        """The passages; for a question that leans on the one before it, that one counts as well."""
        previous = [said.text for said in work.recollection.remarks if said.speaker is Speaker.CUSTOMER]
        if previous and leans_on_earlier(work.question):
            work.trace["follow_up"] = True
            return self._index.search(work.masked.without_labels, before=previous[-1])
        return self._index.search(work.masked.without_labels)

    async def _from_model(self, work: Work, on_growth: Grow | None) -> Answer:
        prompt, draft = await self._write(work, self._prompt_for(work), on_growth)
        if says_unknown(draft):
            return self._unknown(work)
        faults = self._faults(work, draft)
        if faults and work.composed and not self._forbidden_in(work, draft):
            repair = self._prompts.repair(prompt, draft, faults)
            _, draft = await self._write(work, lambda _: repair, None)
            if says_unknown(draft):
                return self._unknown(work)
            faults = self._faults(work, draft)
        if (topic := self._forbidden_in(work, draft)) is not None:
            work.verdicts.append(Verdict(check="forbidden_answer", passed=False, detail=topic))
            return self._finished(self._texts.say(Text.REFUSED, work.language), Outcome.REFUSED, work)
        self._check_language(work, draft)
        if not faults:
            return self._finished(work.masked.restore(self._whole(work, draft)), Outcome.ANSWERED, work)
        return self._stored(work) if work.is_supported else self._unknown(work)

    def _prompt_for(self, work: Work) -> PromptFor:
        def build(model: ChatModel) -> Prompt:
            work.composed = model.traits.composes
            work.trace |= self._conditions(work)
            if work.composed:
                return self._prompts.compose(work.masked.text, work.hits, work.recollection, work.language)
            return self._prompts.phrase(work.masked.text, self._opening(work)[0])

        return build

    def _opening(self, work: Work) -> tuple[str, str]:
        """What a model that only phrases may put into its own words, and what then follows as it stands."""
        return opening_of(work.stored if work.is_supported else self._texts.say(Text.UNKNOWN, work.language))

    def _whole(self, work: Work, draft: str) -> str:
        return draft if work.composed else draft + self._opening(work)[1]

    def _conditions(self, work: Work) -> dict[str, Any]:
        """How the model writes; with the question and the dialogue so far, all that a replay needs."""
        recalled = work.recollection
        return {
            "prompt": self._prompts.version,
            "composed": work.composed,
            "sampling": asdict(self._prompts.sampling),
            "recalled": {"summary": recalled.summary, "remarks": len(recalled.remarks)},
        }

    async def _write(self, work: Work, prompt_for: PromptFor, on_growth: Grow | None) -> tuple[Prompt, str]:
        """Let a model write, and show what is already written and checked."""
        started = time.perf_counter()
        asked: list[Prompt] = []
        attempts: list[dict[str, Any]] = work.trace.setdefault("attempts", [])
        written, grown_at, completion = "", started, None

        def ask(model: ChatModel) -> Prompt:
            asked.append(prompt_for(model))
            return asked[-1]

        async with aclosing(self._models.stream(ask, attempts)) as chunks:
            async for chunk in chunks:
                if not written and chunk.text:
                    work.timings_ms.setdefault("first_token", _ms_since(started))
                written = "" if chunk.restart else written + chunk.text
                completion = chunk.completion or completion
                if on_growth is not None and time.perf_counter() - grown_at >= _GROW_EVERY_S:
                    grown_at = time.perf_counter()
                    await self._grow(work, written, on_growth)
        work.timings_ms["model"] = work.timings_ms.get("model", 0) + _ms_since(started)
        return asked[-1], self._account(work, completion, written).strip()

    def _account(self, work: Work, completion: Completion | None, written: str) -> str:
        if completion is None:
            return written
        work.model, work.usage = completion.model, work.usage + completion.usage
        was_cut_off = completion.finish_reason == "length"
        return whole_sentences(completion.text + " ") or completion.text if was_cut_off else completion.text

    async def _grow(self, work: Work, written: str, on_growth: Grow) -> None:
        """Show whole sentences only, and only while none of them claims what is not known."""
        sentences = whole_sentences(written)
        if not sentences or says_unknown(written) or recites_rules(sentences):
            return
        if not self._claims_too_much(work, sentences) and self._forbidden_in(work, sentences) is None:
            await on_growth(work.masked.restore(sentences))

    def _faults(self, work: Work, draft: str) -> list[str]:
        """What is wrong with a draft; each finding is a verdict in the log."""
        faults = self._claims_too_much(work, draft)
        work.verdicts.append(Verdict(check="claims", passed=not faults, detail="; ".join(faults)))
        for check, is_faulty in _DRAFT_CHECKS:
            if is_faulty(draft):
                faults.append(check)
                work.verdicts.append(Verdict(check=check, passed=False))
        if not work.composed:
            reason = unfaithful_phrasing(self._opening(work)[0], draft, work.masked.text)
            work.verdicts.append(Verdict(check="phrasing", passed=not reason, detail=reason))
            faults += [reason] if reason else []
        return faults

    def _forbidden_in(self, work: Work, draft: str) -> str | None:
        """The forbidden topic that a draft touches and the business's own text does not."""
        topic = self._forbidden.find(draft)
        own = (self._forbidden.find(hit.passage.text) for hit in work.hits)
        return None if topic is None or topic in own else topic

    def _check_language(self, work: Work, draft: str) -> None:
        """Another language than the question's is still an answer, though not a good one."""
        spoken = language_of(draft, work.language)
        if spoken != work.language and sum(map(str.isalpha, draft)) >= _TELLING_LETTERS:
            work.verdicts.append(Verdict(check="language", passed=False, detail=spoken))

    def _claims_too_much(self, work: Work, draft: str) -> list[str]:
        """What was said before proves nothing, whoever said it: a fault that slipped out must not return."""
        facts = [hit.passage.text for hit in work.hits]
        remarks = work.recollection.remarks
        asked = [remark.text for remark in remarks if remark.speaker is Speaker.CUSTOMER]
        faults = unsupported_claims(draft, [*facts, *self._public], asked=[*asked, work.masked.text])
        return faults + unknown_labels(draft, tuple(work.masked.hidden))

    def _without_model(self, work: Work) -> Answer:
        """A phrasing model adds only manner, so its stored text still answers; a composer is missed."""
        if not work.is_supported:
            text = self._texts.say(Text.MODEL_DOWN, work.language)
        elif self._models.primary.traits.composes:
            text = self._texts.say(Text.MODEL_DOWN_WITH_FACTS, work.language, facts=work.stored)
        else:
            return self._stored(work)
        return self._finished(text, Outcome.MODEL_DOWN, work)

    def _stored(self, work: Work) -> Answer:
        """The passage's own words: plainer, and surely true."""
        work.trace["stored_text"] = True
        return self._finished(work.stored, Outcome.ANSWERED, work)

    def _unknown(self, work: Work) -> Answer:
        return self._finished(self._texts.say(Text.UNKNOWN, work.language), Outcome.UNKNOWN, work)

    def _scripted(self, text: Text, work: Work) -> Answer:
        return self._finished(self._texts.say(text, work.language), Outcome.SCRIPTED, work)

    def _finished(self, text: str, outcome: Outcome, work: Work) -> Answer:
        sources = tuple(join_heading(hit.passage) for hit in work.hits) if outcome is Outcome.ANSWERED else ()
        return Answer(
            text=text,
            outcome=outcome,
            light=light_of(outcome, work),
            sources=sources[: 3 if work.composed else 1],
            verdicts=tuple(work.verdicts),
            model=work.model,
            usage=work.usage,
            timings_ms=work.timings_ms,
            trace=work.trace | {"language": work.language},
        )


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
