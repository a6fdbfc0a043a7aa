"""What staff should know of a talk before they call: what was said, of which products, in what mood."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from redis.asyncio import Redis

from bot.domain import ChatRef, Outcome, Recollection, Speaker, TurnRecord
from bot.guard.personal_data import named_labels
from bot.memory.dialogue import peek
from bot.store.turns import TurnStore
from bot.understanding.mood import Mood, manner_of
from bot.understanding.products import SPOKEN_OF

_TURNS = 12
_SAID = 3
"""Of the customer's last remarks so many are shown."""
_CHARACTERS = 140
_SUMMARY_CHARACTERS = 400
_PRODUCTS = 3
_ANSWERS = (Outcome.ANSWERED, Outcome.UNKNOWN, Outcome.REFUSED, Outcome.MODEL_DOWN)
_FADES = 0.7
"""How much less a turn says of what somebody wants than the next one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Portrait:
    """Without personal data. `products`: labels with probabilities, the likeliest first."""

    summary: str = ""
    said: tuple[str, ...] = ()
    products: tuple[tuple[str, float], ...] = ()
    mood: Mood = Mood.CALM
    is_urgent: bool = False
    turn_id: str = ""
    """The last answer of the assistant, for who asks why."""

    def to_value(self) -> Mapping[str, Any]:
        return {
            "summary": self.summary,
            "said": list(self.said),
            "products": [list(product) for product in self.products],
            "mood": self.mood.value,
            "urgent": self.is_urgent,
            "turn": self.turn_id,
        }

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> Self:
        """What `to_value` wrote; what is missing is as if nothing was known."""
        return cls(
            summary=value.get("summary", ""),
            said=tuple(value.get("said", ())),
            products=tuple((label, share) for label, share in value.get("products", ())),
            mood=Mood(value.get("mood", Mood.CALM)),
            is_urgent=value.get("urgent", False),
            turn_id=value.get("turn", ""),
        )


class Portraits:
    """Drawn from the dialogue's memory and the log of its turns, both masked. Raises as these do."""

    def __init__(self, redis: Redis, turns: TurnStore, *, prefix: str = "dz") -> None:
        self._redis = redis
        self._turns = turns
        self._prefix = prefix

    async def of(self, chat: ChatRef) -> Portrait:
        """Of the dialogue that goes on in the chat; an empty one where nothing was said."""
        talk = await peek(self._redis, chat.key, prefix=self._prefix) or Recollection()
        logged = await asyncio.to_thread(self._turns.recent, chat, _TURNS)
        turns = [turn for turn in logged if talk.dialogue_id in ("", turn.dialogue_id)]
        said = _said(talk, turns)
        manners = [manner_of(words) for words in said]
        moods = {manner.mood for manner in manners}
        return Portrait(
            summary=_short(talk.summary, _SUMMARY_CHARACTERS),
            said=tuple(_short(words, _CHARACTERS) for words in said),
            products=_products([turn.answer.trace for turn in turns]),
            mood=next((mood for mood in (Mood.ANGRY, Mood.SAD) if mood in moods), Mood.CALM),
            is_urgent=any(manner.is_urgent for manner in manners),
            turn_id=next((turn.turn_id for turn in turns if turn.answer.outcome in _ANSWERS), ""),
        )


def _said(talk: Recollection, turns: Sequence[TurnRecord]) -> list[str]:
    """The customer's last remarks, the oldest first; the log has them when the memory has not."""
    remembered = [remark.text for remark in talk.remarks if remark.speaker is Speaker.CUSTOMER]
    logged = [named_labels(turn.question) for turn in reversed(turns) if "understood" in turn.answer.trace]
    return (remembered or logged)[-_SAID:]


def _products(traces: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, float], ...]:
    """The mean over the turns that speak of any, the newest first and weighing most."""
    sums: dict[str, float] = defaultdict(float)
    total, weight = 0.0, 1.0
    for trace in traces:
        guessed: Mapping[str, float] = trace.get("understood", {}).get("products", {})
        named = {label: share for label, share in guessed.items() if share >= SPOKEN_OF}
        if not named:
            continue
        for label, share in named.items():
            sums[label] += weight * share
        total += weight
        weight *= _FADES
    likely = sorted(sums.items(), key=lambda pair: -pair[1])[:_PRODUCTS]
    return tuple((label, round(share / total, 2)) for label, share in likely)


def _short(text: str, characters: int) -> str:
    lines = " ".join(text.split())
    return lines if len(lines) <= characters else f"{lines[: characters - 1].rstrip()}…"
