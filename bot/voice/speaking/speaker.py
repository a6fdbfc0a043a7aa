"""What every voice looks like to the rest of the project."""

from typing import Protocol

from bot.recordings import SpokenNote


class Speaker(Protocol):
    """Reads aloud. The text is as `Wording` writes it."""

    @property
    def name(self) -> str: ...

    def speaks(self, language: str) -> bool: ...

    async def speak(self, text: str, language: str) -> SpokenNote:
        """Raises SpeechError, also where it would take too long."""
        ...

    async def close(self) -> None: ...
