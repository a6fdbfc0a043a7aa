"""What tokens cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain import Usage, approximate_tokens


@dataclass(frozen=True, kw_only=True, slots=True)
class Prices:
    """Per million tokens, in the currency of the settings."""

    prompt_per_million: float = 0.0
    completion_per_million: float = 0.0

    def usage(self, prompt_tokens: int, completion_tokens: int) -> Usage:
        cost = prompt_tokens * self.prompt_per_million + completion_tokens * self.completion_per_million
        return Usage(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens, cost=cost / 1_000_000)

    def estimate(self, prompt: Sequence[str], answer: str) -> Usage:
        """For a server that counts nothing."""
        return self.usage(approximate_tokens(prompt), approximate_tokens([answer]))
