"""What every dialogue memory looks like to the rest of the project."""

from collections.abc import Mapping
from typing import Any, Protocol

from bot.domain import Recollection


class Memory(Protocol):
    """The short-term memory of dialogues, by `ChatRef.key`.

    A dialogue ends, and its memory and its id go together, after `ttl_s` without a call for its chat,
    or at `forget`.
    """

    async def recall(self, chat_key: str) -> Recollection:
        """What is remembered, within the token budget, and the dialogue's id; begins one if there is none."""
        ...

    async def remember(
        self,
        chat_key: str,
        *,
        turn_id: str,
        question: str,
        answer: str,
        focus: Mapping[str, Any] | None = None,
    ) -> None:
        """Add a turn, once however often it is called, and fold what has no room left.

        `focus` (JSON) is what the answer was about; it takes the place of the last one's.

        Folding may ask a model: call it after the answer has been delivered.
        """
        ...

    async def refocus(self, chat_key: str, focus: Mapping[str, Any], *, turn_id: str = "") -> None:
        """Change what the dialogue is about, after something that was no part of it: a question back.

        `turn_id`: of the turn that says so.
        """
        ...

    async def forget(self, chat_key: str) -> str:
        """Begin a new dialogue that knows nothing, and return its id."""
        ...

    async def dialogue_id(self, chat_key: str) -> str: ...
