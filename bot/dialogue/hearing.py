"""What is said in a turn, with its recordings in it, and what is answered to it."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from bot.dialogue.answering import Question
from bot.dialogue.confirming import Confirmer, Reply, is_pending
from bot.domain import Answer, Outcome, Recollection, Turn
from bot.guard.personal_data import mask, named_labels
from bot.notes.heard import Heard, HearingFault
from bot.texts.catalogue import Text, Texts
from bot.voice.confidence import Trust

_FIRST_PAUSE_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 0.5
_MARKUP: Final = re.compile(r"[*_`~]+")

Ask = Callable[[Question], Awaitable[Answer]]


class HearsNotes(Protocol):
    async def heard(self, note_ids: Sequence[str]) -> list[bytes | None]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """The words of a turn in their order, typed and spoken, and how well the spoken ones were heard."""

    text: str
    spoken: str
    language: str
    notes: tuple[Heard, ...]
    hearing_s: float

    @property
    def lost(self) -> tuple[Heard, ...]:
        """The recordings whose words nobody knows."""
        return tuple(heard for heard in self.notes if not _is_heard(heard))

    @property
    def is_doubtful(self) -> bool:
        return any(_is_heard(heard) and heard.verdict is Trust.CONFIRM for heard in self.notes)


class Hearing:
    """Waits for the recordings of a turn and has the whole of it answered."""

    def __init__(
        self,
        *,
        notes: HearsNotes,
        texts: Texts,
        patience_s: float,
        own_phones: frozenset[str] = frozenset(),
        shows_transcript: bool = False,
    ) -> None:
        """`patience_s`: then the recordings that nobody has listened to are given up."""
        self._notes = notes
        self._texts = texts
        self._patience_s = patience_s
        self._own_phones = own_phones
        self._shows_transcript = shows_transcript
        self._confirmer = Confirmer(texts, own_phones=own_phones)

    def patience_s(self, turn: Turn) -> float:
        """How much longer than others the turn may take."""
        return self._patience_s if turn.notes else 0.0

    async def answer(self, turn: Turn, recollection: Recollection, ask: Ask) -> Answer:
        """What `ask` answers to all that was said; or a question back, where it was not surely heard."""
        said = await self._said(turn)
        if said.lost and not said.text.strip():
            answer = self._scripted(said.lost[0], said.language)
            return self._noted(answer, said, "")
        settled = self._confirmer.settle(said.text, recollection)
        reply = Reply.OTHER
        text = said.text
        if settled is not None:
            reply, text, recollection = settled.reply, settled.text, settled.recollection
        if reply is Reply.NO:
            answer = self._confirmer.ask_again(said.language, recollection)
        elif reply is Reply.OTHER and said.is_doubtful:
            answer = self._confirmer.ask(_without_markup(text), said.language, recollection)
        else:
            answer = await ask(Question(text=text, language=said.language, recollection=recollection))
        if not said.notes and settled is None:
            return answer
        if settled is not None and answer.outcome is Outcome.SCRIPTED:
            answer = replace(answer, trace={"focus": dict(recollection.focus), **answer.trace})
        return self._noted(self._with_regrets(answer, said), said, text or said.text)

    def signature(self, answer: Answer) -> str:
        """What stands under an answer to what was spoken, if that is shown; personal data are not in it."""
        heard = answer.trace.get("voice", {}).get("heard", "")
        if not self._shows_transcript or not heard or is_pending(answer.focus):
            return ""
        language = answer.trace.get("language", "")
        return self._texts.say(Text.HEARD_LINE, language, heard=_without_markup(heard))

    async def _said(self, turn: Turn) -> Said:
        began = time.monotonic()
        notes = turn.notes
        heard = dict(zip((note.update_id for note in notes), await self._heard(turn), strict=True))
        words: list[str] = []
        spoken: list[str] = []
        language = turn.last.language
        for utterance in turn.utterances:
            words.append(utterance.text)
            note = heard.get(utterance.update_id)
            if note is not None and _is_heard(note):
                words.append(note.text)
                spoken.append(note.text)
                language = note.language or language
        return Said(
            text="\n".join(filter(None, words)),
            spoken="\n".join(spoken),
            language=language,
            notes=tuple(heard.values()),
            hearing_s=time.monotonic() - began if notes else 0.0,
        )

    async def _heard(self, turn: Turn) -> list[Heard]:
        ids = [note.note_id for note in turn.notes]
        until, pause_s = time.monotonic() + self._patience_s, _FIRST_PAUSE_S
        while ids:
            found = await self._notes.heard(ids)
            if None not in found or time.monotonic() >= until:
                return [
                    Heard(fault=HearingFault.LATE) if one is None else Heard.from_json(one) for one in found
                ]
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.3, _LONGEST_PAUSE_S)
        return []

    def _with_regrets(self, answer: Answer, said: Said) -> Answer:
        """Of several recordings one may be lost; that is said, and the others are answered."""
        if not said.lost:
            return answer
        regret = self._regret(said.lost[0], said.language)
        return replace(answer, text=f"{answer.text}\n\n{regret}")

    def _noted(self, answer: Answer, said: Said, asked: str) -> Answer:
        """The answer with what its log has to know. Without anybody's personal data."""
        masked = mask(asked, keep=self._own_phones).text
        trace: dict[str, Any] = {**answer.trace, "asked": masked}
        timings = dict(answer.timings_ms)
        if said.notes:
            heard = named_labels(mask(said.spoken, keep=self._own_phones).text)
            trace["voice"] = {"heard": heard, "notes": [note.for_log for note in said.notes]}
            timings["hearing"] = round(said.hearing_s * 1000, 1)
        return replace(answer, trace=trace, timings_ms=timings)

    def _scripted(self, lost: Heard, language: str) -> Answer:
        return Answer(text=self._regret(lost, language), outcome=Outcome.SCRIPTED)

    def _regret(self, lost: Heard, language: str) -> str:
        text = Text.HEARD_REPEAT if lost.fault is None else Text(f"unreadable_{lost.fault}")
        return self._texts.say(text, language)


def _is_heard(heard: Heard) -> bool:
    return heard.fault is None and heard.verdict is not Trust.REPEAT


def _without_markup(text: str) -> str:
    return _MARKUP.sub(" ", text).strip()
