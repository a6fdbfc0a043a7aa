"""What stands below an answer: where it comes from, and what was heard."""

from bot.dialogue.hearing import Hearing
from bot.domain import Answer, Outcome, Turn
from bot.texts.catalogue import Text, Texts

_SHOWN_PLACE = 2
"""Of a source, the document and its section are enough for a customer."""


class Signing:
    def __init__(self, texts: Texts, hearing: Hearing, *, shows_sources: bool) -> None:
        self._texts = texts
        self._hearing = hearing
        self._shows_sources = shows_sources

    def signed(self, turn: Turn, answer: Answer) -> str:
        """The answer with the one text it comes from and with what was heard, if these are shown.

        What a model has composed stands on several places, which staff see.
        """
        return "\n\n".join(
            filter(None, (answer.text, self._source(turn, answer), self._hearing.signature(answer)))
        )

    def _source(self, turn: Turn, answer: Answer) -> str:
        is_shown = self._shows_sources and answer.outcome is Outcome.ANSWERED
        if not is_shown or not answer.sources or answer.trace.get("composed"):
            return ""
        place = ", ".join(answer.sources[0].split(" > ")[:_SHOWN_PLACE])
        language = answer.trace.get("language", turn.last.language)
        return self._texts.say(Text.SOURCE_LINE, language, source=place)
