"""Ends dialogues: by a goodbye, a button, /new or silence, once each, with a clean line in the memory."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.domain import Outcome, Remark, Speaker, Turn, TurnRecord, UtteranceKind
from bot.domain.moments import Now
from bot.errors import StoreError
from bot.guard.personal_data import named_labels
from bot.memory.boundaries import Boundaries, Ending, EndReason
from bot.memory.summary import ExtractiveSummariser
from bot.memory.window import clip
from bot.people.endings.reading import leans_on_last_visit
from bot.people.ratings.ratings import Ratings
from bot.store.dialogues import DialogueStore, EndedDialogue
from bot.tenant.service import Dialogues
from bot.texts.catalogue import Texts
from bot.texts.endings import EndingText
from bot.understanding.goodbyes import says_goodbye

log = structlog.get_logger()

_ASKED_WITHIN = timedelta(days=1)
"""Whose dialogue ended longer ago is not asked about it any more."""
_UNLOGGED_FOR = timedelta(days=1)
"""A dialogue that is not in the log by then was erased, or had nothing to log."""
_LOGGED_WITHIN = timedelta(minutes=2)
"""So long what was asked last may still be on its way to the log."""
_SUMMARY_TOKENS = 160
_BY_COMMAND = {UtteranceKind.NEW: EndReason.NEW, UtteranceKind.END: EndReason.BUTTON}


class Endings:
    """One tenant's dialogues. Every method may be repeated, by any number of processes at once."""

    def __init__(
        self,
        *,
        boundaries: Boundaries,
        store: DialogueStore,
        ratings: Ratings,
        texts: Texts,
        settings: Dialogues,
        zone: ZoneInfo,
        now: Now,
    ) -> None:
        self._boundaries = boundaries
        self._store = store
        self._ratings = ratings
        self._texts = texts
        self._settings = settings
        self._zone = zone
        self._now = now

    async def is_open(self, chat_key: str, dialogue_id: str) -> bool:
        """Whether this is the dialogue that goes on in the chat."""
        return await self._boundaries.current(chat_key) == dialogue_id

    async def goes_on(self, chat_key: str) -> bool:
        """Whether any dialogue goes on in the chat."""
        return await self._boundaries.current(chat_key) is not None

    @property
    def silence(self) -> timedelta:
        return timedelta(minutes=self._settings.silence_min)

    async def before(self, turn: Turn) -> None:
        """A turn begins: what has been silent for too long is over, and a new talk knows of the last one."""
        if not turn.is_first_run or not turn.last.kind.is_said:
            return
        asked_at = turn.utterances[0].received_at
        if not await self._boundaries.open(turn.chat.key, asked_at - self.silence, asked_at):
            return
        try:
            for ending in await self._boundaries.waiting():
                if ending.chat_key == turn.chat.key:
                    await self._finish(ending)
            await self._remind(turn)
        except StoreError as error:  # the question is answered all the same, and the next turn asks again
            log.warning("last_visit_not_recalled", error=type(error).__name__)

    async def after(self, turn: Turn, record: TurnRecord, message_id: int | None) -> None:
        """A turn was answered: it may have been the last of its dialogue."""
        reason = _reason(turn, record)
        if reason is None:
            await self._boundaries.note(turn.chat.key, record.dialogue_id, record.answered_at)
            return
        ending = Ending(
            dialogue_id=record.dialogue_id, chat_key=turn.chat.key, reason=reason, at=record.answered_at
        )
        await self._boundaries.end(ending)
        if reason is EndReason.NEW:  # a clean sheet knows of nothing
            await self._boundaries.keep_earlier(turn.chat.key, "")
        try:
            await self._finish(ending)
        except StoreError as error:
            log.warning("dialogue_end_postponed", error=type(error).__name__)

    async def close_silent(self) -> None:
        """End what has been silent for too long, and what could not be ended at once. Raises StoreError."""
        now = self._now()
        since = now - self.silence
        silent = await asyncio.to_thread(self._store.silent, since, not_before=since - _ASKED_WITHIN)
        for dialogue in silent:
            ending = Ending(
                dialogue_id=dialogue.dialogue_id,
                chat_key=dialogue.chat_key,
                reason=EndReason.SILENCE,
                at=dialogue.last_at + self.silence,
            )
            await self._boundaries.end_silent(ending, since)
        for ending in await self._boundaries.waiting():
            await self._finish(ending)

    async def _finish(self, ending: Ending) -> None:
        """End it in SQL too, keep its summary, and ask for a rating; else it waits."""
        ended = await asyncio.to_thread(self._store.end, ending.dialogue_id, ending.reason.value, ending.at)
        age = self._now() - ending.at
        if ended is None and age < _UNLOGGED_FOR:
            return
        if ended is not None and not ended.is_served and age < _LOGGED_WITHIN:
            return
        if ended is not None:
            log.info("dialogue_ended", dialogue=ended.dialogue_id, reason=ended.reason)
            await self._keep_summary(ended)
            if age < _ASKED_WITHIN:
                await self._ratings.ask_csat(ended)
        await self._boundaries.done(ending.dialogue_id)

    async def _keep_summary(self, ended: EndedDialogue) -> None:
        is_wanted = self._settings.keeps_summary and ended.reason != EndReason.NEW
        if not (is_wanted and ended.chat.private and ended.is_served):
            return
        if not await asyncio.to_thread(self._store.keeps_summary_of, ended.dialogue_id):
            return
        questions = await asyncio.to_thread(self._store.questions, ended.dialogue_id)
        if summary := await _summary(questions):
            await asyncio.to_thread(self._store.keep_summary, ended.dialogue_id, summary)

    async def _remind(self, turn: Turn) -> None:
        """Have the memory of the new talk hold what is kept of the last one, marked as such."""
        if not (turn.chat.private and self._settings.keeps_summary):
            return
        earlier = await asyncio.to_thread(self._store.earlier, turn.chat.channel, turn.last.person_id)
        if earlier is None:
            await self._boundaries.keep_earlier(turn.chat.key, "")
            return
        marked = self._texts.say(
            EndingText.EARLIER,
            turn.last.language,
            date=f"{earlier.at.astimezone(self._zone):%d.%m.%Y}",
            summary=earlier.summary,
        )
        focus = earlier.focus_json if leans_on_last_visit(turn.text) else ""
        await self._boundaries.keep_earlier(turn.chat.key, marked, focus)


def _reason(turn: Turn, record: TurnRecord) -> EndReason | None:
    """Why this turn ends its dialogue; None: it does not."""
    if turn.last.kind in _BY_COMMAND:
        is_another = turn.last.kind is UtteranceKind.END and turn.last.detail not in ("", record.dialogue_id)
        return None if is_another else _BY_COMMAND[turn.last.kind]
    is_talk = turn.last.kind.is_said and record.answer.outcome in (Outcome.SCRIPTED, Outcome.ANSWERED)
    return EndReason.GOODBYE if is_talk and says_goodbye(record.question) else None


async def _summary(questions: Sequence[str]) -> str:
    """The person's own words, the newest that there is room for."""
    remarks = [
        Remark(speaker=Speaker.CUSTOMER, text=named_labels(question))
        for question in questions
        if not says_goodbye(question)
    ]
    folded = await ExtractiveSummariser(_SUMMARY_TOKENS).fold("", remarks)
    return clip(folded, _SUMMARY_TOKENS)
