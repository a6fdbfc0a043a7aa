"""What is kept of a turn: its row in the log, and its lines in the dialogue's memory."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.domain import Answer, Outcome, Turn, TurnRecord
from bot.guard.personal_data import mask
from bot.memory.memory import Memory

_REMEMBERED = frozenset(
    {Outcome.ANSWERED, Outcome.UNKNOWN, Outcome.REFUSED, Outcome.RELAYED, Outcome.OPERATOR}
)


class Records:
    """Without anybody's personal data; `own_phones` are the business's."""

    def __init__(self, memory: Memory, *, tenant: str, own_phones: frozenset[str]) -> None:
        self._memory = memory
        self._tenant = tenant
        self._own_phones = own_phones

    def record(self, turn: Turn, answer: Answer, dialogue_id: str) -> TurnRecord:
        """The turn as it is kept. What was asked may be more than was typed: recordings say something too."""
        asked = answer.trace.get("asked", turn.text)
        return TurnRecord(
            turn_id=turn.turn_id,
            tenant=self._tenant,
            chat=turn.chat,
            person_id=turn.last.person_id,
            person_name=turn.last.person_name,
            language=turn.last.language,
            dialogue_id=dialogue_id,
            question=self._masked(asked) or turn.last.kind,
            answer=replace(answer, text=self._masked(answer.text)),
            received_at=turn.utterances[0].received_at,
            answered_at=datetime.now(UTC),
            attempt=turn.attempt,
        )

    def of_operator(self, turn: Turn, words: str, dialogue_id: str) -> TurnRecord:
        """The words of a person of the staff, which answer no one turn. The chat is a private one."""
        return TurnRecord(
            turn_id=turn.turn_id,
            tenant=self._tenant,
            chat=turn.chat,
            person_id=turn.chat.chat_id,
            person_name=turn.last.person_name,
            language=turn.last.language,
            dialogue_id=dialogue_id,
            question="",
            answer=Answer(text=self._masked(words), outcome=Outcome.OPERATOR),
            received_at=turn.last.received_at,
            answered_at=datetime.now(UTC),
            attempt=turn.attempt,
        )

    async def remember(self, record: TurnRecord) -> None:
        """What was said in earnest; and only what the customer has read."""
        answer = record.answer
        if not answer.has_arrived:
            return
        if answer.outcome in _REMEMBERED:
            await self._memory.remember(
                record.chat.key,
                turn_id=record.turn_id,
                question=record.question,
                answer=answer.text,
                focus=answer.focus,
            )
        elif answer.outcome is Outcome.SCRIPTED and "focus" in answer.trace:
            await self._memory.refocus(record.chat.key, answer.focus, turn_id=record.turn_id)

    def _masked(self, text: str) -> str:
        return mask(text, keep=self._own_phones).text
