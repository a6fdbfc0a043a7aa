"""Serves one turn from the inbox to the chat: gather, begin, answer, deliver, remember, finish.

Each step may be run again after a kill: the turn keeps its id, its words and its delivery record.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

import structlog
from redis.exceptions import RedisError

from bot.delivery.delivery import Delivery, TurnDelivery
from bot.dialogue.answering import Question
from bot.dialogue.bursts import gather
from bot.dialogue.writing import Grow
from bot.domain import (
    NOT_TAKEN,
    UNDELIVERABLE,
    Answer,
    Outcome,
    Recollection,
    Turn,
    TurnRecord,
    UtteranceKind,
)
from bot.errors import ChatUnreachable, DeliveryError, LeaseLost, ServiceError
from bot.guard.personal_data import mask
from bot.memory.memory import Memory
from bot.queue.cancellations import Cancellations
from bot.queue.inbox import Inbox
from bot.queue.persistence import AWAY, Patience
from bot.texts.catalogue import Text, Texts

log = structlog.get_logger()

_SHOWN_PLACE = 2
"""Of a source, the document and its section are enough for a customer."""

_SCRIPTED = {
    UtteranceKind.START: Text.START,
    UtteranceKind.HELP: Text.HELP,
    UtteranceKind.NEW: Text.NEW,
}
_REMEMBERED = frozenset({Outcome.ANSWERED, Outcome.UNKNOWN, Outcome.REFUSED})
_UNREAD = frozenset({UNDELIVERABLE, NOT_TAKEN})


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnPolicy:
    """The settings of a turn."""

    tenant: str
    burst_window_s: float
    notice_after_s: float
    deadline_s: float
    turns_per_minute: int
    own_phones: frozenset[str] = frozenset()
    shows_sources: bool = False


class Answers(Protocol):
    """The use case of one turn, whatever stands behind it."""

    async def answer(self, question: Question, on_growth: Grow | None = None) -> Answer: ...


class TurnServer:
    """Serves the turns of every chat of one process."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        assistant: Answers,
        memory: Memory,
        delivery: Delivery,
        texts: Texts,
        policy: TurnPolicy,
        cancellations: Cancellations,
        worker: str,
    ) -> None:
        self._inbox = inbox
        self._assistant = assistant
        self._memory = memory
        self._delivery = delivery
        self._texts = texts
        self._policy = policy
        self._cancellations = cancellations
        self._worker = worker

    async def serve(self, chat_key: str) -> None:
        """Answer what the chat has said since its last turn.

        Raises LeaseLost when another worker has taken the turn, and the service errors that a later try
        may not meet; the turn stays in hand then.
        """
        turn = await self._inbox.begin(chat_key, await self._gather(chat_key), worker=self._worker)
        if turn is None:
            return
        with structlog.contextvars.bound_contextvars(turn=turn.turn_id, attempt=turn.attempt):
            try:
                await self._serve(turn, self._delivery.for_turn(turn))
            except asyncio.CancelledError:
                log.warning("turn_interrupted", error="CancelledError")
                await self._release(turn, patient=False)
                raise
            except (ServiceError, RedisError) as error:
                log.warning("turn_interrupted", error=type(error).__name__)
                await self._release(turn, patient=True)
                raise error.with_traceback(
                    None
                ) from None  # it is no fault of the code, whose lines say nothing

    async def _release(self, turn: Turn, *, patient: bool) -> None:
        """Let the turn go: it was not its fault, so it must not be one of its tries, though Redis be away."""
        patience = Patience()
        while True:
            try:
                await self._inbox.release(turn)
            except LeaseLost:
                return
            except AWAY:
                if not patient:
                    return
            else:
                return
            await patience.pause()

    async def _serve(self, turn: Turn, delivery: TurnDelivery) -> None:
        if not await self._is_paced(turn, delivery):
            return
        started = time.perf_counter()
        recollection = await self._memory.recall(turn.chat.key)
        answer = await self._answer(turn, delivery, recollection)
        answer = await self._deliver(turn, delivery, answer)
        record = self._record(turn, answer, recollection.dialogue_id)
        await self._remember(record)
        await self._inbox.finish(turn, log=record.to_json())
        log.info("turn_answered", outcome=answer.outcome, light=answer.light, ms=_ms_since(started))

    async def _gather(self, chat_key: str) -> int:
        """How many utterances to take, after the silence that ends a burst. 1 when a turn may be in hand."""
        while True:
            waiting = await self._inbox.waiting(chat_key)
            burst = gather(waiting, window_s=self._policy.burst_window_s, now=datetime.now(UTC))
            if burst.wait_s <= 0:
                return max(1, burst.count)
            await asyncio.sleep(burst.wait_s)

    async def _is_paced(self, turn: Turn, delivery: TurnDelivery) -> bool:
        """Whether the person may have an answer now; else they are told once and the turn waits its time."""
        if turn.attempt > 1 or turn.last.kind is not UtteranceKind.TEXT:
            return True
        person_key = f"{turn.chat.channel}:{turn.last.person_id}"
        wait_s = await self._inbox.pace(person_key, self._policy.turns_per_minute)
        if wait_s <= 0 or await self._inbox.is_cancelled(turn):
            return True
        log.info("person_paced", wait_s=round(wait_s, 1))
        await delivery.notice(self._texts.say(Text.TOO_FAST, turn.last.language))
        await self._inbox.postpone(turn.chat.key, wait_s, turn=turn)
        return False

    async def _answer(self, turn: Turn, delivery: TurnDelivery, recollection: Recollection) -> Answer:
        """The answer, checkpointed: a turn that is run again after a kill says the same words."""
        saved = None if turn.is_first_run else await delivery.checkpointed()
        is_poison = self._is_poison(turn, is_answered=saved is not None)
        if saved is not None and not is_poison:
            return Answer.from_json(saved)
        if is_poison:
            log.error("turn_set_aside")
            await self._inbox.set_aside(turn)
            answer = self._scripted(Text.SET_ASIDE, turn, Outcome.SET_ASIDE)
        elif turn.last.kind is UtteranceKind.TEXT:
            answer = await self._answer_text(turn, delivery, recollection)
        else:
            answer = await self._answer_kind(turn)
        await delivery.checkpoint(answer.to_json())
        return answer

    def _is_poison(self, turn: Turn, *, is_answered: bool) -> bool:
        """Whether it is time to apologise. A turn whose answer stands has twice the tries: while it waits for
        Telegram, others beside it may kill the worker."""
        tried = replace(turn, attempt=turn.attempt // 2) if is_answered else turn
        return self._inbox.is_poison(tried)

    async def _answer_text(self, turn: Turn, delivery: TurnDelivery, recollection: Recollection) -> Answer:
        question = Question(text=turn.text, language=turn.last.language, recollection=recollection)
        async with (
            delivery.typing(),
            self._noticing(turn, delivery),
            self._cancellations.watching(turn) as cancelled,
        ):
            if cancelled.is_set():
                return self._scripted(Text.CANCELLED_ANSWER, turn, Outcome.CANCELLED)
            answering = asyncio.create_task(self._assistant.answer(question, delivery.grow))
            stop = asyncio.create_task(cancelled.wait())
            try:
                await asyncio.wait(
                    (answering, stop), timeout=self._policy.deadline_s, return_when=asyncio.FIRST_COMPLETED
                )
                if answering.done():
                    return answering.result()
                if cancelled.is_set():
                    return self._scripted(Text.CANCELLED_ANSWER, turn, Outcome.CANCELLED)
                log.warning("turn_deadline_passed")
                return self._scripted(Text.MODEL_DOWN, turn, Outcome.MODEL_DOWN)
            finally:
                stop.cancel()
                answering.cancel()
                await asyncio.wait((answering, stop))

    async def _answer_kind(self, turn: Turn) -> Answer:
        """Commands, and what cannot be read."""
        last = turn.last
        if last.kind is UtteranceKind.NEW:
            await self._memory.forget(turn.chat.key)
        if last.kind is UtteranceKind.UNREADABLE:
            text = Text(f"unreadable_{last.detail}")
        elif last.kind is UtteranceKind.CANCEL:
            text = Text.CANCEL_STOPPED if last.detail == "stopped" else Text.CANCEL_IDLE
        else:
            text = _SCRIPTED[last.kind]
        return self._scripted(text, turn, Outcome.SCRIPTED)

    @contextlib.asynccontextmanager
    async def _noticing(self, turn: Turn, delivery: TurnDelivery) -> AsyncIterator[None]:
        """Say that the answer takes longer, once, when the customer has waited long enough.

        A notice that is being sent is sent to its end: cut off, nobody would know whether it arrived.
        """
        waited_s = (datetime.now(UTC) - turn.utterances[0].received_at).total_seconds()
        loop = asyncio.get_running_loop()
        task: asyncio.Task[None] | None = None

        def begin() -> None:
            nonlocal task
            task = loop.create_task(delivery.notice(self._texts.say(Text.NOTICE, turn.last.language)))

        timer = loop.call_later(max(0.0, self._policy.notice_after_s - waited_s), begin)
        try:
            yield
        finally:
            timer.cancel()
            if task is not None:
                await task

    async def _deliver(self, turn: Turn, delivery: TurnDelivery, answer: Answer) -> Answer:
        """Say it. What the messenger will never take is given up, and an apology is tried but once."""
        try:
            if answer.outcome is Outcome.CANCELLED:
                await delivery.abandon(answer.text)
                return answer
            await delivery.finish(self._signed(turn, answer), answer.choices)
        except ChatUnreachable:
            log.info("chat_unreachable", chat=turn.chat.key)
            return replace(answer, verdicts=(*answer.verdicts, UNDELIVERABLE))
        except DeliveryError as error:
            if not error.permanent and answer.outcome is not Outcome.SET_ASIDE:
                raise
            log.error("answer_not_taken", reason=str(error))
            return replace(answer, verdicts=(*answer.verdicts, NOT_TAKEN))
        return answer

    def _signed(self, turn: Turn, answer: Answer) -> str:
        """The answer with the one text it comes from, if the tenant shows that.

        What a model has composed stands on several places, which staff see.
        """
        is_shown = self._policy.shows_sources and answer.outcome is Outcome.ANSWERED
        if not is_shown or not answer.sources or answer.trace.get("composed"):
            return answer.text
        place = ", ".join(answer.sources[0].split(" > ")[:_SHOWN_PLACE])
        language = answer.trace.get("language", turn.last.language)
        return f"{answer.text}\n\n{self._texts.say(Text.SOURCE_LINE, language, source=place)}"

    async def _remember(self, record: TurnRecord) -> None:
        """What was said in earnest; and only what the customer has read."""
        answer = record.answer
        if answer.outcome in _REMEMBERED and _UNREAD.isdisjoint(answer.verdicts):
            await self._memory.remember(
                record.chat.key,
                turn_id=record.turn_id,
                question=record.question,
                answer=answer.text,
                focus=answer.focus,
            )

    def _record(self, turn: Turn, answer: Answer, dialogue_id: str) -> TurnRecord:
        """The turn as it is kept, in the log and in the memory: without anybody's personal data."""
        return TurnRecord(
            turn_id=turn.turn_id,
            tenant=self._policy.tenant,
            chat=turn.chat,
            person_id=turn.last.person_id,
            person_name=turn.last.person_name,
            language=turn.last.language,
            dialogue_id=dialogue_id,
            question=self._masked(turn.text) or turn.last.kind,
            answer=replace(answer, text=self._masked(answer.text)),
            received_at=turn.utterances[0].received_at,
            answered_at=datetime.now(UTC),
            attempt=turn.attempt,
        )

    def _scripted(self, text: Text, turn: Turn, outcome: Outcome) -> Answer:
        return Answer(text=self._texts.say(text, turn.last.language), outcome=outcome)

    def _masked(self, text: str) -> str:
        return mask(text, keep=self._policy.own_phones).text


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
