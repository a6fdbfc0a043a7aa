"""Serves one turn from the inbox to the chat: gather, begin, answer, deliver, remember, finish.

Each step may be run again after a kill: the turn keeps its id, its words and its delivery record.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

import structlog
from redis.exceptions import RedisError

from bot.delivery.buttons import keyboard_of
from bot.delivery.delivery import Delivery
from bot.delivery.turn_delivery import TurnDelivery
from bot.dialogue.answering import Question
from bot.dialogue.around import Around
from bot.dialogue.beside import Beside
from bot.dialogue.bursts import gather
from bot.dialogue.commands import Commands
from bot.dialogue.hearing import Hearing
from bot.dialogue.outgoing import Outgoings
from bot.dialogue.records import Records
from bot.dialogue.signing import Signing
from bot.dialogue.speaking import Speaking
from bot.dialogue.work import ms_since
from bot.dialogue.writing import Grow
from bot.domain import (
    NOT_TAKEN,
    UNDELIVERABLE,
    Answer,
    Outcome,
    Recollection,
    Turn,
    UtteranceKind,
)
from bot.errors import ChatUnreachable, DeliveryError, HeldByPerson, LeaseLost, ServiceError
from bot.memory.memory import Memory
from bot.queue.cancellations import Cancellations
from bot.queue.inbox import Inbox
from bot.queue.persistence import AWAY, Patience
from bot.texts.catalogue import Text, Texts

log = structlog.get_logger()


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
    hears: bool = False
    """Whether recordings are listened to, where people can send them."""


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
        hearing: Hearing,
        speaking: Speaking,
        worker: str,
        outgoings: Outgoings | None = None,
        around: Around | None = None,
    ) -> None:
        self._inbox = inbox
        self._assistant = assistant
        self._memory = memory
        self._records = Records(memory, tenant=policy.tenant, own_phones=policy.own_phones)
        self._delivery = delivery
        self._texts = texts
        self._policy = policy
        self._cancellations = cancellations
        self._hearing = hearing
        self._commands = Commands(memory=memory, speaking=speaking, texts=texts, hears=policy.hears)
        self._speaking = speaking
        self._worker = worker
        self._around = around or Around()
        self._beside = Beside(memory, self._records, outgoings or Outgoings(delivery), self._around)
        self._signing = Signing(texts, hearing, shows_sources=policy.shows_sources)

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
        if turn.last.kind is UtteranceKind.OUTGOING:
            await self._inbox.finish(turn, log=await self._beside.say(turn))
            return
        while True:
            relayed = await self._beside.relay(turn)
            if relayed is not None:
                await self._inbox.finish(turn, log=relayed)
                return
            try:
                await self._serve_words(turn, delivery)
            except HeldByPerson:
                log.info("turn_taken_over")
                await delivery.withdraw()
            else:
                return

    async def _serve_words(self, turn: Turn, delivery: TurnDelivery) -> None:
        """Answer, or put the turn off. Raises HeldByPerson as soon as somebody of the staff has the chat."""
        if not await self._is_paced(turn, delivery):
            return
        started = time.perf_counter()
        recollection = await self._around.recall(turn, self._memory)
        answer = await self._answer(turn, delivery, recollection)
        answer, message_id = await self._deliver(turn, delivery, answer)
        record = self._records.record(turn, answer, recollection.dialogue_id)
        await self._records.remember(record)
        with suppress(HeldByPerson):  # the answer stands in the chat; only its voice note is left out
            await self._speaking.speak(turn, delivery, answer)
        for call in self._around.after:
            await call(turn, record, message_id)
        await self._inbox.finish(turn, log=record.to_json())
        log.info("turn_answered", outcome=answer.outcome, light=answer.light, ms=ms_since(started))

    async def _gather(self, chat_key: str) -> int:
        """How many utterances to take, after the silence that ends a burst. 1 when a turn may be in hand."""
        while True:
            waiting = await self._inbox.waiting(chat_key)
            burst = gather(waiting, window_s=self._policy.burst_window_s, now=datetime.now(UTC))
            if burst.wait_s <= 0 or await self._beside.is_held(chat_key):
                return max(1, burst.count)
            await asyncio.sleep(burst.wait_s)

    async def _is_paced(self, turn: Turn, delivery: TurnDelivery) -> bool:
        """Whether the person may have an answer now; else they are told once and the turn waits its time."""
        if turn.attempt > 1 or not turn.last.kind.is_said:
            return True
        wait_s = await self._inbox.pace(turn.last.person_key, self._policy.turns_per_minute)
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
        elif turn.last.kind.is_said:
            answer = await self._answer_words(turn, delivery, recollection)
            if self._around.review is not None:
                answer = await self._around.review(turn, answer)
        else:
            answer = await self._commands.answer(turn, delivery)
        await delivery.checkpoint(answer.to_json())
        return answer

    def _is_poison(self, turn: Turn, *, is_answered: bool) -> bool:
        """Whether it is time to apologise. A turn whose answer stands has twice the tries: while it waits for
        Telegram, others beside it may kill the worker."""
        tried = replace(turn, attempt=turn.attempt // 2) if is_answered else turn
        return self._inbox.is_poison(tried)

    async def _answer_words(self, turn: Turn, delivery: TurnDelivery, recollection: Recollection) -> Answer:
        deadline_s = self._policy.deadline_s + self._hearing.patience_s(turn)
        may_grow = self._around.may_grow is None or await self._around.may_grow(turn)
        ask = partial(self._assistant.answer, on_growth=delivery.grow if may_grow else None)
        async with (
            delivery.typing(),
            self._noticing(turn, delivery),
            self._cancellations.watching(turn) as cancelled,
        ):
            if cancelled.is_set():
                return await self._stopped(turn, delivery)
            answering = asyncio.create_task(self._hearing.answer(turn, recollection, ask))
            stop = asyncio.create_task(cancelled.wait())
            try:
                await asyncio.wait((answering, stop), timeout=deadline_s, return_when=asyncio.FIRST_COMPLETED)
                if answering.done():
                    return answering.result()
                if cancelled.is_set():
                    return await self._stopped(turn, delivery)
                log.warning("turn_deadline_passed")
                return self._scripted(Text.MODEL_DOWN, turn, Outcome.MODEL_DOWN)
            finally:
                stop.cancel()
                answering.cancel()
                await asyncio.wait((answering, stop))

    async def _stopped(self, turn: Turn, delivery: TurnDelivery) -> Answer:
        """Why the model was stopped. Raises HeldByPerson, also if the chat has been given back meanwhile."""
        await delivery.check()
        if not await self._inbox.is_cancelled(turn):
            raise HeldByPerson
        return self._scripted(Text.CANCELLED_ANSWER, turn, Outcome.CANCELLED)

    @asynccontextmanager
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

    async def _deliver(self, turn: Turn, delivery: TurnDelivery, answer: Answer) -> tuple[Answer, int | None]:
        """Say it, and tell under which id. What the messenger will never take is given up, and an apology is
        tried but once."""
        try:
            if answer.outcome is Outcome.CANCELLED:
                await delivery.abandon(answer.text)
                return answer, None
            keyboard = keyboard_of(answer.choices, self._around.offered(turn, answer))
            return answer, await delivery.finish(self._signing.signed(turn, answer), keyboard)
        except ChatUnreachable:
            log.info("chat_unreachable", chat=turn.chat.key)
            return replace(answer, verdicts=(*answer.verdicts, UNDELIVERABLE)), None
        except DeliveryError as error:
            if not error.permanent and answer.outcome is not Outcome.SET_ASIDE:
                raise
            log.error("answer_not_taken", reason=str(error))
            return replace(answer, verdicts=(*answer.verdicts, NOT_TAKEN)), None

    def _scripted(self, text: Text, turn: Turn, outcome: Outcome) -> Answer:
        return Answer(text=self._texts.say(text, turn.last.language), outcome=outcome)
