"""An answer while it arrives, and the rules for taking it as whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.domain import Usage
from bot.errors import ModelRefused, ModelUnavailable
from bot.llm.model import Completion, FinishReason, Prompt, ToolCall
from bot.llm.pricing import Prices

MAX_ANSWER_CHARS: Final = 131_072
"""About 256 kB of Russian; far above any answer that somebody would read."""

_FINISHES: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}
_REFUSALS = ("content_filter", "blacklist")


@dataclass(kw_only=True, slots=True)
class Draft:
    """Collects the pieces of one answer. Both adapters fill it, streamed or not."""

    model: str
    pieces: list[str] = field(default_factory=list)
    chars: int = 0
    finish: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int = 0
    tool_calls: tuple[ToolCall, ...] = ()
    first_tokens: Mapping[str, float] = field(default_factory=dict)
    """The likeliest beginnings of the answer with their log-probabilities, where they were asked for."""

    def add(self, text: str) -> None:
        """Raises ModelUnavailable when the answer outgrows every sensible length."""
        self.chars += len(text)
        if self.chars > MAX_ANSWER_CHARS:
            raise ModelUnavailable(f"{self.model}: the answer does not end")
        self.pieces.append(text)

    def complete(self, prompt: Prompt, prices: Prices) -> Completion:
        """Raises ModelRefused or ModelUnavailable unless this is a whole answer that says something."""
        if self.finish in _REFUSALS:
            raise ModelRefused(f"{self.model}: {self.finish}", permanent=True)
        reason = _FINISHES.get(self.finish) if self.finish is not None else None
        if reason is None:
            raise ModelUnavailable(f"{self.model}: the answer was cut off, finish_reason is {self.finish}")
        text = "".join(self.pieces)
        if not text.strip() and not self.tool_calls:
            raise ModelUnavailable(f"{self.model}: an empty answer, finish_reason is {self.finish}")
        return Completion(
            text=text,
            model=self.model,
            finish_reason=reason,
            usage=self._usage(prompt, text, prices),
            tool_calls=self.tool_calls,
            odds=self._odds(prompt.alternatives),
        )

    def _odds(self, alternatives: Sequence[str]) -> dict[str, float]:
        """A token is often but the beginning of a word."""
        odds: dict[str, float] = {}
        for token, logarithm in self.first_tokens.items():
            beginning = token.strip().casefold()
            for word in alternatives:
                if beginning and word.casefold().startswith(beginning):
                    odds[word] = max(logarithm, odds.get(word, logarithm))
        return odds

    def _usage(self, prompt: Prompt, text: str, prices: Prices) -> Usage:
        if self.prompt_tokens is None:
            return prices.estimate([message.content for message in prompt.messages], text)
        return prices.usage(self.prompt_tokens, self.completion_tokens)
