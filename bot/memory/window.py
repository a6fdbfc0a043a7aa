"""What of a dialogue is kept word for word, and what is to be folded into the summary. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain import Recollection, Remark, Speaker, approximate_tokens
from bot.guard.personal_data import named_labels


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One remembered turn. `number` orders the exchanges of a dialogue."""

    number: int
    turn_id: str
    question: str
    answer: str

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Nothing was said on one side while a person of the staff held the chat."""
        both = ((Speaker.CUSTOMER, self.question), (Speaker.ASSISTANT, self.answer))
        return tuple(Remark(speaker=speaker, text=text) for speaker, text in both if text)

    @property
    def tokens(self) -> int:
        return approximate_tokens((self.question, self.answer))


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """How `tokens` are shared out: a quarter for the summary, the rest for the last exchanges.

    One exchange is cut to fit, so that however long the last answer was, its beginning is remembered.
    """

    tokens: int

    @property
    def summary_tokens(self) -> int:
        return self.tokens // 4

    @property
    def exchange_tokens(self) -> int:
        return self.tokens - self.summary_tokens

    def exchange(self, *, number: int, turn_id: str, question: str, answer: str) -> Exchange:
        return Exchange(
            number=number,
            turn_id=turn_id,
            question=clip(named_labels(question), self.exchange_tokens // 3),
            answer=clip(named_labels(answer), self.exchange_tokens * 2 // 3),
        )

    def latest(self, exchanges: Sequence[Exchange], tokens: int | None = None) -> Sequence[Exchange]:
        """The last exchanges that fit, of those given in order."""
        room = self.exchange_tokens if tokens is None else tokens
        for index in range(len(exchanges) - 1, -1, -1):
            room -= exchanges[index].tokens
            if room < 0:
                return exchanges[index + 1 :]
        return exchanges

    def overflow(self, exchanges: Sequence[Exchange]) -> Sequence[Exchange]:
        """The oldest ones, to be folded; none while all fit.

        Once it begins, half of the room is freed: a summary costs a model's call, and not at each turn.
        """
        if len(self.latest(exchanges)) == len(exchanges):
            return ()
        kept = max(1, len(self.latest(exchanges, self.exchange_tokens // 2)))
        return exchanges[: len(exchanges) - kept]

    def with_earlier(self, summary: str, earlier: str) -> str:
        """The summary behind what is kept of an earlier talk, as far as there is room for that."""
        room = self.summary_tokens - (approximate_tokens((summary,)) if summary else 0)
        return "\n".join(filter(None, (clip(earlier, room), summary)))

    def recollection(
        self,
        dialogue_id: str,
        summary: str,
        exchanges: Sequence[Exchange],
        focus: Mapping[str, Any] | None = None,
    ) -> Recollection:
        return Recollection(
            dialogue_id=dialogue_id,
            summary=summary,
            remarks=tuple(remark for exchange in self.latest(exchanges) for remark in exchange.remarks),
            focus=focus or {},
        )


def clip(text: str, tokens: int) -> str:
    """The beginning of the text that takes at most `tokens`."""
    if approximate_tokens((text,)) <= tokens:
        return text
    kept = max(0, (tokens - 1) * 5 // 2 - 1)
    return f"{text[:kept].rstrip()}…" if kept else ""
