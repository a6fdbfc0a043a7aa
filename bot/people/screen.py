"""What somebody is shown."""

from typing import NamedTuple

from bot.domain import Keyboard


class Screen(NamedTuple):
    """Markdown, and the buttons under it."""

    text: str
    keyboard: Keyboard | None = None

    def headed(self, words: str) -> "Screen":
        """The same, with these words above."""
        return Screen(f"{words}\n\n{self.text}", self.keyboard)
